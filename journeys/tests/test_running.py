"""Customers on their way: what is asked next, back, changed answers, the end once; refusals that change nothing."""
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.parallel import at_once
from foundation.errors import Conflict
from foundation.models import Event
from foundation.units import unit_of_work
from journeys import queries
from journeys.actions import building, running
from journeys.models import Run, TicketAnswer, Visit
from journeys.tests.graphs import ask, end, example, graph, say
from journeys.tests.offering import SHORT, Customer, draft, offered, publish, rows, run_row
from tickets.models import Category, Ticket, TicketTag

pytestmark = pytest.mark.usefixtures("redis_url")
TO_TICKET = [("q", "a"), ("why", "It never came.")]


def tickets(world: Any) -> list[Ticket]:
    with unit_of_work(world.pandar.id):
        return list(Ticket.objects.select_related("category", "customer"))


def test_a_run_asks_one_question_after_the_other(world: Any) -> None:
    customer = Customer(world, offered(world.pandar))
    first = customer.first
    assert (first["status"], first["progress"], first["can_go_back"], first["answers"]) == ("active", 0, False, [])
    assert first["node"] == {
        "id": "node-1", "type": "question", "questionType": "single_choice", "question": "What do you need help with?", "help": "",
        "required": True, "options": example()["nodes"]["node-1"]["options"], "validation": {}, "answer": None}
    second = customer.goes(("node-1", "order_issue"))
    assert (second["node"]["id"], second["progress"], second["can_go_back"]) == ("node-2", 0.25, True)
    assert second["answers"] == [{"node": "node-1", "question": "What do you need help with?", "questionType": "single_choice",
                                  "value": "order_issue", "text": "Order Issue"}]
    assert customer.now() == second


