"""Whole journeys: copied, exported, archived and brought back; their figures; and what one drew where it cannot be saved."""
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Download, Locator, Page, expect

from accounts.actions import people
from accounts.models import Role
from foundation.units import unit_of_work
from journeys.models import Journey
from journeys.tests.graphs import example
from journeys.tests.offering import SHORT, Customer, draft, offered
from pandarchat.tests.browser.conftest import Accessible, Forgive, SitDown
from pandarchat.tests.browser.portal import PORTAL
from pandarchat.tests.browser.test_journeys import node, saved, stored
from pandarchat.tests.world import World
from tickets.models import Category
from tickets.tests.test_transferring import skill_of

pytestmark = pytest.mark.usefixtures("committed", "redis_url")
ALL = "All journeys"
BUILD = {"journeys.change_journey", "journeys.publish_journey"}


def lists(page: Page, state: str) -> Locator:
    return page.get_by_role("region", name=state).get_by_role("listitem")


def act(page: Page, name: str, what: str) -> None:
    """From the menu of a row."""
    page.get_by_role("button", name=f"What to do with {name}", exact=True).click()
    page.get_by_role("menuitem", name=what).click()


def more(page: Page, what: str) -> None:
    """From the menu of the builder."""
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name=what).click()


def content(download: Download) -> Any:
    return json.loads(Path(download.path()).read_text())


def export(page: Page, name: str) -> Download:
    with page.expect_download() as found:
        act(page, name, "Export as JSON")
    return found.value


def journey_named(world: World, name: str) -> Journey:
    with unit_of_work(world.pandar.id):
        return Journey.objects.get(name=name)


def test_a_whole_journey_is_exported_read_again_and_copied(world: World, sit_down: SitDown, tmp_path: Path) -> None:
    settings = {"description": "Quoi « que » ce soit", "audience": "returning", "language": "fr", "position": 3}
    offered(world.pandar, example(), name="Aide: tout / rien", **settings)
    page = sit_down(world.admin, at="/journeys")
    exported = export(page, "Aide: tout / rien")
    assert exported.suggested_filename == "Aide-tout-rien.json"
    written = content(exported)
    assert (written["graph"], written["name"]) == (example(), "Aide: tout / rien")
    file = tmp_path / exported.suggested_filename
    exported.save_as(file)

    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("heading", name="Aide: tout / rien")).to_be_visible()
    expect(page.get_by_text("Imported as a draft.")).to_be_visible()
    with page.expect_download() as found:
        more(page, "Export as JSON")
    assert content(found.value) == written, "what is read is what was written"
    with unit_of_work(world.pandar.id):
        old, new = Journey.objects.order_by("created_at")
    assert (new.draft, new.state) == (old.draft, "draft")
    assert [(row.description, row.audience, row.language) for row in (old, new)] == [(settings["description"], "returning", "fr")] * 2

    more(page, "Duplicate journey")
    expect(page.get_by_role("heading", name="Aide: tout / rien (copy)")).to_be_visible()
    page.get_by_role("link", name=ALL).click()
    act(page, "Aide: tout / rien (copy)", "Duplicate journey")
    expect(lists(page, "Drafts")).to_have_count(3)
    copies = [journey_named(world, f"Aide: tout / rien (copy){more}") for more in ("", " (copy)")]
    assert [(row.draft, row.description, row.audience, row.language) for row in copies] == [
        (old.draft, settings["description"], "returning", "fr")] * 2


