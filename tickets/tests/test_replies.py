"""What a message moves: the customer's reply reopens, the staff's first one begins the work, a note nothing."""
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from accounts.tests.parallel import at_once
from chat.models import Entry
from foundation.models import Event
from foundation.units import unit_of_work
from tickets.models import Status, Ticket


def say(world: Any, person: Any, ticket: Ticket, **given: Any) -> Any:
    return world.api(person).post(f"tickets/{ticket.pk}/messages/", {"client_id": str(uuid4()), "text": "Hello", **given})


def become(world: Any, ticket: Ticket, status: str) -> None:
    world.api(world.agent).post(f"tickets/{ticket.pk}/status/", {"status": status})
    assert world.pandar.fresh(ticket).status == status


def kinds(world: Any, ticket: Ticket) -> list[str]:
    with unit_of_work(world.pandar.id):
        return list(Entry.objects.filter(conversation_id=ticket.pk).order_by("staff_seq").values_list("kind", flat=True))


def test_the_first_reply_begins_the_work(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    assert say(world, world.agent, ticket).status == 201
    first = world.pandar.fresh(ticket)
    assert (first.status, first.first_response_at is not None, first.version) == ("in_progress", True, 3)
    assert kinds(world, ticket) == ["message", "assignment", "message", "status"]
    say(world, world.agent, ticket)
    second = world.pandar.fresh(ticket)
    assert (second.first_response_at, second.version) == (first.first_response_at, 3)


def test_a_note_is_no_reply(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    assert say(world, world.agent, ticket, internal=True).status == 201
    assert (world.pandar.fresh(ticket).status, world.pandar.fresh(ticket).first_response_at) == ("assigned", None)


def test_a_reply_to_a_waiting_ticket_is_a_response_and_leaves_it_waiting(world: Any) -> None:
    ticket = world.ticket()
    say(world, world.agent, ticket)
    found = world.pandar.fresh(ticket)
    assert (found.status, found.first_response_at is not None) == ("queued", True)


@pytest.mark.parametrize("status", ["queued", "assigned", "in_progress"])
def test_a_customers_message_moves_nothing_that_is_under_way(world: Any, status: str) -> None:
    ticket = world.ticket(agent=None if status == "queued" else world.agent)
    if status == "in_progress":
        become(world, ticket, status)
    before = world.pandar.fresh(ticket).version
    assert say(world, world.customer, ticket).status == 201
    assert (world.pandar.fresh(ticket).status, world.pandar.fresh(ticket).version) == (status, before)


def test_pending_goes_on_with_the_customers_reply(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    become(world, ticket, "pending")
    say(world, world.agent, ticket)
    assert world.pandar.fresh(ticket).status == "pending", "the staff's own message is no answer"
    say(world, world.customer, ticket)
    assert (world.pandar.fresh(ticket).status, world.pandar.fresh(ticket).assignee_id) == ("in_progress", world.agent.id)


def test_resolved_is_reopened_for_whoever_had_it(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    become(world, ticket, "resolved")
    say(world, world.agent, ticket)
    assert world.pandar.fresh(ticket).status == "resolved"
    assert say(world, world.customer, ticket).status == 201
    found = world.pandar.fresh(ticket)
    assert (found.status, found.assignee_id, found.preferred_agent_id, found.resolved_at) == ("queued", None, world.agent.id, None)
    with unit_of_work(world.pandar.id):
        assert Event.objects.filter(kind="ticket.queued").count() == 2, "opened, and queued again"


@pytest.mark.parametrize(("age", "reopens"), [(timedelta(days=6, hours=23, minutes=59), True), (timedelta(days=7, minutes=1), False)])
def test_it_reopens_for_seven_days(world: Any, age: timedelta, reopens: bool) -> None:
    ticket = world.ticket(agent=world.agent)
    become(world, ticket, "resolved")
    with unit_of_work(world.pandar.id):
        Ticket.objects.filter(pk=ticket.pk).update(resolved_at=Now() - age)
    head = len(kinds(world, ticket))
    answer = say(world, world.customer, ticket)
    if reopens:
        assert (answer.status, world.pandar.fresh(ticket).status) == (201, "queued")
    else:
        assert (answer.status, world.pandar.fresh(ticket).status) == (201, "resolved")
        assert "ticket" in answer.data, "it is in a follow-up (test_following_up.py)"
        assert len(kinds(world, ticket)) == head


def test_replies_at_once_reopen_once(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    become(world, ticket, "resolved")
    world.token(world.customer)
    answers = at_once([lambda: say(world, world.customer, ticket)] * 8)
    assert {answer.status for answer in answers} == {201}
    assert kinds(world, ticket).count("status") == 2, "resolved, and queued"
    assert sorted(answer.data["seq"] for answer in answers) == sorted({answer.data["seq"] for answer in answers})


def test_a_repeated_reply_moves_nothing_twice(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    become(world, ticket, "pending")
    client_id = str(uuid4())
    say(world, world.customer, ticket, client_id=client_id)
    become(world, ticket, "pending")
    again = say(world, world.customer, ticket, client_id=client_id)
    assert (again.status, again.data["duplicate"], world.pandar.fresh(ticket).status) == (200, True, "pending")


def test_after_a_handover_the_next_reply_begins_the_work_again(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    say(world, world.agent, ticket)
    first = world.pandar.fresh(ticket).first_response_at
    world.api(world.manager).post(f"tickets/{ticket.pk}/reassign/", {"agent": str(world.teammate.id)})
    assert world.pandar.fresh(ticket).status == "assigned"
    say(world, world.teammate, ticket)
    assert (world.pandar.fresh(ticket).status, world.pandar.fresh(ticket).first_response_at) == (Status.IN_PROGRESS, first)
