"""The sweep of the clocks: it warns of deadlines and escalates what is late, each once, whatever number of workers runs it at once.

A boundary is said under the lock of its conversation, and the row that is written in the same commit says that it was. So whoever comes
second finds nothing to say, and a sweep that was away for an hour finds all that came due meanwhile.
"""
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from accounts.actions.agents import staff_group
from accounts.actions.people import role_group
from accounts.actions.sessions import user_group
from accounts.actor import System
from accounts.models import Role
from chat import queries as conversations
from chat import sending
from foundation import each as for_each
from foundation import events
from foundation.events import PUSH, Push
from foundation.ids import uuid7
from foundation.socket.frames import encode
from foundation.units import unit_of_work
from tickets import queries, wire
from tickets.actions import timing
from tickets.actions.leftovers import organizations
from tickets.actions.waiting import queue_moved
from tickets.models import Priority, Status, Ticket
from tickets.sla.agreement import Clocks, Happening
from tickets.sla.clocks import State

BATCH = 500  # tickets of one organization in one commit
AT_MOST_SECONDS = 40.0  # what is left then, the next sweep takes up
BREACHED = "sla.breached"
ESCALATES = "tickets.reassign_ticket"  # who may act on a breach hears of it
DUE = "SELECT conversation_id FROM tickets_ticket WHERE sla_next_at < now() AND organization_id = %s ORDER BY sla_next_at LIMIT %s"
# A conversation that somebody holds is not waited for: the next sweep finds it, or whoever holds it is a sweep.
LOCKED = """
SELECT now(), array_agg(id) FROM (
  SELECT c.id FROM chat_conversation c WHERE c.id = ANY (%s) ORDER BY c.id FOR UPDATE SKIP LOCKED) free
"""
STORE = """
WITH given AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(%(tickets)s::jsonb) AS x (
    ticket uuid, priority smallint, clocks text, sla_next_at timestamptz, escalations integer)),
counted AS (
  UPDATE chat_conversation c SET staff_seq = c.staff_seq + g.escalations, last_entry_at = now()
  FROM given g WHERE c.id = g.ticket AND g.escalations > 0 RETURNING c.id, c.staff_seq - g.escalations AS before),
said AS (
  INSERT INTO chat_entry (organization_id, conversation_id, staff_seq, kind, sender_name, data)
  SELECT %(organization)s, c.id, c.before + e.place, 'change', %(house)s, e.data
  FROM jsonb_to_recordset(%(entries)s::jsonb) AS e (ticket uuid, place bigint, data jsonb) JOIN counted c ON c.id = e.ticket
  RETURNING *),
facts AS (
  INSERT INTO foundation_event (id, organization_id, kind, payload)
  SELECT f.id, %(organization)s, %(kind)s, f.payload FROM jsonb_to_recordset(%(facts)s::jsonb) AS f (id uuid, payload jsonb)),
owed AS (
  INSERT INTO foundation_delivery (organization_id, event_id, subscriber)
  SELECT %(organization)s, f.id, s FROM jsonb_to_recordset(%(facts)s::jsonb) AS f (id uuid), unnest(%(subscribers)s::text[]) s
  RETURNING id, event_id, subscriber),
stored AS (
  UPDATE tickets_ticket t
  SET clocks = g.clocks, sla_next_at = g.sla_next_at, priority = g.priority, version = t.version + (g.escalations > 0)::integer,
      updated_at = CASE WHEN g.escalations > 0 THEN now() ELSE t.updated_at END
  FROM given g WHERE t.conversation_id = g.ticket)
"""
ENTRIES = f"""{STORE}
SELECT e.conversation_id, {conversations.COLUMNS} FROM said e {conversations.TARGET} ORDER BY e.conversation_id, e.staff_seq
"""


@dataclass(frozen=True)
class Late:
    """A ticket whose clocks passed boundaries, and what it has become."""

    ticket: Ticket
    number: str
    clocks: Clocks
    happened: Sequence[Happening]
    priority: Priority

    @property
    def escalations(self) -> list[Happening]:
        return [happening for happening in self.happened if happening.escalates]


def sweep() -> int:
    """Say all that is to be said by now, of all organizations in turns; returns of how many tickets."""
    handled: list[int] = []
    ends = time.monotonic() + AT_MOST_SECONDS

    def one_batch(*, organization: UUID) -> None:
        handled.append(escalate_due(organization=organization))

    while time.monotonic() < ends and (due := organizations("organizations_with_sla_due")):
        before = sum(handled)
        for_each.organization(due, one_batch)
        if sum(handled) == before:
            break  # others hold what is left, or it fails
    return sum(handled)


def escalate_due(*, organization: UUID, most: int = BATCH) -> int:
    """One commit's part of an organization's late tickets; returns how many."""
    with unit_of_work(organization):
        late = [_advanced(ticket, number, now) for now, number, ticket in _locked_due(organization, most)]
        if late:
            _store(organization, late)
    return len(late)


def _locked_due(organization: UUID, most: int) -> Iterator[tuple[datetime, str, Ticket]]:
    with connection.cursor() as cursor:
        cursor.execute(DUE, [organization, most])
        due = [key for (key,) in cursor.fetchall()]
        cursor.execute(LOCKED, [due])
        now, free = cursor.fetchone()
    prefix = queries.prefix()
    # As they are by now, behind the locks: of what another sweep has said nothing is due any more.
    for ticket in Ticket.objects.filter(pk__in=free or (), sla_next_at__lt=now).select_for_update().order_by("pk"):
        yield now, f"{prefix}-{ticket.number}", ticket


