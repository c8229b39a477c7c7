"""What nobody does by hand: tickets of agents who are gone, and tickets resolved long ago."""
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from accounts.actions import agents
from accounts.models import AgentProfile
from accounts.tests.parallel import at_once
from chat import sending
from chat.models import Entry
from foundation.models import Event
from foundation.units import unit_of_work
from tickets import tasks
from tickets.actions import leftovers
from tickets.models import QueueSettings, Ticket


def gone(world: Any, person: Any, seconds: int) -> None:
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.filter(user=person).update(availability="offline", went_offline_at=Now() - timedelta(seconds=seconds))
        Ticket.objects.filter(assignee=person).update(assigned_at=Now() - timedelta(hours=2))


def resolved(world: Any, **ago: int) -> Ticket:
    ticket = world.ticket(agent=world.agent)
    with unit_of_work(world.pandar.id):
        Ticket.objects.filter(pk=ticket.pk).update(status="resolved", resolved_at=Now() - timedelta(**ago))
    return ticket


@pytest.mark.parametrize(("seconds", "returns"), [(299, False), (301, True)])
def test_after_the_grace_time_what_awaits_a_response_returns(world: Any, seconds: int, returns: bool) -> None:
    ticket = world.ticket(agent=world.agent)
    gone(world, world.agent, seconds)
    tasks.requeue_abandoned()
    found = world.pandar.fresh(ticket)
    assert (found.status, found.assignee_id) == (("queued", None) if returns else ("assigned", world.agent.id))
    with unit_of_work(world.pandar.id):
        assert Event.objects.filter(kind="ticket.queued").count() == 1 + returns
        assert Entry.objects.filter(conversation_id=ticket.pk, kind="status").count() == returns


