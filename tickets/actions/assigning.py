"""The queue gives its tickets to agents: read, decide, one bulk write, under the organization's lock."""
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from accounts.actions.agents import staff_group
from accounts.actions.sessions import user_group
from accounts.actor import System
from chat import queries as conversations
from chat import sending
from foundation import events
from foundation.events import PUSH, Push
from foundation.socket.frames import encode
from foundation.units import unit_of_work
from tickets import metrics, queries, wire
from tickets.actions.moves import assigned_frame, lock_assignment
from tickets.actions.waiting import queue_moved
from tickets.assignment import Assigned, assign, reach
from tickets.models import Status

LOCK_SECONDS = 2  # a unit of work holds its locks for milliseconds

# Conversations are locked first and in the order of their keys, as everything else that writes locks them. What a step needs of an earlier
# one is handed on by RETURNING (MERGE, because an INSERT returns nothing of what it inserts from): PostgreSQL expects one row of each step,
# and would join a thousand with a thousand by looking at all pairs. `|| ''` has it look tickets up by key, and not compare all of a queue,
# which it may take for short, with all that were chosen.
GIVE = f"""
WITH chosen AS MATERIALIZED (
  SELECT ticket, agent, turn, payload, uuidv7() AS fact, uuidv7() AS delivery
  FROM jsonb_to_recordset(%s::jsonb) AS x (ticket uuid, agent uuid, turn bigint, payload jsonb)),
locked AS MATERIALIZED (
  SELECT c.id, x.* FROM chat_conversation c JOIN chosen x ON x.ticket = c.id ORDER BY c.id FOR UPDATE OF c),
moved AS (
  UPDATE tickets_ticket t
  SET status = 'assigned', assignee_id = l.agent, preferred_agent_id = NULL, released_by_id = NULL, version = t.version + 1,
      assigned_at = now(), updated_at = now()
  FROM locked l WHERE t.conversation_id = l.id AND t.status || '' = 'queued'
  RETURNING t.organization_id, t.conversation_id, t.assignee_id, t.customer_id, t.version, t.customer_starts_clock,
            l.turn, l.payload, l.fact, l.delivery),
numbered AS (
  UPDATE chat_conversation c
  SET staff_seq = c.staff_seq + 1, public_seq = c.public_seq + 1, last_entry_at = now(), staff_wakes = true,
      customer_wakes = m.customer_starts_clock
  FROM moved m JOIN accounts_user u ON u.id = m.assignee_id WHERE c.id = m.conversation_id
  RETURNING c.organization_id, c.id, c.staff_seq, c.public_seq, m.customer_id, m.version, m.delivery,
            jsonb_build_object('assignee', jsonb_build_object('id', u.id, 'name', u.name), 'from', 'queued') AS data),
said AS (
  MERGE INTO chat_entry e USING numbered n ON false WHEN NOT MATCHED THEN
  INSERT (organization_id, conversation_id, staff_seq, public_seq, kind, sender_name, data)
  VALUES (n.organization_id, n.id, n.staff_seq, n.public_seq, 'assignment', %s, n.data)
  RETURNING e.*, n.customer_id, n.version, n.delivery),
served AS (
  UPDATE accounts_agentprofile a SET turn = x.turn
  FROM (SELECT assignee_id, max(turn) AS turn FROM moved GROUP BY assignee_id) x WHERE a.user_id = x.assignee_id),
facts AS (
  INSERT INTO foundation_event (id, organization_id, kind, payload) SELECT fact, organization_id, 'ticket.assigned', payload FROM moved),
owed AS (
  INSERT INTO foundation_delivery (id, organization_id, event_id, subscriber) SELECT delivery, organization_id, fact, '{PUSH}' FROM moved)
SELECT e.conversation_id, e.customer_id, e.version, e.delivery, {conversations.COLUMNS}
FROM said e {conversations.TARGET}
"""


@metrics.measured
def assign_queue(*, organization: UUID) -> int:
    """Assign what can be assigned now; returns how many tickets. Safe under any number of workers: they wait for each other here,
    and deliveries that asked for an assignment are struck out by the one that did it."""
    with unit_of_work(organization):
        _wait_at_most(LOCK_SECONDS)
        lock_assignment(organization)
        asked = queries.assignments_asked_for()
        decided = _still_true(_decide())
        if decided:
            _give(organization, decided)
        if asked:
            events.finish(organization, asked)
    return len(decided)


def _decide() -> list[Assigned]:
    if not queries.settings().assigns_automatically:
        return []
    candidates = queries.candidates()
    within = reach(candidates)
    if not within.anybody:
        return []
    return assign(queries.within_reach(within), candidates, turn=queries.last_turn())


def _wait_at_most(seconds: int) -> None:
    """A lock that somebody holds longer fails this run, and not the ones of other organizations behind it; the sweep repeats it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{seconds}s"])


def _still_true(decided: list[Assigned]) -> list[Assigned]:
    """The decision again, with its conversations and agents locked: somebody may have gone away, or taken a ticket up, in between."""
    if not decided:
        return []
    tickets = queries.lock_queued([a.ticket for a in decided])
    agents = queries.lock_agents({a.agent for a in decided})
    waiting = queries.waiting_among(tickets)
    candidates = [c for c in queries.candidates() if c.agent in agents]
    return assign(waiting, candidates, turn=queries.last_turn())


def _give(organization: UUID, decided: Sequence[Assigned]) -> None:
    house = System(organization)
    pushes = _frames(organization, decided)
    chosen = [{"ticket": a.ticket, "agent": a.agent, "turn": a.turn, "payload": {"ticket": a.ticket, **events.pushed([push])}}
              for a, push in zip(decided, pushes, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(GIVE, [orjson.dumps(chosen).decode(), house.name])
        rows = cursor.fetchall()
    if not rows:
        return
    queue = Push(staff_group(organization), encode(wire.QueueUpdated(assigned=len(rows))))
    queue_moved(organization)
    transaction.on_commit(partial(_tell, organization, rows, [*pushes, queue]), robust=True)


def _frames(organization: UUID, decided: Sequence[Assigned]) -> list[Push]:
    agents = queries.agents_named({a.agent for a in decided})
    numbers = queries.numbers_of([a.ticket for a in decided])
    group = staff_group(organization)
    return [Push(group, assigned_frame(a.ticket, numbers[a.ticket], agents[a.agent])) for a in decided]


def _tell(organization: UUID, rows: list[tuple[Any, ...]], pushes: Sequence[Push]) -> None:
    """After the commit: the entries to their rooms, `ticket-assigned` to the staff; then the deliveries are done."""
    hints = events.hints()
    with hints.together():
        for ticket, customer, version, _, *entry in rows:
            sending.show(ticket, conversations.row_of(tuple(entry)))
            updated = encode(wire.TicketUpdated(ticket=ticket, status=Status.ASSIGNED, version=version))
            hints.publish(user_group(customer), updated)
        for push in pushes:
            hints.publish(push.group, push.frame)
    events.finish(organization, [delivery for _, _, _, delivery, *_ in rows])
