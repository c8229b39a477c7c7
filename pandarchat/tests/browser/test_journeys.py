"""The journey builder, in a real browser: by mouse, by keyboard alone, with two admins, without a network, and with files that are none."""
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from foundation.units import unit_of_work
from journeys.models import Journey, Version
from journeys.tests.graphs import ask, end, example, graph
from journeys.tests.offering import Customer, draft, offered
from pandarchat.tests.browser.conftest import PHONE, Accessible, Forgive, SitDown
from pandarchat.tests.world import PASSWORD, World

pytestmark = pytest.mark.usefixtures("committed")


def saved(page: Page) -> None:
    """The server has what is seen."""
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()


def stored(world: World, name: str) -> Any:
    with unit_of_work(world.pandar.id):
        return Journey.objects.get(name=name).draft


def node(page: Page, text: str) -> Locator:
    return page.locator(".react-flow__node", has_text=text)


def add(page: Page, kind: str) -> None:
    page.get_by_role("dialog", name="Add a step").get_by_role("option", name=kind).click()


def options(page: Page, *labels: str) -> None:
    for label in labels:
        page.get_by_label("New option").fill(label)
        page.get_by_role("button", name="Add an option").click()
        expect(page.get_by_role("button", name=f"Remove {label}")).to_be_visible()


def publish(page: Page) -> None:
    page.get_by_role("banner").or_(page.locator("header")).get_by_role("button", name="Publish").first.click()
    dialog = page.get_by_role("dialog", name="Publish")
    dialog.get_by_label("What changed").fill("The first one")
    dialog.get_by_role("button", name="Publish").click()


def test_from_nothing_to_what_customers_go_through(world: World, sit_down: SitDown) -> None:
    page = sit_down(world.admin, at="/journeys", reduced_motion="reduce")  # nothing moves by itself while one drags
    page.get_by_role("button", name="New journey").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Ask us")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("note").get_by_role("button", name="Add the first question").click()
    offered = page.get_by_role("dialog", name="Add a step")
    expect(offered.get_by_role("option", name="Message")).to_be_visible()
    expect(offered.get_by_role("option", name="Condition")).to_have_count(0)  # there is no answer yet to ask for
    expect(offered.get_by_role("option", name="End")).to_have_count(0)
    add(page, "Single choice")
    expect(page.get_by_role("note")).to_have_count(0)
    expect(node(page, "Nothing written yet")).to_contain_text("Start")
    page.get_by_label("Question", exact=True).fill("What is it about?")
    options(page, "An order", "Something else")
    page.get_by_label("New option").fill("an order")
    page.get_by_role("button", name="Add an option").click()
    twice = page.get_by_role("complementary", name="Step").get_by_text("Options 1 and 3 are both called “an order”.")
    expect(twice).to_be_visible()
    page.get_by_role("button", name="Remove an order", exact=True).click()
    expect(twice).to_have_count(0)
    page.get_by_role("combobox", name="An order leads to").select_option(label="New step…")
    add(page, "Text")
    page.get_by_label("Question", exact=True).fill("Which order?")
    page.get_by_role("button", name="Show all").click()
    page.mouse.move(700, 120)
    source = node(page, "What is it about?").locator(".react-flow__handle.source").nth(1)
    target = node(page, "Only says goodbye").locator(".react-flow__handle.target")
    source.drag_to(target)
    node(page, "Which order?").locator(".react-flow__handle.source").click()
    add(page, "End")
    page.get_by_label("Subject of the ticket").fill("Order")
    page.get_by_role("button", name="Insert an answer").first.click()
    page.get_by_role("menuitem", name="Which order?").click()
    expect(page.get_by_label("Subject of the ticket")).to_have_value("Order {{question-2}}")
    page.get_by_label("Closing message").fill("We are on it.")
    saved(page)
    page.locator("header").get_by_role("button", name="Publish").click()
    told = "Customers see “Ask us” at once and can begin it. For whom: Everyone."
    expect(page.get_by_role("dialog", name="Publish")).to_contain_text(told)
    page.keyboard.press("Escape")
    publish(page)
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()
    page.locator("header").get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog", name="Publish")
    expect(dialog).to_contain_text("There is nothing to publish")
    expect(dialog.get_by_role("button", name="Publish")).to_be_disabled()
    page.keyboard.press("Escape")
    with unit_of_work(world.pandar.id):
        journey = Journey.objects.get(name="Ask us")
        assert Version.objects.get(journey=journey).note == "The first one"
    run = Customer(world, journey).goes(("question-1", "an_order"), ("question-2", "The blue one"))
    assert (run["status"], run["message"]) == ("completed", "We are on it.")
    assert world.api(world.admin).get(f"tickets/{run['ticket']['id']}/").data["subject"] == "Order The blue one"