def test_the_grace_time_is_the_organizations(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    with unit_of_work(world.pandar.id):
        QueueSettings.objects.update(grace_seconds=10)
    gone(world, world.agent, 11)
    tasks.requeue_abandoned()
    assert world.pandar.fresh(ticket).status == "queued"


@pytest.mark.parametrize("never_there", [False, True])
def test_whoever_was_offline_already_has_the_grace_time_from_then_on(world: Any, never_there: bool) -> None:
    gone(world, world.agent, 3600)
    if never_there:
        with unit_of_work(world.pandar.id):
            AgentProfile.objects.filter(user=world.agent).update(went_offline_at=None)
    ticket = world.ticket(agent=world.agent)
    tasks.requeue_abandoned()
    assert world.pandar.fresh(ticket).status == "assigned"
    with unit_of_work(world.pandar.id):
        Ticket.objects.filter(pk=ticket.pk).update(assigned_at=Now() - timedelta(seconds=301))
    tasks.requeue_abandoned()
    assert world.pandar.fresh(ticket).status == "queued"


def test_it_is_not_given_back_to_whoever_is_gone(world: Any) -> None:
    """Nobody else is there: it waits, and the queue says so. Whoever comes back is an agent like the others."""
    world.available(world.agent)
    ticket = world.ticket(agent=world.agent)
    gone(world, world.agent, 301)
    tasks.requeue_abandoned()
    tasks.assign_all()
    found = world.pandar.fresh(ticket)
    assert (found.status, found.preferred_agent_id, found.released_by_id) == ("queued", None, None)
    (row,) = world.api(world.manager).get("queue/").data
    assert (row["ticket"]["id"], row["reason"]) == (str(ticket.pk), "nobody_available")
    world.available(world.agent)
    tasks.assign_all()
    assert world.pandar.fresh(ticket).assignee_id == world.agent.id


@pytest.mark.parametrize("round_", range(4))
def test_a_first_response_in_the_same_moment(world: Any, round_: int) -> None:
    """Whichever comes first, the conversation tells it in that order, and nothing is half done."""
    ticket = world.ticket(agent=world.agent)
    gone(world, world.agent, 301)
    actor = world.actor(world.agent)
    draft = sending.Draft(ticket.pk, uuid4(), "Hello")
    at_once([lambda: leftovers.requeue_abandoned(organization=world.pandar.id), lambda: sending.send(actor=actor, draft=draft)])
    found = world.pandar.fresh(ticket)
    with unit_of_work(world.pandar.id):
        said = list(Entry.objects.filter(conversation_id=ticket.pk).order_by("staff_seq").values_list("kind", "data__to"))
    assert (found.status, found.assignee_id, said[2:]) in [
        ("in_progress", world.agent.id, [("message", None), ("status", "in_progress")]),
        ("queued", None, [("status", "queued"), ("message", None)])]
    assert found.first_response_at is not None


def test_managers_are_shown_what_stays(world: Any) -> None:
    answered, waiting, ended = (world.ticket(agent=world.agent) for _ in range(3))
    theirs = world.ticket(agent=world.teammate)
    world.say(world.agent, answered)
    world.api(world.agent).post(f"tickets/{ended.pk}/status/", {"status": "resolved"})
    world.available(world.teammate)
    gone(world, world.agent, 301)
    tasks.requeue_abandoned()
    listed = world.api(world.manager).get("tickets/", assignee="offline")
    assert [row["id"] for row in listed.data] == [str(answered.pk)]
    assert listed.body["count"] == 1
    assert {str(waiting.pk), str(theirs.pk)} <= {row["id"] for row in world.api(world.manager).get("tickets/").data}
    assert world.api(world.acme.manager).get("tickets/", assignee="offline").data == []
    assert world.api(world.customer).get("tickets/", assignee="offline").status == 403


def test_what_was_answered_stays(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    world.say(world.agent, ticket)
    gone(world, world.agent, 3600)
    tasks.requeue_abandoned()
    assert (world.pandar.fresh(ticket).status, world.pandar.fresh(ticket).assignee_id) == ("in_progress", world.agent.id)


@pytest.mark.parametrize("status", ["in_progress", "pending"])
def test_whatever_is_held_unanswered_returns(world: Any, status: str) -> None:
    ticket = world.ticket(agent=world.agent)
    world.api(world.agent).post(f"tickets/{ticket.pk}/status/", {"status": status})
    gone(world, world.agent, 301)
    tasks.requeue_abandoned()
    assert world.pandar.fresh(ticket).status == "queued"


def test_whoever_came_back_keeps_theirs(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    gone(world, world.agent, 301)
    world.available(world.agent)
    tasks.requeue_abandoned()
    assert world.pandar.fresh(ticket).status == "assigned"


def test_from_a_lost_connection_to_another_agent(world: Any) -> None:
    world.available(world.agent)
    ticket = world.ticket(agent=world.agent)
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.filter(user=world.agent).update(last_seen_at=Now() - timedelta(seconds=61))
    assert agents.mark_gone(organization=world.pandar.id) == 1
    tasks.requeue_abandoned()
    assert world.pandar.fresh(ticket).status == "assigned", "the grace time has begun only now"
    gone(world, world.agent, 301)
    world.available(world.teammate)
    tasks.requeue_abandoned()
    tasks.assign_all()
    assert (world.pandar.fresh(ticket).status, world.pandar.fresh(ticket).assignee_id) == ("assigned", world.teammate.id)


def test_four_workers_return_a_ticket_once(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    gone(world, world.agent, 301)
    at_once([lambda: leftovers.requeue_abandoned(organization=world.pandar.id)] * 4)
    with unit_of_work(world.pandar.id):
        assert Entry.objects.filter(conversation_id=ticket.pk, kind="status").count() == 1
    assert world.pandar.fresh(ticket).version == 3


def test_a_week_after_its_resolution_a_ticket_closes(world: Any) -> None:
    old, young = resolved(world, days=7, minutes=1), resolved(world, days=6, hours=23)
    tasks.close_resolved()
    assert (world.pandar.fresh(old).status, world.pandar.fresh(young).status) == ("closed", "resolved")
    assert world.pandar.fresh(old).closed_at is not None
    with unit_of_work(world.pandar.id):
        assert Entry.objects.get(conversation_id=old.pk, kind="status").data == {"from": "resolved", "to": "closed"}
        assert old.pk and Ticket.objects.get(pk=old.pk).conversation.is_closed


def test_four_workers_close_it_once(world: Any) -> None:
    old = resolved(world, days=8)
    at_once([lambda: leftovers.close_resolved(organization=world.pandar.id)] * 4)
    with unit_of_work(world.pandar.id):
        assert Entry.objects.filter(conversation_id=old.pk, kind="status").count() == 1


def test_the_other_organization_is_done_too(world: Any) -> None:
    ticket = world.ticket(world.acme.customer, agent=world.acme.agent)
    with unit_of_work(world.acme.id):
        Ticket.objects.filter(pk=ticket.pk).update(status="resolved", resolved_at=Now() - timedelta(days=8))
    tasks.close_resolved()
    assert world.acme.fresh(ticket).status == "closed"