def test_what_is_archived_is_offered_to_nobody_until_it_is_brought_back(world: World, sit_down: SitDown, accessible: Accessible) -> None:
    offered(world.pandar, SHORT, name="Ask us")
    draft(world.pandar, SHORT, name="Never used")
    customer = sit_down(world.customer, at=PORTAL)
    ways = customer.get_by_role("link", name="Ask us")
    expect(ways).to_be_visible()
    page = sit_down(world.admin, at="/journeys")
    act(page, "Ask us", "Archive")
    expect(lists(page, "Archived")).to_contain_text("Ask us")
    expect(page.get_by_role("region", name="Offered to customers").get_by_role("listitem")).to_have_count(0)
    accessible(page)
    customer.reload()
    expect(customer.get_by_role("link", name="Write to us")).to_be_visible()
    expect(ways).to_have_count(0)
    page.get_by_role("link", name="Ask us").click()
    expect(page.locator("header").get_by_text("Archived", exact=True)).to_be_visible()
    more(page, "Restore")
    expect(page.locator("header").get_by_text("Published", exact=True)).to_be_visible()
    customer.reload()
    expect(ways).to_be_visible()
    more(page, "Archive")
    window = page.get_by_role("dialog", name="Archive this journey?")
    expect(window).to_contain_text("Whoever has begun goes on")
    window.get_by_role("button", name="Archive").click()
    expect(page.locator("header").get_by_text("Archived", exact=True)).to_be_visible()
    page.get_by_role("link", name=ALL).click()
    act(page, "Ask us", "Restore")
    expect(lists(page, "Offered to customers")).to_contain_text("Ask us")

    act(page, "Never used", "Delete")
    page.get_by_role("dialog", name="Delete this draft?").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="Never used")).to_have_count(0)
    page.get_by_role("button", name="What to do with Ask us").click()
    expect(page.get_by_role("menuitem", name="Archive")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Delete")).to_have_count(0)  # customers went through it


def test_figures_stand_on_the_steps(world: World, sit_down: SitDown, accessible: Accessible) -> None:
    journey = offered(world.pandar, SHORT, name="Ask us")
    for steps in ([], [("q", "a")], [("q", "b")], [("q", "a"), ("why", "It broke")]):
        Customer(world, journey).goes(*steps)
    page = sit_down(world.admin, at=f"/journeys/{journey.pk}")
    page.get_by_role("button", name="Figures").click()
    expect(page.get_by_role("status").filter(has_text="4 began, 2 completed (50%)")).to_be_visible()
    expect(node(page, "q?").first).to_contain_text("4 began · 25% stop here")
    expect(node(page, "why?").first).to_contain_text("2 came · 50% stop here")
    accessible(page)
    page.get_by_role("button", name="Figures").click()
    expect(page.get_by_text("stop here")).to_have_count(0)


def managers_may(world: World, *, build: bool) -> None:
    actor = world.actor(world.admin)
    with unit_of_work(actor):
        role = Role.objects.get(slug="manager")
        others = set(people.permissions_of(role)) - BUILD
        people.set_permissions(role=role, permissions=sorted(others | BUILD if build else others), actor=actor)


def test_what_one_drew_is_kept_while_one_may_not_save_it(world: World, sit_down: SitDown, forgive: Forgive, accessible: Accessible) -> None:
    """A permission is taken away while one draws: it stays on the device, over a reload too, and is saved once it is given back."""
    forgive("403")
    managers_may(world, build=True)
    journey = draft(world.pandar, example(), name="Mine for now")
    page = sit_down(world.manager, at=f"/journeys/{journey.pk}")
    page.get_by_role("treeitem", name="Tell us what happened. – Text").dblclick()
    question = page.get_by_label("Question", exact=True)
    question.fill("Saved?")
    saved(page)
    hold(page, journey.pk)
    question.fill("Drawn too late?")
    managers_may(world, build=False)
    expect(question).to_be_disabled()
    page.unroute("**/api/v1/journeys/*/")
    alert = page.get_by_role("alert").filter(has_text="You may not change journeys any more")
    expect(alert).to_contain_text("kept on this device")
    expect(page.locator("header").get_by_role("button", name="Add a step", exact=True)).to_be_disabled()
    accessible(page)
    assert stored(world, "Mine for now")["nodes"]["node-3"]["question"] == "Saved?"
    page.reload()
    expect(page.get_by_role("treeitem", name="Drawn too late? – Text")).to_be_visible()
    expect(alert).to_be_visible()
    with page.expect_download() as found:
        alert.get_by_role("button", name="Export as JSON").click()
    assert content(found.value)["graph"]["nodes"]["node-3"]["question"] == "Drawn too late?"
    alert.get_by_role("button", name="Throw away").click()
    expect(page.get_by_role("treeitem", name="Saved? – Text")).to_be_visible()
    page.get_by_role("alertdialog").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("treeitem", name="Drawn too late? – Text")).to_be_visible()
    managers_may(world, build=True)
    saved(page)
    assert stored(world, "Mine for now")["nodes"]["node-3"]["question"] == "Drawn too late?"


