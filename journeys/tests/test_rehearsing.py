"""Previews: what a graph would ask and do, by the API, with nothing stored."""
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.units import current_organization, unit_of_work
from journeys import rehearsing
from journeys.api import building as api
from journeys.graph.format import IMAGES, Graph
from journeys.graph.walking import Journey as Walkable
from journeys.limits import LARGE_VALIDATIONS, PREVIEWS, VALIDATIONS
from journeys.models import Run, Visit
from journeys.tests.graphs import UPLOADS, anything, ask, choose, end, example, graph, say
from journeys.tests.offering import Customer, draft, offered
from tickets.models import Category, Ticket

pytestmark = pytest.mark.usefixtures("redis_url")
URL = "journeys/preview/"
LIMITS = {URL: PREVIEWS, "journeys/validate/": VALIDATIONS, "journeys/{}/validate/": VALIDATIONS}
STEPS = [("node-1", "order_issue"), ("node-2", ["missing"]), ("node-3", "The blue one is missing")]


def rehearsed(world: Any, data: Any, *steps: Any, **given: Any) -> Any:
    shown = [{"back": True} if step == "back" else {"node": step[0], "value": step[1]} for step in steps]
    answer = world.api(world.admin).post(URL, {"graph": data, "steps": shown, **given})
    assert answer.status == 200, answer.text
    return answer.data