def test_its_end_opens_a_ticket_with_what_was_answered(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        Category.objects.create(organization_id=world.pandar.id, slug="orders", name="Orders")
    customer = Customer(world, offered(world.pandar))
    done = customer.goes(("node-1", "order_issue"), ("node-2", ["missing", "late"]), ("node-3", "Two cards are\nnot in it."))
    assert (done["status"], done["action"], done["progress"], done["node"]) == ("completed", "create_ticket", 1, None)
    assert done["message"] == "We are on it."
    (ticket,) = tickets(world)
    assert done["ticket"] == {"id": str(ticket.pk), "number": f"PAN-{ticket.number}"}
    assert (ticket.subject, ticket.get_priority_display(), ticket.customer, ticket.category and ticket.category.slug) == (
        "Missing item: Two cards are not in it.", "High", world.customer, "orders")
    agent = world.api(world.agent)
    assert agent.get(f"tickets/{ticket.pk}/").data["tags"] == ["missing-item"]
    assert agent.get(f"tickets/{ticket.pk}/entries/").data["entries"][0]["text"] == (
        "What do you need help with?\nOrder Issue\n\nWhat is wrong with the order?\nIt is late, An item is missing\n\n"
        "Tell us what happened.\nTwo cards are\nnot in it.")
    kept = agent.get(f"tickets/{ticket.pk}/answers/").data
    assert [(answer["node"], answer["value"], answer["text"]) for answer in kept] == [
        ("node-1", "order_issue", "Order Issue"), ("node-2", ["late", "missing"], "It is late, An item is missing"),
        ("node-3", "Two cards are\nnot in it.", "Two cards are\nnot in it.")]
    assert world.api(world.customer).get(f"tickets/{ticket.pk}/answers/").data == kept
    assert world.api(world.other_customer).get(f"tickets/{ticket.pk}/answers/").status == 404
    assert world.api(world.agent).get(f"runs/{customer.run}/").data == done


def test_the_staff_are_told_after_the_commit_and_the_queue_is_asked(world: Any) -> None:
    customer = Customer(world, offered(world.pandar, SHORT))
    customer.goes(*TO_TICKET)
    (ticket,) = tickets(world)
    with unit_of_work(world.pandar.id):
        event = Event.objects.get(kind="ticket.queued")
    assert event.payload["ticket"] == str(ticket.pk)
    assert '"priority":"high"' in event.payload["push"][0][1]


def test_a_category_that_is_gone_costs_nobody_a_ticket(world: Any) -> None:
    data = graph(ask("q", nextNode="t"), end("t", "create_ticket", ticket={"subject": "{{q}}", "category": "gone", "priority": "{{q}}"}))
    done = Customer(world, offered(world.pandar, data)).goes(("q", "urgent"))
    (ticket,) = tickets(world)
    assert (done["ticket"]["id"], ticket.category, ticket.get_priority_display()) == (str(ticket.pk), None, "Urgent")


def test_a_card_is_described_and_never_more(world: Any) -> None:
    customer = Customer(world, offered(world.pandar))
    customer.goes(("node-1", "sell_gift_card"))
    card = {"brand": "Steam", "country": "us", "amount": 50}
    assert customer.answers("node-4", {**card, "code": "AAAA-BBBB"}).status == 400
    done = customer.goes(("node-4", card))
    assert (done["status"], done["action"], done["ticket"]) == ("completed", "sell_gift_card", None)
    assert done["submission"] == {"brand": "Steam", "country": "US", "amount": "50"}
    assert done["message"] == "Thank you. An agent checks your card now."
    assert tickets(world) == []
    assert run_row(world.pandar, customer.run).submission == done["submission"]


def test_a_journey_without_questions_is_completed_at_once(world: Any) -> None:
    begun = Customer(world, offered(world.pandar, graph(say("hello", "end"), end()))).first
    assert (begun["status"], begun["action"], begun["messages"], begun["message"]) == ("completed", "none", ["hello!"], "end.")


def test_back_asks_the_question_before_with_its_answer(world: Any) -> None:
    customer = Customer(world, offered(world.pandar, SHORT))
    customer.goes(("q", "a"))
    returned = customer.back().data
    assert (returned["node"]["id"], returned["node"]["answer"], returned["answers"], returned["can_go_back"]) == ("q", "a", [], False)
    assert customer.now() == returned
    again = customer.back()
    assert (again.status, again.code, again.body["current"]["node"]["id"]) == (409, "at_start", "q")
    assert customer.goes(("q", "a"))["node"]["id"] == "why"


def test_a_changed_answer_drops_those_that_are_no_longer_on_the_path(world: Any) -> None:
    customer = Customer(world, offered(world.pandar))
    customer.goes(("node-1", "order_issue"), ("node-2", ["late"]))
    changed = customer.goes(("node-1", "other"))
    assert (changed["node"]["id"], [answer["node"] for answer in changed["answers"]]) == ("node-3", ["node-1"])
    returned = customer.goes(("node-1", "order_issue"))
    assert (returned["node"]["id"], returned["node"]["answer"]) == ("node-2", None)


def test_what_was_dropped_is_not_in_the_ticket(world: Any) -> None:
    customer = Customer(world, offered(world.pandar))
    done = customer.goes(("node-1", "order_issue"), ("node-2", ["missing"]), ("node-1", "other"), ("node-3", "It never came."))
    assert [answer.node for answer in rows(world.pandar, TicketAnswer, by="position")] == ["node-1", "node-3"]
    assert done["message"] == "We will answer soon.", "a condition sees no answer that was dropped"


@pytest.mark.parametrize(("node", "value", "status", "code"), [
    ("q", "d", 400, "invalid"), ("q", None, 400, "invalid"), ("why", "x", 409, "not_asked"), ("end", "x", 409, "not_asked"),
    ("gone", "x", 409, "not_asked")])
def test_what_is_no_answer_is_refused_and_changes_nothing(world: Any, node: str, value: Any, status: int, code: str) -> None:
    customer = Customer(world, offered(world.pandar, SHORT))
    before = customer.now()
    answer = customer.answers(node, value)
    assert (answer.status, answer.code) == (status, code)
    if status == 409:
        assert answer.body["current"] == before
    else:
        assert list(answer.body["fields"]) == ["value"]
    assert customer.now() == before


@pytest.mark.parametrize("body", [{}, {"node": "q"}, {"value": "a"}, {"node": None, "value": "a"}, {"node": "x" * 101, "value": "a"}])
def test_a_malformed_answer_names_its_field(world: Any, body: Any) -> None:
    customer = Customer(world, offered(world.pandar, SHORT))
    answer = customer.api.post(f"runs/{customer.run}/answers/", body)
    assert (answer.status, answer.code) == (400, "invalid")


def test_a_completed_run_takes_no_more_and_the_same_answer_finds_it_completed(world: Any) -> None:
    customer = Customer(world, offered(world.pandar, SHORT))
    done = customer.goes(*TO_TICKET)
    assert customer.answers(*TO_TICKET[-1]).data == done
    for refused in (customer.answers("why", "Something else."), customer.answers("q", "b"), customer.back()):
        assert (refused.status, refused.code, refused.body["current"]) == (409, "completed", done)
    at_its_end = customer.answers("ticket", "x")
    assert (at_its_end.status, at_its_end.code, at_its_end.body["current"]) == (409, "not_asked", done)
    assert len(tickets(world)) == 1


def test_a_repeated_key_answers_the_first_time(world: Any) -> None:
    journey = offered(world.pandar, SHORT)
    api = world.api(world.customer)
    first, again = (api.post(f"journeys/{journey.pk}/runs/", key="begin") for _ in range(2))
    assert (first.data, again.headers["Idempotent-Replay"]) == (again.data, "true")
    customer = Customer(world, journey)
    customer.goes(TO_TICKET[0])
    first, again = (customer.answers(*TO_TICKET[1], key="last") for _ in range(2))
    assert (first.data, len(tickets(world))) == (again.data, 1)


def completed_in_parallel(world: Any, customer: Customer) -> list[Any]:
    world.token(world.customer)
    return at_once([lambda: world.api(world.customer).post(f"runs/{customer.run}/answers/", {"node": "why", "value": "x"})] * 8)


def test_eight_completions_at_once_open_one_ticket(world: Any) -> None:
    customer = Customer(world, offered(world.pandar, SHORT))
    customer.goes(("q", "a"))
    answers = completed_in_parallel(world, customer)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.data["ticket"]["id"] for answer in answers}) == 1
    assert len(tickets(world)) == len(rows(world.pandar, Visit, answered=True)) - 1 == 1


