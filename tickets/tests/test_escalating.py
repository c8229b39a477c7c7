"""The sweep: warnings and escalations, each once, whoever runs it and however late it comes."""
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from accounts.actions.people import role_group
from accounts.models import Role
from accounts.tests.parallel import at_once
from chat import actions as chat
from chat.models import Entry
from foundation import events
from foundation.models import Delivery, Event
from foundation.tests.socket_world import eventually
from foundation.units import unit_of_work
from pandarchat.tests.checker import check_numbers
from tickets import tasks
from tickets.actions import escalating
from tickets.models import Priority, Ticket
from tickets.tests.sla_world import SIMPLE, later, many_open, promise, sla


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Whatever is published: group and frame."""
    heard: list[tuple[str, dict[str, Any]]] = []
    publish = type(events.hints()).publish

    def hearing(self: Any, group: str, frame: Any, **given: Any) -> Any:
        heard.append((group, json.loads(frame)))
        return publish(self, group, frame, **given)

    monkeypatch.setattr(type(events.hints()), "publish", hearing)
    return heard


def of(frames: list[tuple[str, dict[str, Any]]], kind: str) -> list[tuple[str, dict[str, Any]]]:
    return [(group, frame) for group, frame in frames if frame["type"] == kind]


def escalations(world: Any, ticket: Ticket) -> list[Any]:
    with unit_of_work(world.pandar.id):
        return [entry.data for entry in Entry.objects.filter(conversation_id=ticket.pk, kind="change").order_by("staff_seq")]


def roles(world: Any) -> dict[str, str]:
    with unit_of_work(world.pandar.id):
        return {role_group(role.id): role.slug for role in Role.objects.all()}


def test_nothing_is_due_at_the_boundary_itself(world: Any) -> None:
    promise(world)
    world.ticket()
    assert escalating.sweep() == 0


def test_a_warning_is_told_once_and_then_that_it_is_critical(world: Any, frames: Any) -> None:
    promise(world)
    ticket = world.ticket(agent=world.agent)
    before = world.pandar.fresh(ticket)
    told = []
    for minutes in (31, 5, 13, 1):
        later(world, ticket, minutes=minutes)
        for _ in range(2):
            tasks.escalate_late()
        told.append([frame["state"] for _, frame in of(frames, "sla-warning")])
    assert told == [["warning"], ["warning"], ["warning", "critical"], ["warning", "critical"]]
    group, frame = of(frames, "sla-warning")[0]
    assert group == f"org:{world.pandar.id}:staff"
    assert (frame["ticket"], frame["clock"], frame["assignee"]) == (str(ticket.pk), "first_response", str(world.agent.id))
    after = world.pandar.fresh(ticket)
    assert (after.priority, after.version) == (before.priority, before.version), "a warning changes nothing"
    assert not escalations(world, ticket)
    assert not of(frames, "sla-breach")


def test_a_breach_escalates(world: Any, frames: Any) -> None:
    promise(world)
    ticket = world.ticket(agent=world.agent)
    before = world.pandar.fresh(ticket)
    due = later(world, ticket, minutes=61).sla_due_at
    assert due
    tasks.escalate_late()
    after, shown = world.pandar.fresh(ticket), sla(world, ticket)
    assert (after.priority, after.version, shown["escalation_level"]) == (Priority.HIGH, before.version + 1, 1)
    assert shown["first_response"]["due_at"] == due.isoformat(), "escalation moves no deadline"
    (data,) = escalations(world, ticket)
    assert data == {"field": "escalation", "from": {"level": 0, "priority": "normal"},
                    "to": {"level": 1, "priority": "high", "clock": "first_response", "due_at": due.isoformat()}}
    breaches = of(frames, "sla-breach")
    assert sorted(roles(world)[group] for group, _ in breaches) == ["admin", "manager"], "agents and customers hear nothing of it"
    assert breaches[0][1]["level"] == 1 and breaches[0][1]["priority"] == "high" and breaches[0][1]["subject"] == ticket.subject
    assert {group for group, _ in of(frames, "ticket-updated")} >= {f"org:{world.pandar.id}:staff", f"user:{world.customer.id}"}
    check_numbers(world.pandar.id, ticket.pk)
    with unit_of_work(world.pandar.id):
        assert Event.objects.get(kind="sla.breached").payload["clock"] == "first_response"
        assert not Delivery.objects.filter(event__kind="sla.breached").exists(), "pushed, and struck out"


def test_the_escalation_is_shown_to_the_staff_alone(world: Any) -> None:
    promise(world)
    ticket = world.ticket(agent=world.agent)
    later(world, ticket, minutes=61)
    tasks.escalate_late()
    shown = {name: [entry["kind"] for entry in world.api(getattr(world, name)).get(f"tickets/{ticket.pk}/entries/").data["entries"]]
             for name in ("agent", "customer")}
    assert shown["agent"] == ["message", "assignment", "change"] and shown["customer"] == ["message", "assignment"]


def test_a_breach_that_nobody_was_told_of_is_told_again(world: Any, monkeypatch: pytest.MonkeyPatch, frames: Any) -> None:
    promise(world)
    ticket = world.ticket()
    later(world, ticket, minutes=61)
    monkeypatch.setattr(escalating, "_tell", lambda *given: None)  # the process dies after its commit
    tasks.escalate_late()
    assert not of(frames, "sla-breach")
    with unit_of_work(world.pandar.id):
        (delivery,) = Delivery.objects.filter(event__kind="sla.breached", subscriber="push")
        events.push_again(world.pandar.id, delivery.id)
    assert len(of(frames, "sla-breach")) == 2


def test_two_clocks_are_two_breaches_and_urgent_stays_urgent(world: Any) -> None:
    promise(world)
    ticket = world.ticket(priority=Priority.HIGH)
    later(world, ticket, minutes=301)
    tasks.escalate_late()
    assert (world.pandar.fresh(ticket).priority, sla(world, ticket)["escalation_level"]) == (Priority.URGENT, 2)
    assert [(data["to"]["level"], data["to"]["priority"], data["to"]["clock"]) for data in escalations(world, ticket)] == [
        (1, "urgent", "first_response"), (2, "urgent", "resolution")]
    check_numbers(world.pandar.id, ticket.pk)


def test_further_levels(world: Any) -> None:
    promise(world, further_levels=[30, 90])
    ticket = world.ticket(priority=Priority.LOW)
    levels = []
    for minutes in (121, 28, 2, 58, 2, 600):
        later(world, ticket, minutes=minutes)
        tasks.escalate_late()
        tasks.escalate_late()
        levels.append((sla(world, ticket)["escalation_level"], world.pandar.fresh(ticket).priority))
    assert levels == [(1, 2), (1, 2), (2, 3), (2, 3), (3, 4), (3, 4)]
    assert [(data["from"]["level"], data["to"]["level"]) for data in escalations(world, ticket)] == [(0, 1), (1, 2), (2, 3)]
    with unit_of_work(world.pandar.id):
        told = [event.payload["level"] for event in Event.objects.filter(kind="sla.breached").order_by("id")]
    assert told == [1, 2, 3]


def test_a_sweep_that_was_away_catches_up(world: Any, frames: Any) -> None:
    promise(world, further_levels=[10, 20])
    late, warned = world.ticket(), world.ticket(world.other_customer)
    later(world, late, minutes=120)
    later(world, warned, minutes=50)
    tasks.escalate_late()
    assert sla(world, late)["escalation_level"] == 3 and [data["to"]["level"] for data in escalations(world, late)] == [1, 2, 3]
    assert [(frame["ticket"], frame["state"]) for _, frame in of(frames, "sla-warning")] == [(str(warned.pk), "critical")], (
        "of what it missed it tells the last warning, and every escalation")
    tasks.escalate_late()
    assert sla(world, late)["escalation_level"] == 3


def test_who_waits_for_the_customer_is_not_late(world: Any) -> None:
    promise(world, {"resolution": {"normal": 60}})
    ticket = world.ticket(agent=world.agent)
    world.api(world.agent).post(f"tickets/{ticket.pk}/status/", {"status": "pending"})
    later(world, ticket, minutes=0)
    with unit_of_work(world.pandar.id):
        assert Ticket.objects.get(pk=ticket.pk).sla_next_at is None
    tasks.escalate_late()
    assert sla(world, ticket)["escalation_level"] == 0


def test_a_ticket_that_waits_is_found_again_by_the_queue(world: Any, frames: Any) -> None:
    promise(world)
    ticket, other = world.ticket(), world.ticket(world.other_customer)
    later(world, other, minutes=61)
    tasks.escalate_late()
    assert [row["ticket"]["id"] for row in world.api(world.agent).get("queue/").data] == [str(other.pk), str(ticket.pk)]
    assert of(frames, "queue-updated")


def many_late(world: Any, many: int = 12) -> list[Ticket]:
    promise(world)
    tickets = [world.ticket() for _ in range(many)]
    for ticket in tickets:
        later(world, ticket, minutes=61)
    return tickets


def check_once(world: Any, tickets: list[Ticket]) -> None:
    with unit_of_work(world.pandar.id):
        found = Counter(Entry.objects.filter(kind="change").values_list("conversation_id", flat=True))
        told = Counter(event.payload["ticket"] for event in Event.objects.filter(kind="sla.breached"))
    assert found == {ticket.pk: 1 for ticket in tickets}
    assert told == {str(ticket.pk): 1 for ticket in tickets}
    for ticket in tickets:
        assert (world.pandar.fresh(ticket).priority, sla(world, ticket)["escalation_level"]) == (Priority.HIGH, 1)
        check_numbers(world.pandar.id, ticket.pk)


def test_six_sweeps_at_once_escalate_once(world: Any) -> None:
    tickets = many_late(world)
    at_once([tasks.escalate_late] * 6)
    tasks.escalate_late()  # of what another one held when it looked
    check_once(world, tickets)


@pytest.fixture
def every_second(world: Any) -> Iterator[PeriodicTask]:
    """The sweep's job, as hasty as beat can be."""
    job = PeriodicTask.objects.get(task="tickets.tasks.escalate_late")
    before = job.interval
    assert before.every == 60, "the rules say every minute"
    job.interval = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.SECONDS)
    job.save()
    yield job
    hasty, job.interval = job.interval, before
    job.save()
    hasty.delete()