def test_it_asks_what_a_run_asks_and_describes_the_same_ticket(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        Category.objects.create(organization_id=world.pandar.id, slug="orders", name="Orders")
    customer = Customer(world, offered(world.pandar))
    for many in range(len(STEPS)):
        run, preview = customer.goes(*STEPS[:many][-1:]), rehearsed(world, example(), *STEPS[:many])
        for name in ("node", "messages", "answers", "progress", "can_go_back"):
            assert preview[name] == run[name]
        assert (preview["taken"], preview["refused"], preview["end"]) == (many, None, None)
    preview, run = rehearsed(world, example(), *STEPS), customer.goes(STEPS[-1])
    assert preview["path"] == ["node-1", "node-2", "node-3", "node-6", "end-urgent"]
    assert (preview["node"], preview["end"]["node"], preview["end"]["message"]) == (None, "end-urgent", run["message"])
    ticket = world.api(world.admin).get(f"tickets/{run['ticket']['id']}/").data
    described = preview["end"]["ticket"]
    assert described == {
        "subject": ticket["subject"], "text": described["text"], "category": ticket["category"]["slug"], "priority": ticket["priority"],
        "tags": ticket["tags"]}
    entries = world.api(world.admin).get(f"tickets/{run['ticket']['id']}/entries/").data["entries"]
    assert described["text"] == entries[0]["text"]


def test_it_stores_nothing(world: Any) -> None:
    assert rehearsed(world, example(), *STEPS)["end"]["action"] == "create_ticket"
    with unit_of_work(world.pandar.id):
        assert [model.objects.count() for model in (Run, Visit, Ticket)] == [0, 0, 0]


def test_back_keeps_the_answer_and_a_refused_step_ends_it(world: Any) -> None:
    back = rehearsed(world, example(), *STEPS[:2], "back")
    assert (back["node"]["id"], back["node"]["answer"], back["taken"]) == ("node-2", ["missing"], 3)
    refused = rehearsed(world, example(), STEPS[0], ("node-2", ["nothing of it"]), ("node-3", "never looked at"))
    assert (refused["node"]["id"], refused["taken"], refused["refused"]) == ("node-2", 1, "Please choose among the options.")
    assert rehearsed(world, example(), ("node-3", "too early"))["refused"] == rehearsing.NOT_ASKED
    assert rehearsed(world, example(), "back")["refused"] == "This is the first question."
    over = rehearsed(world, example(), *STEPS, ("end-urgent", "more"))
    assert (over["taken"], over["refused"], over["end"]["node"]) == (3, rehearsing.NOT_ASKED, "end-urgent")


def test_a_card_is_described_and_pictures_stand_for_themselves(world: Any) -> None:
    card = {"brand": "Amazon", "country": "us", "amount": "50"}
    sold = rehearsed(world, example(), ("node-1", "sell_gift_card"), ("node-4", card))["end"]
    assert (sold["ticket"], sold["submission"]) == (None, {"brand": "Amazon", "country": "US", "amount": "50"})
    pictures = graph(ask("q", IMAGES, nextNode="end"), end())
    assert rehearsed(world, pictures, ("q", UPLOADS[:2]))["answers"][0]["text"] == "2 images"


def test_a_draft_with_problems_is_gone_through_as_far_as_it_goes(world: Any) -> None:
    broken = rehearsed(world, graph(ask("q", nextNode="gone"), end()), ("q", "anything"))
    assert (broken["node"], broken["end"], broken["taken"], broken["path"]) == (None, None, 1, ["q"])
    assert rehearsed(world, {}) == {"taken": 0, "refused": None, "refused_at": "", "progress": 0.0, "can_go_back": False, "path": [],
                                    "node": None, "messages": [], "answers": [], "end": None}


def test_what_it_refuses(world: Any) -> None:
    admin = world.api(world.admin)
    assert (admin.post(URL, {"graph": {"nodes": {str(key): {} for key in range(501)}}}).code) == "too_many_nodes"
    assert admin.post(URL, {"graph": {}, "steps": [{"value": 1}]}).status == 400
    assert admin.post(URL, {"graph": {}, "steps": [{"back": True}] * 501}).status == 400
    assert world.api(world.customer).post(URL, {"graph": example()}).status == 403


def test_many_steps_through_a_large_graph_are_refused_and_either_alone_is_not(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [("q", "in", list("abcdefgh"), "end")] * 10
    data = graph(ask("q", nextNode="which"), choose("which", rules, "end"), end())
    monkeypatch.setattr(rehearsing, "MOST_WORK", 1_000)
    admin = world.api(world.admin)
    refused = admin.post(URL, {"graph": data, "steps": [{"node": "q", "value": "z"}] * 20})
    assert (refused.status, refused.code, "too many steps" in refused.text) == (400, "too_much_to_preview", True)
    assert rehearsed(world, data, *[("q", "z")] * 5)["end"]["node"] == "end"
    short = graph(ask("q", nextNode="end"), end())
    assert rehearsed(world, short, *[("q", "z")] * 20)["taken"] == 20
    assert admin.post(URL, {"graph": short, "steps": [{"node": "q", "value": "z" * 9_000}] * 12}).code == "too_much_to_preview"
    assert rehearsed(world, short, *[("q", "z" * 9_000)] * 11)["taken"] == 11


def test_the_largest_journey_is_gone_through_to_its_end(world: Any) -> None:
    asked = [ask(f"q{place}", "single_choice", nextNodeMap={"a": f"q{place + 1}"}, nextNode=f"q{place + 1}") for place in range(499)]
    assert rehearsed(world, graph(*asked, end("q499")), *((f"q{place}", "a") for place in range(499)))["end"]["node"] == "q499"


def test_no_transaction_is_held_while_it_walks(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[bool] = []
    after = rehearsing.after

    def noted(*given: Any) -> Any:
        held.append(inside())
        return after(*given)

    monkeypatch.setattr(rehearsing, "after", noted)
    assert rehearsed(world, example(), *STEPS)["end"]["ticket"]["subject"]
    assert held == [False] * 3
    with unit_of_work(world.pandar.id):
        assert inside(), "the control"


def inside() -> bool:
    """Whether a unit of work is under way."""
    try:
        current_organization()
    except RuntimeError:
        return False
    return True


@pytest.mark.parametrize("url", list(LIMITS))
def test_looking_at_graphs_is_limited(world: Any, settings: Any, url: str) -> None:
    limit, at = LIMITS[url], url.format(draft(world.pandar, {}).pk)
    settings.RATE_LIMITS = True
    admin = world.api(world.admin)
    assert [admin.post(at, {"graph": {}}).status for _ in range(limit.most + 1)] == [200] * limit.most + [429]
    assert world.api(world.manager).post(at, {"graph": {}}).status == 200, "each their own"


@pytest.mark.parametrize("url", list(LIMITS)[1:])
def test_checking_large_graphs_is_limited_more(world: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(api, "LARGE", 1_000)
    large = graph(ask("q", nextNode="end", note="x" * 1_000), end())
    at = url.format(draft(world.pandar, large).pk)
    settings.RATE_LIMITS = True
    admin = world.api(world.admin)
    most = LARGE_VALIDATIONS.most
    assert [admin.post(at, {"graph": large}).status for _ in range(most + 1)] == [200] * most + [429]
    assert admin.post("journeys/validate/", {"graph": graph(end())}).status == 200, "small ones go on"


def test_a_stored_draft_is_checked_without_a_transaction(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[bool] = []

    def noted(graph: Any) -> Any:
        held.append(inside())
        return []

    monkeypatch.setattr(api.checking, "problems", noted)
    for url in list(LIMITS)[1:]:
        assert world.api(world.admin).post(url.format(draft(world.pandar).pk), {"graph": {}}).data["valid"]
    assert held == [False] * 2


def test_the_path_goes_over_messages_and_conditions() -> None:
    walkable = Walkable(Graph.of(graph(say("hello", "q"), ask("q", nextNode="which"), choose("which", [("q", "equals", "a", "yes")], "no"),
                                       end("yes"), end("no"))))
    assert walkable.path(walkable.begin()) == ["hello", "q"]
    assert walkable.path(walkable.walk({"q": "a"})) == ["hello", "q", "which", "yes"]
    assert walkable.path(walkable.walk({"q": "b"})) == ["hello", "q", "which", "no"]
    circle = Walkable(Graph.of(graph(say("a", "b"), say("b", "a"))))
    assert circle.path(circle.begin()) == ["a", "b"]


@given(anything, st.lists(st.sampled_from(["q", "x"]).map(lambda key: {"node": key, "value": "a"}) | st.just({"back": True}), max_size=4))
def test_no_graph_makes_it_fail(data: Any, steps: Any) -> None:
    found = rehearsing.rehearse("Journey", {"startNode": "q", "nodes": {"q": data}}, steps)
    assert found["taken"] <= len(steps)