def test_the_same_by_keyboard_alone(world: World, sit_down: SitDown) -> None:
    journey = draft(world.pandar, graph(ask("hello", nextNode="end"), end()), name="By keys")
    page = sit_down(world.admin, at=f"/journeys/{journey.pk}")
    keys = page.keyboard
    page.get_by_role("tree", name="Outline").get_by_role("treeitem").first.focus()
    keys.press("Enter")
    expect(page.get_by_label("Question", exact=True)).to_be_focused()
    keys.press("ControlOrMeta+a")
    keys.type("Where are you?")
    keys.press("Escape")
    item = page.get_by_role("treeitem", name="Where are you? – Text")
    expect(item).to_be_focused()
    keys.press("n")
    expect(page.get_by_role("dialog", name="Add a step")).to_be_visible()
    keys.type("Mes")  # the list finds what is typed
    keys.press("Enter")
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    keys.type("Nice place.")
    keys.press("Escape")
    expect(page.get_by_role("treeitem", name="Nice place. – Message")).to_be_focused()
    keys.press("d")
    expect(page.get_by_role("treeitem", name="Nice place. – Message")).to_have_count(2)
    keys.press("ControlOrMeta+z")
    expect(page.get_by_role("treeitem", name="Nice place. – Message")).to_have_count(1)
    keys.press("ControlOrMeta+y")
    expect(page.get_by_role("treeitem", name="Nice place. – Message")).to_have_count(2)
    keys.press("End")
    keys.press("Delete")
    expect(page.get_by_role("treeitem", name="Nice place. – Message")).to_have_count(1)
    # The canvas: arrow keys follow the ways.
    page.locator(".react-flow__node").first.focus()
    keys.press("Home")
    expect(node(page, "Where are you?")).to_be_focused()
    keys.press("ArrowRight")
    expect(node(page, "Nice place.")).to_be_focused()
    keys.press("ArrowRight")
    expect(node(page, "end.")).to_be_focused()
    keys.press("ArrowLeft")
    expect(node(page, "Nice place.")).to_be_focused()
    keys.press("c")
    expect(page.get_by_label("Next step")).to_be_focused()
    saved(page)
    nodes = stored(world, "By keys")["nodes"]
    assert [found["type"] for found in nodes.values()] == ["question", "end", "message"]
    hello, message = nodes["hello"], nodes["message-1"]
    assert (hello["question"], hello["nextNode"], message["nextNode"]) == ("Where are you?", "message-1", "end")
    keys.press("Escape")
    keys.press("ControlOrMeta+k")
    expect(page.get_by_role("dialog", name="What would you like to do?")).to_be_visible()
    keys.type("publish")
    keys.press("Enter")
    expect(page.get_by_role("dialog", name="Publish")).to_be_visible()


