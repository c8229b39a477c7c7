"""Lists of tickets and the queue: filters, keyset paging, and JSON made by PostgreSQL."""
import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from accounts.actor import Actor
from foundation.errors import Forbidden, Invalid
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
    "sla_due_at": ("sla_due_at", False), "-last_entry_at": ("last_entry_at", True),
}
TYPES = {"updated_at": "timestamptz", "created_at": "timestamptz", "priority": "smallint", "number": "bigint", "sla_due_at": "timestamptz",
         "last_entry_at": "timestamptz"}
STAFFS = frozenset({"sla_due_at", "-last_entry_at"})  # orders by what customers do not see
NEVER = "infinity"
VALUES = {"sla_due_at": f"coalesce({{0}}.sla_due_at, '{NEVER}'::timestamptz)"}  # of an ordering whose column alone will not do
MOST = {"smallint": 2**15 - 1, "bigint": 2**63 - 1}
WHOLE_NUMBER = re.compile(r"[0-9]{1,19}")
MOMENT = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00", re.ASCII)
# What is unread is each viewer's own: it is asked by itself, and stands at the end of a ticket's JSON.
LIST = """
SELECT t.conversation_id::text, {json}, {value_t}::text
FROM (SELECT * FROM tickets_ticket s WHERE {where}{keyset} ORDER BY {order_s} LIMIT {size} OFFSET %(offset)s::bigint) t {joins}
ORDER BY {order_t}
"""
# No index knows when something was last said, as each message would have to change it: those that changed last are looked at, one by one,
# as a join would be planned to read all conversations there are.
LIST_BY_CONVERSATION = """
SELECT t.conversation_id::text, {json}, o.last_entry_at::text
FROM (SELECT o.id, o.last_entry_at FROM (
        SELECT s.conversation_id FROM tickets_ticket s WHERE {where} ORDER BY s.updated_at DESC, s.conversation_id DESC LIMIT {most}) s
      CROSS JOIN LATERAL (SELECT v.id, v.last_entry_at FROM chat_conversation v WHERE v.id = s.conversation_id LIMIT 1) o
      WHERE true{keyset} ORDER BY o.last_entry_at DESC, o.id DESC
      LIMIT {size} OFFSET %(offset)s::bigint) o
JOIN tickets_ticket t ON t.conversation_id = o.id {joins}
ORDER BY o.last_entry_at DESC, o.id DESC
"""
LAST_TEXT = 160  # characters
# What was said last, before the rest of a ticket's JSON; whoever does not ask for it does not pay for it.
LAST = """'{{"last":' || coalesce(l.said, 'null') || ',' || substr({json}, 2)"""
LAST_SAID = f"""
LEFT JOIN LATERAL (
  SELECT '{{{{"seq":' || e.{{number}} || ',"at":' || to_json(e.created_at) || ',"sender":' || to_json(e.sender_name)
    || ',"staff":' || CASE WHEN e.sender_is_staff THEN 'true' ELSE 'false' END
    || ',"internal":' || CASE WHEN e.public_seq IS NULL THEN 'true' ELSE 'false' END
    || ',"deleted":' || CASE WHEN e.deleted_at IS NULL THEN 'false' ELSE 'true' END
    || ',"attachments":' || coalesce(jsonb_array_length(e.data -> 'attachments'), 0)
    || ',"text":' || to_json(left(e.text, {LAST_TEXT})) || '}}}}' AS said
  FROM chat_entry e
  WHERE e.organization_id = %(organization)s::uuid AND e.conversation_id = t.conversation_id AND e.kind = 'message'
    AND e.{{number}} IS NOT NULL
  ORDER BY e.{{number}} DESC LIMIT 1) l ON true
"""
UNREAD = f"""
SELECT {queries.UNREAD} FROM unnest(%(tickets)s::uuid[]) WITH ORDINALITY AS t (conversation_id, place) ORDER BY t.place
"""
UNREAD_OF_EACH = f"""
SELECT array_agg(u.many ORDER BY u.place)
FROM (SELECT t.place, {queries.UNREAD_OF.format(viewer="x.person", staff="x.staff")} AS many
      FROM unnest(x.about::uuid[]) WITH ORDINALITY AS t (conversation_id, place)) u
"""  # the same for several viewers, in `recognition.OfEach`
SHARED = queries.JSON.format(unread="0")
END = "0}"
# A state begins a moment after the one before it ended; what is in a later one is not in this. The index is that of warnings.
LATE = {
    "warning": "(s.sla_critical_at IS NULL OR s.sla_critical_at >= now()) AND (s.sla_due_at IS NULL OR s.sla_due_at >= now())",
    "critical": "s.sla_critical_at < now() AND (s.sla_due_at IS NULL OR s.sla_due_at >= now())",
    "breached": "s.sla_due_at < now()",
}
OPEN = "open"
NOT_OVER = "s.status IN ('queued', 'assigned', 'in_progress', 'pending')"  # as the indexes of what is open have it
NEEDS = ("(s.skill_id = %(skill)s::uuid OR s.skill_id IS NULL AND s.category_id IN (SELECT id FROM tickets_category "
         "WHERE organization_id = %(organization)s::uuid AND skill_id = %(skill)s::uuid))")