def hold(page: Page, journey: UUID) -> None:
    """Nothing is saved from now on: the server is busy."""
    page.route("**/api/v1/journeys/*/", lambda route: route.fulfill(status=503) if route.request.method == "PATCH" else route.continue_())


def test_another_admin_publishes_meanwhile(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    """What they published is not published over unseen, and nothing that one drew is lost by it."""
    forgive("409")
    journey = draft(world.pandar, example(), name="Ours")
    page = sit_down(world.admin, at=f"/journeys/{journey.pk}")
    page.get_by_role("button", name="Publish").click()
    other = world.api(world.admin)
    assert other.post(f"journeys/{journey.pk}/publish/", {"version": 1, "note": "Theirs"}).status in (200, 201)
    dialog = page.get_by_role("dialog", name="Publish")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Somebody else changed or published this journey meanwhile.")
    expect(dialog).to_contain_text("There is nothing to publish")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator("header").get_by_text("Published", exact=True)).to_be_visible()

    assert other.post(f"journeys/{journey.pk}/publish/", {"version": 2}).status in (200, 201)
    page.get_by_role("treeitem", name="Tell us what happened. – Text").dblclick()
    page.get_by_label("Question", exact=True).fill("Drawn meanwhile?")  # made of what they published: it goes on by itself
    saved(page)
    expect(page.locator("header").get_by_text("Not published yet")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    dialog.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 3 is published.")).to_be_visible()
    run = Customer(world, journey).goes(("node-1", "order_issue"))
    assert run["node"]["id"] == "node-2"


def test_what_one_drew_outlives_the_journey(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("404")
    journey = draft(world.pandar, example(), name="Gone soon")
    page = sit_down(world.admin, at=f"/journeys/{journey.pk}")
    page.get_by_role("treeitem", name="Tell us what happened. – Text").dblclick()
    assert world.api(world.admin).delete(f"journeys/{journey.pk}/").status == 200
    page.get_by_label("Question", exact=True).fill("Drawn for nothing?")
    expect(page.get_by_role("alert").filter(has_text="This journey was deleted.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("What you drew here and was not saved is kept on this device.")).to_be_visible()
    with page.expect_download() as found:
        page.get_by_role("button", name="Export as JSON").click()
    path = Path(found.value.path())
    assert json.loads(path.read_text())["graph"]["nodes"]["node-3"]["question"] == "Drawn for nothing?"
    page.get_by_role("button", name="Throw away").click()
    expect(page.get_by_text("It was deleted, or is not yours to see.", exact=True)).to_be_visible()


def test_an_end_has_a_category_of_a_list_or_of_an_answer(world: World, sit_down: SitDown) -> None:
    with unit_of_work(world.pandar.id):
        Category.objects.create(organization_id=world.pandar.id, slug="refunds", name="Money back", skill=skill_of(world, name="Refunds"))
        Category.objects.create(organization_id=world.pandar.id, slug="cards", name="Gift cards")
    journey = draft(world.pandar, SHORT, name="Ask us")
    page = sit_down(world.admin, at=f"/journeys/{journey.pk}")
    page.get_by_role("treeitem", name="ticket. – End · Opens a ticket").dblclick()
    category = page.get_by_label("Category", exact=True)
    expect(category.get_by_role("option")).to_have_text(["None", "Gift cards", "Money back", "By an answer"])
    category.select_option("Money back")
    expect(page.get_by_text("It needs an agent with the skill “Refunds”.")).to_be_visible()
    saved(page)
    assert stored(world, "Ask us")["nodes"]["ticket"]["ticket"]["category"] == "refunds"
    category.select_option("By an answer")
    page.get_by_label("Category by the answer to").select_option("q?")
    saved(page)
    assert stored(world, "Ask us")["nodes"]["ticket"]["ticket"]["category"] == "{{q}}"
    category.select_option("None")
    saved(page)
    assert "category" not in stored(world, "Ask us")["nodes"]["ticket"]["ticket"]