def test_problems_are_shown_where_they_are_and_lead_there(world: World, sit_down: SitDown) -> None:
    broken = graph(ask("q", nextNode="end", question="First?"), end(), ask("alone", question="Alone?", validation={"pattern": "("}))
    journey = draft(world.pandar, broken, name="Broken")
    page = sit_down(world.admin, at=f"/journeys/{journey.pk}")
    expect(page.get_by_role("treeitem", name="Alone?")).to_have_accessible_name(
        "Alone? – Text. Nothing leads here. Next leads nowhere. 4 problems")
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog", name="Publish")
    expect(dialog.get_by_role("button", name="Publish")).to_be_disabled()
    dialog.get_by_role("button", name="The pattern cannot be used").click()
    expect(page.get_by_label("Pattern")).to_be_focused()
    page.get_by_label("Pattern").fill("[0-9]+")
    page.get_by_label("Next step").select_option(label="end.")
    page.get_by_label("First? leads to").or_(page.get_by_role("button", name="Alone? No answers lead here.")).click()
    expect(page.get_by_label("Question", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("s")  # it starts here: the other one is what nothing leads to now
    expect(page.get_by_role("button", name="First? No answers lead here.")).to_be_visible()
    page.get_by_role("button", name="First? No answers lead here.").click()
    page.get_by_role("complementary", name="Step").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No problems. It can be published.")).to_be_visible()


def test_a_preview_runs_the_draft_and_stores_nothing(world: World, sit_down: SitDown) -> None:
    journey = draft(world.pandar, example(), name="Preview me")
    page = sit_down(world.admin, at=f"/journeys/{journey.pk}")
    page.get_by_role("button", name="Preview").first.click()
    preview = page.get_by_role("region", name="Preview").last
    preview.get_by_role("radio", name="Order Issue").check()
    preview.get_by_role("button", name="Answer").click()
    preview.get_by_role("checkbox", name="An item is missing").check(force=True)
    preview.get_by_role("button", name="Answer").click()
    preview.get_by_label("Your answer").fill("short")
    preview.get_by_role("button", name="Answer").click()
    expect(preview.get_by_role("alert")).to_contain_text("at least 10")
    expect(preview.get_by_label("Your answer")).to_have_value("short")  # it stays to be mended
    preview.get_by_label("Your answer").fill("The blue one is missing")
    preview.get_by_role("button", name="Answer").click()
    expect(preview).to_contain_text("Missing item: The blue one is missing")
    expect(preview).to_contain_text("High")
    preview.get_by_role("button", name="Back").click()
    expect(preview.get_by_label("Your answer")).to_have_value("The blue one is missing")
    assert world.api(world.admin).get(f"journeys/{journey.pk}/runs/").data == []


def test_the_chosen_step_stays_in_view_when_its_canvas_gets_smaller(world: World, sit_down: SitDown) -> None:
    journey = draft(world.pandar, example(), name="Look at me")
    page = sit_down(world.admin, at=f"/journeys/{journey.pk}", viewport={"width": 1600, "height": 800}, reduced_motion="reduce")
    page.get_by_role("treeitem", name="Tell us what happened. – Text").click()
    step = node(page, "Tell us what happened.")
    expect(step).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1100, "height": 800})
    expect(step).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 360, "height": 640})
    page.get_by_role("button", name="Canvas").click()
    expect(step).to_be_in_viewport(ratio=1)