def _advanced(ticket: Ticket, number: str, now: datetime) -> Late:
    clocks = timing.of(ticket)
    assert clocks is not None, "what has no clocks is never due"  # noqa: S101
    advanced, happened = clocks.advance(now)
    escalations = sum(happening.escalates for happening in happened)
    return Late(ticket, number, advanced, happened, Priority(min(ticket.priority + escalations, Priority.URGENT)))


def _store(organization: UUID, late: Sequence[Late]) -> None:
    managers = managers_of(organization)
    facts = [_fact(one, level, happening, managers) for one in late for level, happening in _levels(one)]
    entries = [entry for one in late for entry in _entries(one)]
    subscribers = events.subscribers_of(BREACHED, pushes=bool(managers))
    given: dict[str, Any] = {
        "organization": organization, "house": System(organization).name, "kind": BREACHED, "subscribers": subscribers,
        "tickets": _json([_row(one) for one in late]), "entries": _json(entries),
        "facts": _json([{"id": key, "payload": fact} for key, fact, _ in facts]) if subscribers else "[]"}
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES, given)
        said = cursor.fetchall()
        cursor.execute("SELECT event_id, id, subscriber FROM foundation_delivery WHERE event_id = ANY (%s)", [[key for key, _, _ in facts]])
        owed = cursor.fetchall()
    if any(one.ticket.status == Status.QUEUED and one.priority != one.ticket.priority for one in late):
        queue_moved(organization)
    transaction.on_commit(partial(_tell, organization, late, said, {key: pushes for key, _, pushes in facts}, owed), robust=True)


def _row(late: Late) -> dict[str, Any]:
    kept = timing.columns(late.clocks, late.ticket.status)
    return {"ticket": late.ticket.pk, "priority": late.priority, "escalations": len(late.escalations), "sla_next_at": kept["sla_next_at"],
            "clocks": orjson.dumps(kept["clocks"]).decode()}


def _json(rows: Sequence[Any]) -> str:
    return orjson.dumps(rows).decode()


def managers_of(organization: UUID) -> list[str]:
    """The groups of those who hear of breaches."""
    app, codename = ESCALATES.split(".")
    roles = Role.objects.filter(organization_id=organization, is_staff=True, permissions__codename=codename,
                                permissions__content_type__app_label=app)
    return [role_group(role) for role in roles.values_list("id", flat=True)]


def _levels(late: Late) -> Iterator[tuple[int, Happening]]:
    """The escalations with the level that each one brings the ticket to."""
    return enumerate(late.escalations, late.clocks.escalation_level - len(late.escalations) + 1)


def _risen(late: Late, steps: int) -> str:
    return Priority(min(late.ticket.priority + steps, Priority.URGENT)).name.lower()


def _entries(late: Late) -> Iterator[dict[str, Any]]:
    """For the staff: what was escalated, from what to what."""
    for place, (level, happening) in enumerate(_levels(late), 1):
        yield {"ticket": late.ticket.pk, "place": place, "data": {
            "field": "escalation", "from": {"level": level - 1, "priority": _risen(late, place - 1)},
            "to": {"level": level, "priority": _risen(late, place), "clock": happening.clock, "due_at": _due(late, happening)}}}


def _due(late: Late, happening: Happening) -> datetime:
    return late.clocks.clocks[happening.clock].moments.due_at


def _fact(late: Late, level: int, happening: Happening, managers: Sequence[str]) -> tuple[UUID, dict[str, Any], list[Push]]:
    ticket = late.ticket
    frame = encode(wire.SlaBreach(
        ticket=ticket.pk, number=late.number, subject=ticket.subject, clock=happening.clock.value, due_at=_due(late, happening),
        level=level, priority=late.priority.name.lower(), assignee=ticket.assignee_id))
    pushes = [Push(group, frame) for group in managers]
    payload = {"ticket": ticket.pk, "clock": happening.clock, "level": level, **events.pushed(pushes)}
    return uuid7(), payload, pushes


def _tell(organization: UUID, late: Sequence[Late], said: Sequence[tuple[Any, ...]], pushes: dict[UUID, list[Push]],
          owed: Sequence[tuple[UUID, UUID, str]]) -> None:
    """After the commit: the entries to their rooms, warnings and updates to the staff, breaches to the managers."""
    hints, staff = events.hints(), staff_group(organization)
    with hints.together():
        for conversation, *entry in said:
            sending.show(conversation, conversations.row_of(tuple(entry)))
        for push in (push for one in late for push in _hints_of(one, staff)):
            hints.publish(push.group, push.frame)
        if any(one.escalations and one.ticket.status == Status.QUEUED for one in late):
            hints.publish(staff, encode(wire.QueueUpdated()))
        for push in (push for frames in pushes.values() for push in frames):
            hints.publish(push.group, push.frame)
    events.finish(organization, [delivery for _, delivery, subscriber in owed if subscriber == PUSH])
    events.send(organization, [(delivery, subscriber) for _, delivery, subscriber in owed if subscriber != PUSH], ())


def _hints_of(late: Late, staff: str) -> Iterator[Push]:
    ticket = late.ticket
    for happening in late.happened:
        if not happening.escalates:
            yield Push(staff, encode(wire.SlaWarning(
                ticket=ticket.pk, number=late.number, clock=happening.clock.value, due_at=_due(late, happening),
                assignee=ticket.assignee_id, state="critical" if happening.level == State.CRITICAL else "warning")))
    if late.escalations:
        updated = encode(wire.TicketUpdated(ticket=ticket.pk, status=ticket.status, version=ticket.version + 1))
        yield Push(staff, updated)
        yield Push(user_group(ticket.customer_id), updated)
