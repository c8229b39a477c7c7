"""Reading conversations. Every read begins with what the actor may see."""
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Max, QuerySet

from accounts.actor import Actor
from chat import wire
from chat.models import Conversation, ReadMark
from foundation.errors import NotFound

BATCH_ENTRIES = 100
BEFORE_ENTRIES = 50
RESET_BEYOND = 1_000  # entries behind, from where a client is told to load by REST
COLUMNS = """
e.id, e.staff_seq, e.public_seq, e.kind, e.sender_id, e.sender_name, e.sender_is_staff, e.client_id, e.text, e.data, e.created_at,
e.edited_at, e.deleted_at, t.id, t.staff_seq, t.public_seq, t.text
"""
# The page first, then one look for the target of each edit on it: joined before the limit, a long conversation would be read whole.
TARGET = """
LEFT JOIN LATERAL (
  SELECT o.id, o.staff_seq, o.public_seq, o.text FROM chat_entry o
  WHERE o.organization_id = e.organization_id AND o.conversation_id = e.conversation_id AND o.staff_seq = e.target_seq LIMIT 1
) t ON true
"""
JSON = "entry_json(e, %(staff)s::boolean, t.id, t.staff_seq, t.public_seq, t.text)"  # in the migrations; `wire.shown` of COLUMNS, encoded
AFTER = """
SELECT {json} FROM (
  SELECT * FROM chat_entry
  WHERE organization_id = %(organization)s::uuid AND conversation_id = %(conversation)s::uuid AND {number} > %(number)s::bigint
  ORDER BY {number} LIMIT {most}
) e {target} ORDER BY e.{number}
"""
BEFORE = """
SELECT {json} FROM (
  SELECT * FROM chat_entry
  WHERE organization_id = %(organization)s::uuid AND conversation_id = %(conversation)s::uuid AND {number} < %(number)s::bigint
  ORDER BY {number} DESC LIMIT {most}
) e {target} ORDER BY e.{number}
"""
HAPPENED = ("assignment", "status", "change")
HISTORY = """
SELECT {json} FROM (
  SELECT * FROM chat_entry
  WHERE organization_id = %(organization)s::uuid AND conversation_id = %(conversation)s::uuid AND {number} < %(number)s::bigint
    AND kind = ANY (%(kinds)s)
  ORDER BY {number} DESC LIMIT {most}
) e {target} ORDER BY e.{number} DESC
"""
READS = """
SELECT m.user_id, u.name, r.is_staff, CASE WHEN %(staff)s::boolean THEN m.staff_seq ELSE m.public_seq END
FROM chat_readmark m JOIN accounts_user u ON u.id = m.user_id JOIN accounts_role r ON r.id = u.role_id
WHERE m.organization_id = %(organization)s::uuid AND m.conversation_id = %(conversation)s::uuid ORDER BY m.at DESC LIMIT 200
"""

HEADS = """
SELECT staff_seq, public_seq FROM chat_conversation
WHERE organization_id = %(organization)s::uuid AND id = %(conversation)s::uuid AND (%(staff)s::boolean OR customer_id = %(viewer)s::uuid)
"""
Asked = tuple[str, dict[str, Any]]  # a statement and its parameters
Rows = Sequence[tuple[Any, ...]]


def visible_to(actor: Actor) -> QuerySet[Conversation]:
    """Staff see all conversations of their organization, a customer their own."""
    mine = Conversation.objects.filter(organization_id=actor.organization_id)
    return mine if actor.staff else mine.filter(customer_id=actor.id)


def get(actor: Actor, conversation: UUID) -> Conversation:
    """One that the actor may see; raises NotFound for anything else."""
    found = visible_to(actor).filter(id=conversation).first()
    if found is None:
        raise NotFound("There is no such ticket.")
    return found


def lock(actor: Actor, conversation: UUID) -> None:
    """The same, locked until the unit of work ends: nothing is added to it, nor to what goes on from it."""
    if not visible_to(actor).select_for_update().filter(id=conversation).exists():
        raise NotFound("There is no such ticket.")


def head(actor: Actor, conversation: Conversation) -> int:
    """The last number, as the actor counts."""
    return conversation.staff_seq if actor.staff else conversation.public_seq


@dataclass(frozen=True)
class Page:
    """Entries `first` to `last` of a conversation, encoded, oldest first."""

    first: int
    last: int
    head: int
    more: bool
    entries: list[msgspec.Raw]
    reads: list[msgspec.Raw]


def after(actor: Actor, conversation: Conversation, number: int, *, most: int = BATCH_ENTRIES) -> Page:
    """The entries after `number`, as many as fit into one batch; `more` where there are others behind them."""
    entries, reads = asked_after(actor, conversation.id, number, most)
    return page_after(actor, number, head(actor, conversation), _rows(entries), _rows(reads))