def test_without_the_lock_more_than_one_would_be_opened(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A negative control: what the run's row keeps from happening."""
    customer = Customer(world, offered(world.pandar, SHORT))
    customer.goes(("q", "a"))
    monkeypatch.setattr(running, "locked", lambda actor, run: queries.run(actor=actor, key=run))
    answers = completed_in_parallel(world, customer)
    assert len(tickets(world)) > 1 or {answer.status for answer in answers} != {200}


def test_whatever_comes_at_once_leaves_one_way_through(world: Any) -> None:
    """Answers, changed answers and steps back in any order: each is taken or told why not, and what is stored is a path."""
    customer = Customer(world, offered(world.pandar, SHORT))
    world.token(world.customer)

    def sends(path: str, body: Any = None) -> Any:
        return lambda: world.api(world.customer).post(f"runs/{customer.run}/{path}/", body)

    answers = at_once([sends("answers", {"node": "q", "value": "a"}), sends("back"), sends("answers", {"node": "why", "value": "x"}),
                       sends("answers", {"node": "q", "value": "a"})] * 3)
    assert {(answer.status, answer.code) for answer in answers if answer.status != 200} <= {
        (409, "not_asked"), (409, "at_start"), (409, "completed")}
    row, done = run_row(world.pandar, customer.run), customer.now()["status"] == "completed"
    assert [key for key, _ in row.answers] == ["q", "why"][:len(row.answers)] and done == (len(row.answers) == 2)
    assert len(tickets(world)) == done and len(rows(world.pandar, Visit, left_at=None)) == (not done)


def test_a_completion_that_fails_leaves_nothing(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = Customer(world, offered(world.pandar, SHORT))
    before = customer.goes(("q", "a"))

    def fails(*given: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(running, "keep_answers", fails)
        assert customer.answers("why", "It never came.").status == 500
    assert (tickets(world), customer.now()) == ([], before)
    with unit_of_work(world.pandar.id):
        assert not Event.objects.filter(kind="ticket.queued").exists()
    assert customer.answers("why", "It never came.").data["status"] == "completed"


def test_a_run_goes_on_with_the_version_it_began_with(world: Any) -> None:
    journey = offered(world.pandar, SHORT)
    customer = Customer(world, journey)
    with unit_of_work(world.pandar.id):
        admin = world.actor(world.admin)
        new = {"graph": graph(ask("new", nextNode="end"), end())}
        changed = building.update(actor=admin, journey=journey.pk, version=journey.version, changes=new)
    publish(world.pandar, changed)
    assert Customer(world, journey).first["node"]["id"] == "new"
    with unit_of_work(world.pandar.id):
        building.archive(actor=admin, journey=journey.pk)
    assert customer.now()["version"] == 1
    assert customer.goes(*TO_TICKET)["status"] == "completed"
    assert world.api(world.customer).post(f"journeys/{journey.pk}/runs/").status == 404


def test_left_and_resumed(world: Any) -> None:
    journey = offered(world.pandar, SHORT)
    customer = Customer(world, journey)
    stood = customer.goes(("q", "a"))
    queries.walkable.cache_clear()
    assert world.api(world.customer).get(f"journeys/{journey.pk}/runs/").data == [stood]
    with unit_of_work(world.pandar.id):
        building.archive(actor=world.actor(world.admin), journey=journey.pk)
    assert world.api(world.customer).get(f"journeys/{journey.pk}/runs/").data == [stood], "whoever has begun finds it, and goes on"
    assert world.api(world.other_customer).get(f"journeys/{journey.pk}/runs/").status == 404
    done = customer.goes(("why", "x"))
    assert done["status"] == "completed" and world.api(world.agent).get(f"journeys/{journey.pk}/runs/").data == [done]


def test_many_runs_ask_the_database_no_more_than_one(world: Any) -> None:
    journey, asked = offered(world.pandar, SHORT), []
    for _ in range(3):
        Customer(world, journey).goes(*TO_TICKET)
        with unit_of_work(world.pandar.id), CaptureQueriesContext(connection) as captured:
            shown = queries.runs(world.actor(world.customer), journey.pk)
        asked.append(len(captured))
    assert len(shown) == 3 and len(set(asked)) == 1, asked
    numbers = sorted((ticket.number for ticket in tickets(world)), reverse=True)
    assert [run["ticket"]["number"] for run in shown] == [f"PAN-{number}" for number in numbers]


def test_a_draft_and_a_foreign_run_are_not_there(world: Any) -> None:
    customer = Customer(world, offered(world.pandar, SHORT))
    hidden = draft(world.pandar)
    assert world.api(world.customer).post(f"journeys/{hidden.pk}/runs/").status == 404
    for stranger in (world.other_customer, world.acme.customer, world.acme.admin):
        api = world.api(stranger)
        assert {api.get(f"runs/{customer.run}/").status, api.post(f"runs/{customer.run}/back/").status,
                api.post(f"runs/{customer.run}/answers/", {"node": "q", "value": "a"}).status} == {404}


@pytest.mark.parametrize("person", ["agent", "manager", "admin"])
def test_staff_look_and_do_not_go(world: Any, person: str) -> None:
    journey = offered(world.pandar, SHORT)
    customer = Customer(world, journey)
    api = world.api(getattr(world, person))
    assert api.post(f"journeys/{journey.pk}/runs/").status == 403
    assert api.get(f"runs/{customer.run}/").data == customer.first
    assert api.post(f"runs/{customer.run}/answers/", {"node": "q", "value": "a"}).status == 403
    assert api.post(f"runs/{customer.run}/back/").status == 403


def test_runs_are_not_begun_without_end(world: Any, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.RATE_LIMITS = True
    monkeypatch.setattr(running, "BEGUN_MOST", 2)
    journey = offered(world.pandar, SHORT)
    api = world.api(world.customer)
    statuses = [api.post(f"journeys/{journey.pk}/runs/").status for _ in range(3)]
    assert statuses == [201, 201, 429]
    assert world.api(world.other_customer).post(f"journeys/{journey.pk}/runs/").status == 201


def test_one_visit_is_open_while_a_run_is_active(world: Any) -> None:
    customer = Customer(world, offered(world.pandar, SHORT))
    customer.goes(("q", "a"))
    customer.back()
    customer.goes(("q", "a"))
    visits = [(visit.node, visit.answered, visit.left_at is None) for visit in rows(world.pandar, Visit)]
    assert visits == [("q", True, False), ("why", False, False), ("q", True, False), ("why", False, True)]
    customer.goes(("q", "a"))
    assert [visit.answered for visit in rows(world.pandar, Visit)] == [True, False, True, False, False], "changing another answer is none"
    customer.goes(("why", "x"))
    assert all(visit.left_at for visit in rows(world.pandar, Visit))


def test_the_database_keeps_what_was_published_and_what_a_ticket_was_told(world: Any) -> None:
    customer = Customer(world, offered(world.pandar, SHORT))
    customer.goes(*TO_TICKET)
    for sql in ("UPDATE journeys_version SET number = 9", "DELETE FROM journeys_version", "UPDATE journeys_ticketanswer SET text = 'x'",
                "DELETE FROM journeys_ticketanswer"):
        with pytest.raises(ProgrammingError, match="permission denied"), unit_of_work(world.pandar.id):
            connection.cursor().execute(sql)
    with pytest.raises(IntegrityError, match="run_of_ticket_once"), unit_of_work(world.pandar.id):
        done = Run.objects.get(pk=customer.run)
        Run.objects.create(organization_id=done.organization_id, journey_id=done.journey_id, version_id=done.version_id,
                           customer_id=done.customer_id, status=done.status, completed_at=done.completed_at, ticket_id=done.ticket_id)


def test_tags_and_the_subject_come_of_the_answers(world: Any) -> None:
    Customer(world, offered(world.pandar, SHORT)).goes(*TO_TICKET)
    (ticket,) = tickets(world)
    with unit_of_work(world.pandar.id):
        assert list(TicketTag.objects.values_list("name", flat=True)) == ["a"]
    assert ticket.subject == "It never came."


def test_an_action_of_a_completed_run_is_a_conflict(world: Any) -> None:
    customer = Customer(world, offered(world.pandar, SHORT))
    customer.goes(*TO_TICKET)
    with unit_of_work(world.pandar.id), pytest.raises(Conflict, match="completed"):
        running.back(actor=world.actor(world.customer), run=run_row(world.pandar, customer.run).pk)


def test_a_run_stands_where_its_answers_lead(world: Any) -> None:
    customer = Customer(world, offered(world.pandar, SHORT))
    customer.goes(("q", "a"))
    row = run_row(world.pandar, customer.run)
    assert (row.answers, row.kept, row.node) == ([["q", "a"]], {}, "why")
    with unit_of_work(world.pandar.id):
        Run.objects.filter(pk=row.pk).update(node="nowhere")
    assert customer.now()["node"]["id"] == "why"
