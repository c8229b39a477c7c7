"""Lists of tickets and the queue: filters, keyset paging, and JSON made by PostgreSQL."""
import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from accounts.actor import Actor
from foundation.errors import Invalid
from tickets import queries
from tickets.assignment import TEXTS, Reason, Waiting, reason
from tickets.models import Priority

PAGE = 25
COUNTED_MOST = 10_000
# Name of an ordering: its column, whether it descends. The key breaks ties in the same direction, so that an index serves both.
ORDERINGS = {
    "-updated_at": ("updated_at", True), "updated_at": ("updated_at", False),
    "-created_at": ("created_at", True), "created_at": ("created_at", False),
    "-priority": ("priority", True), "priority": ("priority", False),
    "-number": ("number", True), "number": ("number", False),
}
TYPES = {"updated_at": "timestamptz", "created_at": "timestamptz", "priority": "smallint", "number": "bigint"}
MOST = {"smallint": 2**15 - 1, "bigint": 2**63 - 1}
WHOLE_NUMBER = re.compile(r"[0-9]{1,19}")
MOMENT = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00", re.ASCII)
LIST = """
SELECT coalesce(json_agg({json} ORDER BY {order_t}), '[]')::text, count(*), (array_agg(t.{column} ORDER BY {order_t}))[%(size)s]::text,
       (array_agg(t.conversation_id ORDER BY {order_t}))[%(size)s]::text
FROM (SELECT * FROM tickets_ticket s WHERE {where}{keyset} ORDER BY {order_s} LIMIT %(size)s OFFSET %(offset)s) t {joins}
"""
COUNT = "SELECT count(*) FROM (SELECT 1 FROM tickets_ticket s WHERE {where} LIMIT %(most)s) counted"
QUEUE = """
SELECT coalesce(json_agg(json_build_object('position', p.position, 'waiting_since', t.queued_at, 'reason', p.why,
  'reason_text', %(texts)s::jsonb ->> p.why, 'ticket', {json}) ORDER BY p.position), '[]')::text
FROM (SELECT s.conversation_id, w.why,
        row_number() OVER (ORDER BY s.priority DESC, s.created_at, s.conversation_id) + %(offset)s AS position
      FROM (SELECT * FROM tickets_ticket s WHERE {where} ORDER BY s.priority DESC, s.created_at, s.conversation_id
            LIMIT %(size)s OFFSET %(offset)s) s
      JOIN unnest(%(keys)s::uuid[], %(whys)s::text[]) AS w (key, why) ON w.key = s.conversation_id) p
JOIN tickets_ticket t ON t.conversation_id = p.conversation_id {joins}
"""


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for, already validated."""

    status: str | None = None
    priority: str | None = None
    assignee: str | None = None  # me, none or a key
    customer: UUID | None = None
    category: str | None = None  # slug
    tag: str | None = None
    ordering: str = "-updated_at"
    page: int = 1
    cursor: str | None = None


@dataclass(frozen=True)
class Listed:
    """A page of JSON with what the envelope says of it."""

    data: bytes
    count: int
    count_exact: bool
    page: int | None
    pages: int
    next: str | None


def tickets(actor: Actor, wanted: Wanted) -> Listed:
    """A page of 25 tickets that the actor may see. Pages reach as far as is counted; a cursor reaches the end."""
    where, given = _filters(actor, wanted)
    column, descending = ORDERINGS[wanted.ordering]
    keyset = ""
    if wanted.cursor:
        value, key = _read(wanted.cursor, wanted.ordering)
        keyset = f" AND (s.{column}, s.conversation_id) {'<' if descending else '>'} (%(value)s::{TYPES[column]}, %(key)s::uuid)"
        given |= {"value": value, "key": key}
    given |= {"size": PAGE, "offset": 0 if wanted.cursor else (wanted.page - 1) * PAGE, "most": COUNTED_MOST + 1}
    direction = "DESC" if descending else "ASC"
    sql = LIST.format(
        json=queries.JSON,
        joins=queries.JOINS,
        where=where,
        keyset=keyset,
        column=column,
        order_t=f"t.{column} {direction}, t.conversation_id {direction}",
        order_s=f"s.{column} {direction}, s.conversation_id {direction}",
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        data, rows, last_value, last_key = cursor.fetchone()
        cursor.execute(COUNT.format(where=where), given)
        count = cursor.fetchone()[0]
    return Listed(
        data=data.encode(), count=min(count, COUNTED_MOST), count_exact=count <= COUNTED_MOST, page=None if wanted.cursor else wanted.page,
        pages=-(-min(count, COUNTED_MOST) // PAGE), next=_write(wanted.ordering, last_value, last_key) if rows == PAGE else None)


def _filters(actor: Actor, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    clauses = ["s.organization_id = %(organization)s"]
    given: dict[str, Any] = {"organization": actor.organization_id, "prefix": queries.prefix(), "staff": actor.staff, "viewer": actor.id}
    if not actor.staff:
        clauses.append("s.customer_id = %(viewer)s")
    for clause, name, value in (
        ("s.status = %(status)s", "status", wanted.status),
        ("s.priority = %(priority)s", "priority", Priority[wanted.priority.upper()].value if wanted.priority else None),
        ("s.customer_id = %(customer)s", "customer", wanted.customer),
        (
            "s.category_id = (SELECT id FROM tickets_category WHERE organization_id = %(organization)s AND slug = %(category)s)",
            "category",
            wanted.category,
        ),
        (
            "s.conversation_id IN (SELECT ticket_id FROM tickets_tickettag WHERE organization_id = %(organization)s AND name = %(tag)s)",
            "tag",
            wanted.tag,
        ),
    ):
        if value is not None:
            clauses.append(clause)
            given[name] = value
    if wanted.assignee == "none":
        clauses.append("s.assignee_id IS NULL")
    elif wanted.assignee:
        clauses.append("s.assignee_id = %(assignee)s")
        given["assignee"] = actor.id if wanted.assignee == "me" else UUID(wanted.assignee)
    return " AND ".join(clauses), given


def _write(ordering: str, value: str, key: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([ordering, value, key])).decode().rstrip("=")


def _read(cursor: str, ordering: str) -> tuple[datetime | int, UUID]:
    """Where a page begins; raises Invalid for anything that this list did not hand out."""
    try:
        made_for, value, key = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        found = _value(value, TYPES[ORDERINGS[ordering][0]]), UUID(key)
    except (ValueError, TypeError, AttributeError, binascii.Error):
        made_for = None
    if made_for != ordering:
        raise Invalid("Some fields are not valid.", fields={"cursor": ["This cursor does not belong to this list."]})
    return found


def _value(text: str, type_: str) -> datetime | int:
    """A column's value as PostgreSQL wrote it; raises ValueError or TypeError for what it never writes."""
    if type_ in MOST:
        if not WHOLE_NUMBER.fullmatch(text) or int(text) > MOST[type_]:
            raise ValueError(text)
        return int(text)
    if not MOMENT.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def queue(actor: Actor, page: int) -> Listed:
    """The waiting tickets in the order in which they will be assigned, each with the reason why it waits."""
    offset = (page - 1) * PAGE
    shown = queries.waiting(most=PAGE, offset=offset)
    reasons = _reasons(shown)
    given: dict[str, Any] = {
        "organization": actor.organization_id, "prefix": queries.prefix(), "staff": actor.staff, "viewer": actor.id, "size": PAGE,
        "offset": offset,
        "most": COUNTED_MOST + 1, "keys": [w.ticket for w in shown], "whys": [reasons[w].value for w in shown],
        "texts": orjson.dumps({why.value: text for why, text in TEXTS.items()}).decode(),
    }
    where = "s.organization_id = %(organization)s AND s.status = 'queued'"
    with connection.cursor() as cursor:
        cursor.execute(QUEUE.format(json=queries.JSON, joins=queries.JOINS, where=where), given)
        data = cursor.fetchone()[0]
        cursor.execute(COUNT.format(where=where), given)
        count = cursor.fetchone()[0]
    return Listed(data=data.encode(), count=min(count, COUNTED_MOST), count_exact=count <= COUNTED_MOST, page=page,
                  pages=-(-min(count, COUNTED_MOST) // PAGE), next=None)


def _reasons(shown: Sequence[Waiting]) -> dict[Waiting, Reason]:
    candidates, paused = queries.candidates(), not queries.settings().assigns_automatically
    return {waiting: reason(waiting, candidates, paused=paused) for waiting in shown}