def test_two_beats_and_two_workers_escalate_once(
    world: Any, redis_url: str, workers: Any, beats: Any, every_second: PeriodicTask,
) -> None:
    tickets = many_late(world)
    for start in (workers, workers, beats, beats):
        start()
    for _ in range(3):  # each time the sweep has gone over those before
        eventually(lambda: all(world.pandar.fresh(ticket).priority == Priority.HIGH for ticket in tickets), "all are escalated")
        tickets.append(world.ticket())
        later(world, tickets[-1], minutes=61)
    eventually(lambda: world.pandar.fresh(tickets[-1]).priority == Priority.HIGH, "the last one too")
    check_once(world, tickets)


def test_small_batches_say_the_same(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = many_late(world)
    monkeypatch.setattr(escalating.escalate_due, "__kwdefaults__", {"most": 5})
    at_once([tasks.escalate_late] * 3)
    tasks.escalate_late()
    check_once(world, tickets)


def test_without_looking_again_behind_the_locks_they_escalate_twice(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: two sweeps that both believe what they saw before the locks."""
    tickets = many_late(world, 3)
    with unit_of_work(world.pandar.id):
        seen = [(datetime.fromisoformat(sla(world, ticket)["first_response"]["due_at"]) + timedelta(minutes=1), f"PAN-{ticket.number}",
                 Ticket.objects.get(pk=ticket.pk)) for ticket in tickets]
    monkeypatch.setattr(escalating, "_locked_due", lambda organization, most: iter(seen))
    for _ in range(2):
        escalating.escalate_due(organization=world.pandar.id)
    with pytest.raises(AssertionError):
        check_once(world, tickets)


def test_a_conversation_that_somebody_holds_is_left_to_the_next_sweep(world: Any) -> None:
    held, free = many_late(world, 2)
    with unit_of_work(world.pandar.id):
        chat.lock(held.pk)
        at_once([tasks.escalate_late])
        assert sla(world, free)["escalation_level"] == 1 and sla(world, held)["escalation_level"] == 0
    tasks.escalate_late()
    assert sla(world, held)["escalation_level"] == 1


def test_one_organizations_trouble_is_its_own(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = many_late(world, 1)[0]
    promise(world, tenant=world.acme)
    theirs = world.ticket(world.acme.customer)
    later(world, theirs, minutes=61)
    managers = escalating.managers_of

    def failing(organization: Any) -> Any:
        if organization == world.pandar.id:
            raise RuntimeError
        return managers(organization)

    monkeypatch.setattr(escalating, "managers_of", failing)
    tasks.escalate_late()
    assert world.acme.fresh(theirs).priority == Priority.HIGH and world.pandar.fresh(ours).priority == Priority.NORMAL
    monkeypatch.undo()
    tasks.escalate_late()
    assert world.pandar.fresh(ours).priority == Priority.HIGH


def test_what_is_due_is_found_by_an_index_of_what_may_become_due(world: Any) -> None:
    many_late(world, 2)
    many_open(world)
    with connection.cursor() as cursor, unit_of_work(world.pandar.id):
        cursor.execute(f"EXPLAIN {escalating.DUE}", [world.pandar.id, 500])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "ticket_sla_due" in plan and "sla_next_at < now()" in plan.split("Index Cond")[1].splitlines()[0], plan


def test_who_may_reassign_hears_of_breaches(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        assert sorted(roles(world)[group] for group in escalating.managers_of(world.pandar.id)) == ["admin", "manager"]
        assert not set(escalating.managers_of(world.acme.id)) & set(roles(world))


def test_a_second_breach_after_the_priority_was_lowered(world: Any) -> None:
    """By hand the deadline moved away: that it is missed once more is another breach."""
    promise(world)
    ticket = world.ticket()
    later(world, ticket, minutes=61)
    tasks.escalate_late()
    version = world.pandar.fresh(ticket).version
    assert world.api(world.agent).patch(f"tickets/{ticket.pk}/", {"version": version, "priority": "low"}).status == 200
    tasks.escalate_late()
    assert sla(world, ticket)["escalation_level"] == 1
    later(world, ticket, minutes=SIMPLE["first_response"]["low"] - 60)
    tasks.escalate_late()
    assert (sla(world, ticket)["escalation_level"], world.pandar.fresh(ticket).priority) == (2, Priority.NORMAL)
