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
from tickets.assignment import TEXTS, Waiting
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
SELECT coalesce('[' || string_agg({json}, ',' ORDER BY {order_t}) || ']', '[]'), count(*),
       (array_agg(t.{column} ORDER BY {order_t}))[{size}]::text, (array_agg(t.conversation_id ORDER BY {order_t}))[{size}]::text
FROM (SELECT * FROM tickets_ticket s WHERE {where}{keyset} ORDER BY {order_s} LIMIT {size} OFFSET %(offset)s::bigint) t {joins}
"""
COUNT = "SELECT count(*) FROM (SELECT 1 FROM tickets_ticket s WHERE {where} LIMIT {most}) counted"
# Sizes stand in the statements and are no parameters: a plan made for any size would be one for many rows.
QUEUE = """
SELECT t.conversation_id, k.skill_id, t.preferred_agent_id, t.released_by_id, to_json(t.queued_at)::text, {json}
FROM (SELECT * FROM tickets_ticket s WHERE {where} ORDER BY s.priority DESC, s.created_at, s.conversation_id
      LIMIT {size} OFFSET %(offset)s::bigint) t {joins}
ORDER BY t.priority DESC, t.created_at, t.conversation_id
"""
WHY = {why: orjson.dumps({"reason": why.value, "reason_text": text})[1:-1].decode() for why, text in TEXTS.items()}
QUEUED = "s.organization_id = %(organization)s::uuid AND s.status = 'queued'"


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

    @property
    def about(self) -> dict[str, Any]:
        """What stands beside the rows in the envelope."""
        return {"count": self.count, "count_exact": self.count_exact, "page": self.page, "pages": self.pages, "next": self.next}


Asked = tuple[str, dict[str, Any]]  # a statement and its parameters


def tickets(actor: Actor, wanted: Wanted) -> Listed:
    """A page of 25 tickets that the actor may see, inside a unit of work. Pages reach as far as is counted; a cursor reaches the end."""
    return listed(wanted, *map(_row, asked(actor, wanted)))


def asked(actor: Actor, wanted: Wanted) -> tuple[Asked, Asked]:
    """The statements of a page: its rows, and how many there are. Raises Invalid for a foreign cursor."""
    where, given = _filters(actor, wanted)
    column, descending = ORDERINGS[wanted.ordering]
    keyset = ""
    if wanted.cursor:
        value, key = _read(wanted.cursor, wanted.ordering)
        keyset = f" AND (s.{column}, s.conversation_id) {'<' if descending else '>'} (%(value)s::{TYPES[column]}, %(key)s::uuid)"
        given |= {"value": value, "key": key}
    given |= {"offset": 0 if wanted.cursor else (wanted.page - 1) * PAGE}
    direction = "DESC" if descending else "ASC"
    sql = LIST.format(
        json=queries.JSON,
        joins=queries.JOINS,
        where=where,
        keyset=keyset,
        column=column,
        size=PAGE,
        order_t=f"t.{column} {direction}, t.conversation_id {direction}",
        order_s=f"s.{column} {direction}, s.conversation_id {direction}",
    )
    return (sql, given), (COUNT.format(where=where, most=COUNTED_MOST + 1), given)


def listed(wanted: Wanted, page: tuple[Any, ...], counted: tuple[Any, ...]) -> Listed:
    """The page that these rows are."""
    data, rows, last_value, last_key = page
    count = counted[0]
    return Listed(
        data=data.encode(), count=min(count, COUNTED_MOST), count_exact=count <= COUNTED_MOST, page=None if wanted.cursor else wanted.page,
        pages=-(-min(count, COUNTED_MOST) // PAGE), next=_write(wanted.ordering, last_value, last_key) if rows == PAGE else None)


def _row(asked: Asked) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(*asked)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


def _filters(actor: Actor, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    clauses = ["s.organization_id = %(organization)s::uuid"]
    given: dict[str, Any] = {"organization": actor.organization_id, "staff": actor.staff, "viewer": actor.id}
    if not actor.staff:
        clauses.append("s.customer_id = %(viewer)s::uuid")
    for clause, name, value in (
        ("s.status = %(status)s::text", "status", wanted.status),
        ("s.priority = %(priority)s::smallint", "priority", Priority[wanted.priority.upper()].value if wanted.priority else None),
        ("s.customer_id = %(customer)s::uuid", "customer", wanted.customer),
        (
            ("s.category_id = (SELECT id FROM tickets_category "
             "WHERE organization_id = %(organization)s::uuid AND slug = %(category)s::text)"),
            "category",
            wanted.category,
        ),
        (
            ("s.conversation_id IN (SELECT ticket_id FROM tickets_tickettag "
             "WHERE organization_id = %(organization)s::uuid AND name = %(tag)s::text)"),
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
        clauses.append("s.assignee_id = %(assignee)s::uuid")
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
    """The waiting tickets in the order in which they will be assigned, each with the reason why it waits; inside a unit of work."""
    waiting, counting = queue_asked(actor, page)
    with connection.cursor() as cursor:
        cursor.execute(*waiting)
        rows = cursor.fetchall()
    return queue_listed(page, rows, _row(counting), queries.duty())


def queue_asked(actor: Actor, page: int) -> tuple[Asked, Asked]:
    """The statements of a page of the queue: its rows, and how many wait."""
    given: dict[str, Any] = {"organization": actor.organization_id, "staff": actor.staff, "viewer": actor.id, "offset": (page - 1) * PAGE}
    sql = QUEUE.format(json=queries.JSON, joins=queries.JOINS, where=QUEUED, size=PAGE)
    return (sql, given), (COUNT.format(where=QUEUED, most=COUNTED_MOST + 1), given)


def queue_listed(page: int, rows: Sequence[tuple[Any, ...]], counted: tuple[Any, ...], duty: queries.Duty) -> Listed:
    """The page of the queue that these rows are, while these agents are on duty."""
    first, count = (page - 1) * PAGE + 1, counted[0]
    items = [
        f'{{"position":{position},"waiting_since":{since},{WHY[duty.reason(Waiting(*waiting))]},"ticket":{shown}}}'
        for position, (*waiting, since, shown) in enumerate(rows, first)
    ]
    return Listed(data=f"[{','.join(items)}]".encode(), count=min(count, COUNTED_MOST), count_exact=count <= COUNTED_MOST, page=page,
                  pages=-(-min(count, COUNTED_MOST) // PAGE), next=None)