# As an array, so that each one's tickets are looked up by the index that leads with them.
OF_OFFLINE = ("s.assignee_id = ANY (ARRAY(SELECT a.user_id FROM accounts_agentprofile a "
              "WHERE a.organization_id = %(organization)s::uuid AND a.availability = 'offline'))")
COUNT = "SELECT count(*) FROM (SELECT 1 FROM tickets_ticket s WHERE {where} LIMIT {most}) counted"
# Sizes stand in the statements and are no parameters: a plan made for any size would be one for many rows.
QUEUE = """
SELECT t.conversation_id, coalesce(t.skill_id, k.skill_id), t.preferred_agent_id, t.released_by_id, to_json(t.queued_at)::text, {json}
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
    assignee: str | None = None  # me, none, offline or a key
    customer: UUID | None = None
    category: str | None = None  # slug
    tag: str | None = None
    sla: str | None = None
    skill: UUID | None = None
    last: bool = False  # with what was said last
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
Rows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Page:
    """Tickets as everybody who may see this page sees them; what is unread is to be put between each one's `texts` and `end`."""

    keys: str  # of the tickets, an array as PostgreSQL reads it
    texts: Sequence[str]
    end: str
    next: str | None = None

    def listed(self, number: int | None, counted: Rows, unread: Sequence[int]) -> Listed:
        """The page, and where in the list it is, for somebody who has so many unread of each ticket."""
        ((found,),) = counted
        data = f"[{','.join([f'{text}{many}{self.end}' for text, many in zip(self.texts, unread, strict=True)])}]".encode()
        count = min(found, COUNTED_MOST)
        return Listed(data=data, count=count, count_exact=found <= COUNTED_MOST, page=number, pages=-(-count // PAGE), next=self.next)


def tickets(actor: Actor, wanted: Wanted) -> Listed:
    """A page of 25 tickets that the actor may see, inside a unit of work. Pages reach as far as is counted; a cursor reaches the end."""
    paging, counting = asked(actor, wanted)
    page = page_of(wanted.ordering, _rows(paging))
    return listed(wanted, page, _rows(counting), _unread(actor, page))


def asked(actor: Actor, wanted: Wanted) -> tuple[Asked, Asked]:
    """The statements of a page: its rows, and how many there are. Raises Invalid for a foreign cursor, Forbidden for a customer who asks
    for what is late, or whose agent is offline, or for an order that is the staff's."""
    if wanted.ordering in STAFFS and not actor.staff:
        raise Forbidden("Only staff may ask for this order.")
    where, given = _filters(actor, wanted)
    if wanted.cursor:
        value, key = _read(wanted.cursor, wanted.ordering)
        given |= {"value": value, "key": key}
    given |= {"offset": 0 if wanted.cursor else (wanted.page - 1) * PAGE}
    said = ("staff_seq" if actor.staff else "public_seq") if wanted.last else None
    return (_list_sql(where, wanted.ordering, bool(wanted.cursor), said, PAGE), given), (_count_sql(where, COUNTED_MOST + 1), given)


@lru_cache(maxsize=1024)
def _list_sql(where: str, ordering: str, follows: bool, said: str | None, size: int) -> str:
    """`follows`: the rows behind a cursor; `said`: by which number what was said last is found."""
    column, descending = ORDERINGS[ordering]
    direction = "DESC" if descending else "ASC"
    by_conversation = column == "last_entry_at"
    value, key = ("o.last_entry_at", "o.id") if by_conversation else (VALUES.get(column, f"{{0}}.{column}"), "{0}.conversation_id")
    order = f"{value} {direction}, {key} {direction}"
    keyset = f" AND ({value}, {key}) {'<' if descending else '>'} (%(value)s::{TYPES[column]}, %(key)s::uuid)" if follows else ""
    shown = {"json": LAST.format(json=SHARED) if said else SHARED, "joins": queries.JOINS + (LAST_SAID.format(number=said) if said else "")}
    return (LIST_BY_CONVERSATION if by_conversation else LIST).format(
        **shown, where=where, keyset=keyset.format("s"), value_t=value.format("t"), size=size, most=COUNTED_MOST,
        order_t=order.format("t"), order_s=order.format("s"))


@lru_cache(maxsize=1024)
def _count_sql(where: str, most: int) -> str:
    return COUNT.format(where=where, most=most)


@lru_cache(maxsize=16)
def _queue_sql(size: int) -> str:
    return QUEUE.format(json=SHARED, joins=queries.JOINS, where=QUEUED, size=size)


def page_of(ordering: str, rows: Rows) -> Page:
    """The page of a list in this order that these rows are."""
    end = _write(ordering, rows[-1][2], rows[-1][0]) if len(rows) == PAGE else None
    return Page(_keys(rows), [shown.removesuffix(END) for _, shown, _ in rows], "}", end)


def _unread(actor: Actor, page: Page) -> list[int]:
    """How much of each ticket of a page the actor has not read."""
    given = {"organization": actor.organization_id, "staff": actor.staff, "viewer": actor.id, "tickets": page.keys}
    return [many for (many,) in _rows((UNREAD, given))]


def listed(wanted: Wanted, page: Page, counted: Rows, unread: Sequence[int]) -> Listed:
    """The page as the one sees it who has so many unread of each."""
    return page.listed(None if wanted.cursor else wanted.page, counted, unread)


def _rows(asked: Asked) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(*asked)
        return cursor.fetchall()


def _keys(rows: Rows) -> str:
    return f"{{{','.join([str(key) for key, *_ in rows])}}}"


def _filters(actor: Actor, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    clauses = ["s.organization_id = %(organization)s::uuid"]
    given: dict[str, Any] = {"organization": actor.organization_id, "staff": actor.staff, "viewer": actor.id}
    if not actor.staff:
        clauses.append("s.customer_id = %(viewer)s::uuid")
    for clause, name, value in (
        ("s.status = %(status)s::text", "status", None if wanted.status == OPEN else wanted.status),
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
        (NEEDS, "skill", wanted.skill),
    ):
        if value is not None:
            clauses.append(clause)
            given[name] = value
    if wanted.status == OPEN:
        clauses.append(NOT_OVER)
    if not actor.staff and (wanted.tag is not None or wanted.skill is not None):
        raise Forbidden("Only staff see tags and skills.")
    if wanted.sla:
        if not actor.staff:
            raise Forbidden("Only staff see what is late.")
        clauses += ["s.sla_warning_at < now()", LATE[wanted.sla]]
    if wanted.assignee == "offline":
        if not actor.staff:
            raise Forbidden("Only staff see who is offline.")
        clauses += ["s.status IN ('assigned', 'in_progress', 'pending')", OF_OFFLINE]
    elif wanted.assignee == "none":
        clauses.append("s.assignee_id IS NULL")
    elif wanted.assignee:
        clauses.append("s.assignee_id = %(assignee)s::uuid")
        given["assignee"] = actor.id if wanted.assignee == "me" else UUID(wanted.assignee)
    return " AND ".join(clauses), given


def _write(ordering: str, value: str, key: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([ordering, value, key])).decode().rstrip("=")


def _read(cursor: str, ordering: str) -> tuple[datetime | int | str, UUID]:
    """Where a page begins; raises Invalid for anything that this list did not hand out."""
    try:
        made_for, value, key = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        found = _value(value, ORDERINGS[ordering][0]), UUID(key)
    except (ValueError, TypeError, AttributeError, binascii.Error):
        made_for = None
    if made_for != ordering:
        raise Invalid("Some fields are not valid.", fields={"cursor": ["This cursor does not belong to this list."]})
    return found


def _value(text: str, column: str) -> datetime | int | str:
    """A column's value as PostgreSQL wrote it; raises ValueError or TypeError for what it never writes."""
    type_ = TYPES[column]
    if text == NEVER and column in VALUES:
        return text
    if type_ in MOST:
        if not WHOLE_NUMBER.fullmatch(text) or int(text) > MOST[type_]:
            raise ValueError(text)
        return int(text)
    if not MOMENT.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def queue(actor: Actor, number: int) -> Listed:
    """The waiting tickets in the order in which they will be assigned, each with the reason why it waits; inside a unit of work."""
    waiting, counting = queue_asked(actor, number)
    page = queue_page(number, _rows(waiting), queries.duty())
    return page.listed(number, _rows(counting), _unread(actor, page))


def queue_asked(actor: Actor, number: int) -> tuple[Asked, Asked]:
    """The statements of a page of the queue: its rows, and how many wait."""
    given: dict[str, Any] = {"organization": actor.organization_id, "staff": actor.staff, "offset": (number - 1) * PAGE}
    return (_queue_sql(PAGE), given), (_count_sql(QUEUED, COUNTED_MOST + 1), given)


def queue_page(number: int, rows: Rows, duty: queries.Duty) -> Page:
    """The page of the queue that these rows are, while these agents are on duty."""
    texts = [
        f'{{"position":{position},"waiting_since":{since},"skill":{_quoted(skill)},'
        f'{WHY[duty.reason(Waiting(key, skill, *others))]},"ticket":{shown.removesuffix(END)}'
        for position, (key, skill, *others, since, shown) in enumerate(rows, (number - 1) * PAGE + 1)
    ]
    return Page(_keys(rows), texts, "}}")


def _quoted(key: UUID | None) -> str:
    return "null" if key is None else f'"{key}"'