def before(actor: Actor, conversation: Conversation, number: int, *, most: int = BEFORE_ENTRIES) -> Page:
    """The entries just before `number`; `more` where there are older ones."""
    entries, reads = asked_before(actor, conversation.id, number, most)
    return page_before(actor, number, head(actor, conversation), _rows(entries), _rows(reads))


@dataclass(frozen=True)
class History:
    """What happened, encoded, newest first; `more` where there is older."""

    entries: list[msgspec.Raw]
    more: bool


def history(actor: Actor, conversation: Conversation, *, before: int = 2**53, most: int = BEFORE_ENTRIES) -> History:
    """The entries before a number that tell what was done, and not what was said."""
    (statement, given), _ = _asked(HISTORY, actor, conversation.id, before, most + 1)
    rows = _rows((statement, {**given, "kinds": list(HAPPENED)}))
    return History([msgspec.Raw(entry.encode()) for (entry,) in rows[:most]], more=len(rows) > most)


def asked_head(actor: Actor, conversation: UUID) -> Asked:
    """The statement for a conversation's last number; it has no row where the actor may not see the conversation."""
    return HEADS, {"organization": actor.organization_id, "conversation": conversation, "staff": actor.staff, "viewer": actor.id}


def asked_after(actor: Actor, conversation: UUID, number: int, most: int = BATCH_ENTRIES) -> tuple[Asked, Asked]:
    """The statements for the entries after `number`, and for who has read how far."""
    return _asked(AFTER, actor, conversation, number, most)


def asked_before(actor: Actor, conversation: UUID, number: int, most: int = BEFORE_ENTRIES) -> tuple[Asked, Asked]:
    """The statements for the entries before `number`, and for who has read how far."""
    return _asked(BEFORE, actor, conversation, number, most)


def page_after(actor: Actor, number: int, last_number: int, entries: Rows, reads: Rows) -> Page:
    """The page that these rows are, in a conversation whose last number this is."""
    number = min(number, last_number)
    fitting = wire.fitting(_encoded(entries))
    last = number + len(fitting)
    return Page(first=number + 1, last=last, head=max(last_number, last), more=last < last_number, entries=fitting,
                reads=wire.reads_beside(fitting, _marks(actor, reads)))


def page_before(actor: Actor, number: int, last_number: int, entries: Rows, reads: Rows) -> Page:
    """The page that these rows are, read backwards."""
    fitting = list(reversed(wire.fitting(_encoded(reversed(entries)))))
    last = min(number - 1, last_number)
    first = last - len(fitting) + 1
    return Page(first=first, last=last, head=last_number, more=first > 1, entries=fitting,
                reads=wire.reads_beside(fitting, _marks(actor, reads)))


def _asked(sql: str, actor: Actor, conversation: UUID, number: int, most: int) -> tuple[Asked, Asked]:
    column = "staff_seq" if actor.staff else "public_seq"
    query = sql.format(json=JSON, target=TARGET, number=column, most=most)
    given = {"organization": actor.organization_id, "conversation": conversation, "number": number, "staff": actor.staff}
    return (query, given), (READS, given)


def _rows(asked: Asked) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(*asked)
        return cursor.fetchall()


def _encoded(rows: Iterable[tuple[Any, ...]]) -> Iterator[bytes]:
    return (entry.encode() for (entry,) in rows)


def _marks(actor: Actor, rows: Rows) -> list[wire.ReadMark]:
    """How far everybody has read; a customer learns of the staff how far any of them has, and not who."""
    marks = [wire.ReadMark(user=wire.Person(id=user, name=name, staff=staff), seq=seq) for user, name, staff, seq in rows]
    if actor.staff:
        return marks
    by_staff = [mark.seq for mark in marks if mark.user.staff]
    house = [wire.ReadMark(user=wire.HOUSE, seq=max(by_staff))] if by_staff else []
    return house + [mark for mark in marks if not mark.user.staff]


def row_of(values: tuple[Any, ...]) -> wire.Row:
    """A row in the order of COLUMNS; JSON may come as text where no ORM field decodes it."""
    kept = list(values)
    if isinstance(kept[9], str):
        kept[9] = msgspec.json.decode(kept[9])
    return wire.Row(*kept)


def read_marks(actor: Actor, conversation: UUID) -> list[wire.ReadMark]:
    """How far everybody has read, in the viewer's own numbers."""
    return _marks(actor, _rows((READS, {"organization": actor.organization_id, "conversation": conversation, "staff": actor.staff})))


def read_by_other_staff(actor: Actor, conversation: UUID) -> int:
    """How far any of the staff but the actor has read, as the customer counts."""
    others = ReadMark.objects.filter(conversation_id=conversation, user__role__is_staff=True).exclude(user_id=actor.id)
    return others.aggregate(most=Max("public_seq"))["most"] or 0
