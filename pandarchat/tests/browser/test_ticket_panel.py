"""The ticket beside its conversation: its life by keys alone, what two agents change at once, and the panel on a phone."""
import re

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from accounts.models import AgentProfile
from foundation.units import unit_of_work
from pandarchat.tests.browser.conftest import PHONE, Accessible, Forgive, SitDown
from pandarchat.tests.world import World
from tickets.models import Category, Ticket
from tickets.tests.test_transferring import skill_of

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture(autouse=True)
def on_duty(world: World) -> None:
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.update(availability="available", capacity=5)


def opened(page: Page, ticket: Ticket) -> None:
    expect(page.get_by_role("heading", name=ticket.subject)).to_be_visible()
    expect(field(page, "Priority")).to_be_visible()


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^Change: {name}"))


def stored(response: Response) -> bool:
    """A change is seen before it is stored."""
    return response.request.method == "PATCH" and response.ok


def choose(page: Page, text: str) -> None:
    """In the window that a key opened."""
    found = page.get_by_role("dialog").get_by_role("option")
    expect(found.first).to_be_visible()
    page.keyboard.type(text)
    expect(found.first).to_contain_text(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_hidden()


def test_a_ticket_lives_its_whole_life_without_a_mouse(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("409")  # the answer moved the ticket, and what was seen before it is wished again
    world.ticket(subject="The next one", agent=world.agent)
    ticket = world.ticket(subject="The card was refused")
    page = sit_down(world.agent, at=f"/tickets/{ticket.pk}")
    opened(page, ticket)
    page.keyboard.press("t")
    expect(field(page, "Assignee")).to_contain_text(world.agent.name)
    page.keyboard.press("p")
    choose(page, "Urgent")
    expect(field(page, "Priority")).to_contain_text("Urgent")
    page.keyboard.press("r")
    page.keyboard.type("We look into it.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("log").get_by_text("We look into it.")).to_be_visible()
    expect(field(page, "Status")).to_contain_text("In progress")
    page.keyboard.press("Control+k")
    choose(page, "Add a tag")
    expect(page.get_by_role("combobox", name="Add a tag")).to_be_focused()
    page.keyboard.type("steam")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Remove the tag steam")).to_be_visible()
    page.locator("body").evaluate("() => document.activeElement?.blur()")
    page.keyboard.press("s")
    choose(page, "Pending")
    expect(field(page, "Status")).to_contain_text("Pending")
    page.keyboard.press("e")
    expect(page.get_by_text("is resolved.")).to_be_visible()
    fresh = world.pandar.fresh(ticket)
    with unit_of_work(world.pandar.id):
        tags = [tag.name for tag in fresh.tags.all()]
    assert (fresh.status, fresh.priority, fresh.assignee_id, tags) == ("resolved", 4, world.agent.id, ["steam"])
    expect(page.get_by_role("heading", name="The next one")).to_be_visible()
    expect(page.get_by_text("2 · 1 open")).to_be_visible()  # of the same customer


def test_two_agents_change_the_same_and_one_chooses(world: World, sit_down: SitDown, forgive: Forgive, accessible: Accessible) -> None:
    forgive("409")
    ticket = world.ticket(subject="Card refused")
    one, other = (sit_down(person, at=f"/tickets/{ticket.pk}") for person in (world.agent, world.teammate))
    for page in (one, other):
        opened(page, ticket)
        field(page, "Subject").click()
    expect(one.get_by_role("textbox", name="Subject")).to_be_focused()
    one.keyboard.press("Control+a")
    one.keyboard.type("Steam card refused by the shop")
    one.keyboard.press("Enter")
    expect(other.get_by_text("changed it meanwhile to “Steam card refused by the shop”")).to_be_visible()
    expect(other.get_by_role("textbox", name="Subject")).to_have_value("Card refused")  # what is being edited is left alone
    other.get_by_role("textbox", name="Subject").fill("Card is refused in Lagos")
    other.keyboard.press("Enter")
    clash = other.get_by_role("dialog", name="Changed by somebody else meanwhile")
    expect(clash.get_by_text("Card is refused in Lagos")).to_be_visible()
    expect(clash.get_by_text("Steam card refused by the shop")).to_be_visible()
    expect(clash.get_by_role("heading", name=world.agent.name)).to_be_visible()
    expect(clash.get_by_text("Before: Card refused")).to_be_visible()
    accessible(other)
    clash.get_by_role("button", name="Use mine").click()
    for page in (one, other):
        expect(page.get_by_role("heading", name="Card is refused in Lagos")).to_be_visible()
    assert world.pandar.fresh(ticket).subject == "Card is refused in Lagos"


def test_changes_that_do_not_touch_each_other_both_hold(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    """The control of the choice: nobody is asked where nothing is lost."""
    forgive("409")
    ticket = world.ticket(subject="Card refused")
    page = sit_down(world.agent, at=f"/tickets/{ticket.pk}")
    opened(page, ticket)
    field(page, "Subject").click()
    page.get_by_role("textbox", name="Subject").fill("Steam card refused")
    version = world.pandar.fresh(ticket).version
    assert world.api(world.teammate).patch(f"tickets/{ticket.pk}/", {"version": version, "priority": "high"}).status == 200
    expect(field(page, "Priority")).to_contain_text("High")
    with page.expect_response(stored):
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Steam card refused")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()
    fresh = world.pandar.fresh(ticket)
    assert (fresh.subject, fresh.priority) == ("Steam card refused", 3)


def test_it_is_given_and_sent_on_and_the_other_sees_it(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("409")
    ticket = world.ticket()
    manager, agent = (sit_down(person, at=f"/tickets/{ticket.pk}") for person in (world.manager, world.agent))
    for page in (manager, agent):
        opened(page, ticket)
    manager.keyboard.press("a")
    choose(manager, world.agent.name)
    expect(field(agent, "Assignee")).to_contain_text(f"{world.agent.name} (you)")
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.filter(user=world.teammate).update(capacity=0)
    manager.keyboard.press("a")
    choose(manager, world.teammate.name)
    expect(manager.get_by_role("alert")).to_contain_text("no more fits")  # refused where it was tried, and taken back
    expect(field(manager, "Assignee")).to_contain_text(world.agent.name)
    agent.get_by_role("button", name=re.compile("^Give back")).click()
    expect(field(manager, "Assignee")).to_contain_text("Nobody")


def test_it_is_transferred_by_skill_with_a_note(world: World, sit_down: SitDown) -> None:
    skill_of(world, world.teammate, name="Payouts")
    ticket = world.ticket(agent=world.agent)
    page = sit_down(world.agent, at=f"/tickets/{ticket.pk}")
    opened(page, ticket)
    page.keyboard.press("a")
    expect(page.get_by_role("dialog").get_by_text("Send it to a skill, or ask a manager.")).to_be_visible()  # why no agent is offered
    choose(page, "Payouts")
    dialog = page.get_by_role("dialog", name="Transfer to Payouts")
    dialog.get_by_label("Note for whoever takes it").fill("The bank asks for the name.")
    dialog.get_by_role("button", name="Transfer").click()
    expect(page.get_by_text("Transferred to Payouts.")).to_be_visible()
    expect(field(page, "Assignee")).to_contain_text("Nobody")
    expect(page.get_by_role("log").get_by_text("The bank asks for the name.")).to_be_visible()
    page.get_by_role("button", name="What happened", exact=True).click()
    expect(page.get_by_text(f"{world.agent.name} sent this to Payouts")).to_be_visible()


def test_who_asks_what_else_they_asked_and_what_happened(world: World, sit_down: SitDown, accessible: Accessible) -> None:
    with unit_of_work(world.pandar.id):
        Category.objects.create(organization_id=world.pandar.id, slug="cards", name="Gift cards")
    before = world.ticket(subject="Where is my payout?", agent=world.agent)
    ticket = world.ticket(subject="The card was refused", agent=world.agent)
    page = sit_down(world.agent, at=f"/tickets/{ticket.pk}")
    opened(page, ticket)
    expect(page.get_by_role("link", name=world.customer.email)).to_be_visible()
    expect(page.get_by_text("2 · 2 open")).to_be_visible()
    field(page, "Category").click()
    choose(page, "Gift cards")
    expect(field(page, "Category")).to_contain_text("Gift cards")
    page.get_by_role("button", name="What happened", exact=True).click()
    happened = page.get_by_role("region", name="What happened")
    expect(happened.get_by_text(f"{world.agent.name} changed Category from None to")).to_be_visible()
    expect(happened.get_by_text(f"{world.customer.name} opened this")).to_be_visible()
    happened.get_by_role("combobox").select_option("Assignment")
    expect(happened.get_by_text("changed Category")).to_be_hidden()
    expect(happened.get_by_text(f"{world.agent.name} took this")).to_be_visible()
    accessible(page)
    handle = happened.get_by_role("button", name="Move “What happened” with the arrow keys")
    handle.focus()
    for _ in range(4):
        page.keyboard.press("ArrowUp")
    page.get_by_role("button", name="Deadlines", exact=True).click()
    page.get_by_role("link", name=re.compile("Where is my payout")).click()
    opened(page, before)
    page.reload()
    opened(page, before)
    sections = page.get_by_role("complementary", name="Ticket").get_by_role("region")
    expect(sections.first).to_have_accessible_name("What happened")  # as it was left, in this browser
    expect(page.get_by_role("button", name="Deadlines", exact=True)).to_have_attribute("aria-expanded", "false")


def test_the_panel_on_a_phone(world: World, sit_down: SitDown) -> None:
    ticket = world.ticket(subject="The card was refused, and nobody in the shop could say why that is so", agent=world.agent)
    page = sit_down(world.agent, at=f"/tickets/{ticket.pk}", viewport=PHONE)
    expect(page.get_by_role("heading", name=ticket.subject)).to_be_visible()
    page.get_by_role("button", name="Ticket", exact=True).click()
    panel = page.get_by_role("dialog", name="Ticket")
    expect(panel.get_by_text(world.customer.email)).to_be_visible()
    field(page, "Priority").click()
    choose_in = page.get_by_role("dialog", name="Set priority")
    with page.expect_response(stored):
        choose_in.get_by_role("option", name="High").click()
    expect(panel.get_by_role("button", name=re.compile("^Change: Priority"))).to_contain_text("High")
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    assert world.pandar.fresh(ticket).priority == 3


def test_all_other_conversations_of_a_customer_can_be_seen(world: World, sit_down: SitDown) -> None:
    ticket, *others = [world.ticket(world.customer, subject=f"Number {number}") for number in range(9)]
    page = sit_down(world.agent, at=f"/tickets/{ticket.pk}")
    rows = page.get_by_role("region", name="Other conversations").get_by_role("listitem")
    expect(rows).to_have_count(5)
    page.get_by_role("button", name="Show more").click()
    expect(rows).to_have_count(len(others))
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)