def test_what_another_admin_saved_is_shown_beside_mine_and_both_are_kept(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("409")
    journey = draft(world.pandar, example(), name="Ours")
    page = sit_down(world.admin, at=f"/journeys/{journey.pk}")
    expect(page.get_by_role("treeitem", name="Tell us what happened. – Text")).to_be_visible()
    other = example()
    other["nodes"]["node-5"]["question"] = "Theirs?"
    assert world.api(world.admin).patch(f"journeys/{journey.pk}/", {"version": 1, "graph": other}).status == 200
    page.get_by_role("treeitem", name="Tell us what happened. – Text").dblclick()
    page.get_by_label("Question", exact=True).fill("Mine?")
    page.get_by_role("alert").get_by_role("button", name="Compare").click()
    dialog = page.get_by_role("dialog", name="Somebody else changed this draft")
    expect(dialog.get_by_role("region", name="Yours")).to_contain_text("Mine?")
    expect(dialog.get_by_role("region", name="Theirs")).to_contain_text("Theirs?")
    assert stored(world, "Ours") == other, "nothing is overwritten before one decides"
    dialog.get_by_role("button", name="Put both together").click()
    saved(page)
    nodes = stored(world, "Ours")["nodes"]
    assert (nodes["node-3"]["question"], nodes["node-5"]["question"]) == ("Mine?", "Theirs?")


def test_nothing_is_lost_without_a_network_or_a_session(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("ERR_INTERNET_DISCONNECTED", "401", "WebSocket")
    journey = draft(world.pandar, example(), name="Kept")
    page = sit_down(world.admin, at=f"/journeys/{journey.pk}")
    page.get_by_role("treeitem", name="Tell us what happened. – Text").dblclick()
    page.context.set_offline(True)
    page.get_by_label("Question", exact=True).fill("Drawn in a tunnel?")
    expect(page.get_by_role("alert")).to_contain_text("Kept on this device")
    page.context.clear_cookies()
    page.context.set_offline(False)
    page.goto(f"/journeys/{journey.pk}")  # the session is over: one signs in, and it is there
    page.get_by_label("Organization").fill("pandar")
    page.get_by_label("Email address").fill(world.admin.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("treeitem", name="Drawn in a tunnel? – Text")).to_be_visible()
    saved(page)
    assert stored(world, "Kept")["nodes"]["node-3"]["question"] == "Drawn in a tunnel?"


@pytest.mark.parametrize(("content", "said"), [
    ("{not json", "it is not JSON"), ("[1, 2]", "it has no steps"), ('{"hello": 1}', "it has no steps"),
    (json.dumps({"name": "x", "graph": {"nodes": {f"n{number}": {} for number in range(501)}}}), "500 nodes at most")])
def test_a_file_that_is_no_journey_is_refused(world: World, sit_down: SitDown, forgive: Forgive, content: str, said: str) -> None:
    forgive("400")
    page = sit_down(world.admin, at="/journeys")
    expect(page.get_by_text("No journey yet")).to_be_visible()
    page.locator("input[type=file]").set_input_files({"name": "journey.json", "mimeType": "application/json", "buffer": content.encode()})
    expect(page.get_by_role("alertdialog")).to_contain_text(said)
    with unit_of_work(world.pandar.id):
        assert not Journey.objects.exists()


def test_a_file_is_imported_with_its_problems(world: World, sit_down: SitDown, tmp_path: Path) -> None:
    """Anything in the shape of a graph opens, however broken it is inside."""
    file = tmp_path / "From elsewhere.json"
    nodes: dict[str, Any] = {
        "a": {"id": "a", "type": "question", "nextNode": 7, "options": "none"}, "b": [], "c": {"type": "robot", "rules": {"x": None}},
        "d": None,
    }
    file.write_text(json.dumps({"startNode": "nowhere", "nodes": nodes}))
    page = sit_down(world.admin, at="/journeys")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("heading", name="From elsewhere")).to_be_visible()
    expect(page.get_by_role("treeitem")).to_have_count(4)
    page.get_by_role("button", name="Problems").click()
    expect(page.get_by_role("list", name="Problems").get_by_role("listitem").first).to_contain_text("not there")


def test_versions_are_compared_and_brought_back(world: World, sit_down: SitDown) -> None:
    journey = offered(world.pandar, example(), name="Twice")
    changed = example()
    changed["nodes"]["node-3"]["question"] = "What now?"
    assert world.api(world.admin).patch(f"journeys/{journey.pk}/", {"version": journey.version, "graph": changed}).status == 200
    page = sit_down(world.admin, at=f"/journeys/{journey.pk}")
    page.get_by_role("button", name="Versions").click()
    dialog = page.get_by_role("dialog", name="Versions")
    expect(dialog.get_by_role("deletion")).to_contain_text("Tell us what happened.")
    expect(dialog.get_by_role("insertion")).to_contain_text("What now?")
    dialog.get_by_role("button", name="Take as draft: Version 1").click()
    expect(page.get_by_role("treeitem", name="Tell us what happened. – Text")).to_be_visible()
    saved(page)
    assert stored(world, "Twice") == example()



def test_it_can_be_used_on_a_phone(world: World, sit_down: SitDown, accessible: Accessible) -> None:
    journey = offered(world.pandar, example(), name="Small")
    page = sit_down(world.admin, at=f"/journeys/{journey.pk}", viewport=PHONE)
    page.get_by_role("treeitem", name="Tell us what happened. – Text").dblclick()
    page.get_by_label("Question", exact=True).fill("Small?")
    page.get_by_role("button", name="Back to the steps").click()
    expect(page.get_by_role("treeitem", name="Small? – Text")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Canvas").click()
    expect(node(page, "Small?")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
