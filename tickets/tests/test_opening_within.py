"""A ticket that comes to be with something else, or not at all."""
from typing import Any

import pytest
from django.db import connection

from chat.models import Conversation
from foundation import events
from foundation.errors import Forbidden, Invalid
from foundation.models import Delivery
from foundation.units import unit_of_work
from tickets.actions import opening
from tickets.models import Priority, QueueSettings, Ticket, TicketTag
from tickets.numbers import BLOCK, numbers

NEW = opening.NewTicket(subject="My card", text="It does not work.", tags=("b", "a"), priority=Priority.HIGH)


class Undone(Exception):
    """What the caller's unit of work ends with."""


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was told, and whether a transaction was open then."""
    told: list[Any] = []
    send = events.send

    def noted(organization: Any, owed: Any, pushes: Any) -> None:
        told.append((connection.in_atomic_block, len(list(pushes))))
        send(organization, owed, pushes)

    monkeypatch.setattr(events, "send", noted)
    return told


def test_it_is_there_with_the_commit_and_told_then(world: Any, sent: list[Any]) -> None:
    with unit_of_work(world.pandar.id):
        key = opening.open_within(actor=world.actor(world.customer), new=NEW)
        assert sent == []
    assert sent == [(False, 1)]
    with unit_of_work(world.pandar.id):
        ticket = Ticket.objects.get(pk=key)
        assert (ticket.number, ticket.priority, ticket.customer_id) == (1001, Priority.HIGH, world.customer.id)
        assert list(TicketTag.objects.values_list("name", flat=True)) == ["a", "b"]
        assert [delivery.subscriber for delivery in Delivery.objects.filter(event__kind="ticket.queued")] == ["tickets.tasks.assign"]


def test_what_is_rolled_back_leaves_no_ticket_and_no_gap_and_is_not_told(world: Any, sent: list[Any]) -> None:
    customer = world.actor(world.customer)
    with pytest.raises(Undone), unit_of_work(world.pandar.id):
        opening.open_within(actor=customer, new=NEW)
        raise Undone
    with unit_of_work(world.pandar.id):
        assert not Ticket.objects.exists()
        assert not Delivery.objects.exists()
        assert not QueueSettings.objects.exists()
    assert sent == []
    with unit_of_work(world.pandar.id):
        opening.open_within(actor=customer, new=NEW)
        assert Ticket.objects.get().number == 1001


def test_its_number_is_nobody_elses(world: Any) -> None:
    first = world.ticket()
    with unit_of_work(world.pandar.id):
        second = Ticket.objects.get(pk=opening.open_within(actor=world.actor(world.customer), new=NEW))
    numbers.forget()
    third = world.ticket()
    assert (first.number, second.number, third.number) == (1001, 1001 + BLOCK, 1002 + BLOCK)


def test_a_number_that_a_failover_gave_twice_is_not_insisted_on(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        conversation = Conversation.objects.create(organization_id=world.pandar.id, customer=world.customer)
        Ticket.objects.create(conversation=conversation, organization_id=world.pandar.id, customer=world.customer, number=1001, subject="x")
        ticket = Ticket.objects.get(pk=opening.open_within(actor=world.actor(world.customer), new=NEW))
    assert ticket.number == 1001 + BLOCK


def test_refusals_change_nothing(world: Any) -> None:
    wrong = opening.NewTicket(subject="x", text="x", category="gone")
    for person, new, refusal in ((world.agent, NEW, Forbidden), (world.customer, opening.NewTicket("x", "  "), Invalid),
                                 (world.customer, wrong, Invalid)):
        with pytest.raises(refusal), unit_of_work(world.pandar.id):
            opening.open_within(actor=world.actor(person), new=new)
    with unit_of_work(world.pandar.id):
        assert not Ticket.objects.exists()
