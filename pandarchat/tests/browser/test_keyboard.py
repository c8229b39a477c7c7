"""The palette and the sheet of keys, in a real browser."""
import pytest
from playwright.sync_api import expect

from pandarchat.tests.browser.conftest import SitDown
from pandarchat.tests.world import World

pytestmark = pytest.mark.usefixtures("committed")


def test_the_palette_finds_acts_and_tickets_by_a_few_letters(world: World, sit_down: SitDown) -> None:
    ticket = world.ticket(subject="The card was refused")
    other = world.ticket(subject="Where is my parcel?")
    page = sit_down(world.agent, at=f"/tickets/{other.pk}")
    page.get_by_role("button", name="All open").click()
    expect(page.get_by_role("option", name=ticket.subject)).to_be_visible()
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="What would you like to do?")
    expect(palette.get_by_role("option").first).to_be_visible()
    page.keyboard.type("crdrefu")
    expect(palette.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=ticket.subject)).to_be_visible()
    expect(palette).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("reply")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Reply to")).to_be_focused()
    page.keyboard.type("jk?")
    expect(page.get_by_role("textbox", name="Reply to")).to_have_value("jk?")  # while one types, keys are letters
    page.keyboard.press("Escape")  # what is typed stays, and letters are keys again
    expect(page.get_by_role("log")).to_be_focused()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet.get_by_text("Leave the text, so that letters are keys again")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="Reply to")).to_have_value("jk?")


def test_the_sheet_shows_the_keys_that_do_something_here(world: World, sit_down: SitDown) -> None:
    ticket = world.ticket()
    page = sit_down(world.agent, at=f"/tickets/{ticket.pk}")
    expect(page.get_by_role("heading", name=ticket.subject)).to_be_visible()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet.get_by_text("Write an internal note")).to_be_visible()
    expect(sheet.get_by_text("N", exact=True)).to_be_visible()
    page.keyboard.press("n")  # nothing happens below what lies over the page
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("n")
    expect(page.get_by_role("textbox", name="Note")).to_be_focused()
