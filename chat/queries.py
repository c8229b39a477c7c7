"""Reading conversations. Every read begins with what the actor may see."""
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import QuerySet

from accounts.actor import Actor
from chat import wire
from chat.models import Conversation
from foundation.errors import NotFound

BATCH_ENTRIES = 200
RESET_BEYOND = 1_000  # entries behind, from where a client is told to load by REST
COLUMNS = """
e.id, e.staff_seq, e.public_seq, e.kind, e.sender_id, e.sender_name, e.sender_is_staff, e.client_id, e.text, e.data, e.created_at,
e.edited_at, e.deleted_at, t.id, t.staff_seq, t.public_seq, t.text
"""
TARGET = """
LEFT JOIN chat_entry t ON t.organization_id = e.organization_id AND t.conversation_id = e.conversation_id AND t.staff_seq = e.target_seq
"""
AFTER = """
SELECT {columns} FROM chat_entry e {target}
WHERE e.organization_id = %s AND e.conversation_id = %s AND e.{number} > %s ORDER BY e.{number} LIMIT %s
"""
BEFORE = """
SELECT * FROM (SELECT {columns} FROM chat_entry e {target}
WHERE e.organization_id = %s AND e.conversation_id = %s AND e.{number} < %s ORDER BY e.{number} DESC LIMIT %s) newest ORDER BY {place}
"""
READS = """
SELECT m.user_id, u.name, r.is_staff, CASE WHEN %s THEN m.staff_seq ELSE m.public_seq END
FROM chat_readmark m JOIN accounts_user u ON u.id = m.user_id JOIN accounts_role r ON r.id = u.role_id
WHERE m.organization_id = %s AND m.conversation_id = %s ORDER BY m.at DESC LIMIT 200
"""


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
    last_number = head(actor, conversation)
    number = min(number, last_number)
    entries = wire.fitting(_entries(AFTER, actor, conversation.id, number, most))
    last = number + len(entries)
    return Page(first=number + 1, last=last, head=max(last_number, last), more=last < last_number, entries=entries,
                reads=wire.reads_beside(entries, read_marks(actor, conversation.id)))


def before(actor: Actor, conversation: Conversation, number: int, *, most: int = 50) -> Page:
    """The entries just before `number`; `more` where there are older ones."""
    rows = list(_entries(BEFORE, actor, conversation.id, number, most))
    entries = list(reversed(wire.fitting(reversed(rows))))
    last = min(number - 1, head(actor, conversation))
    first = last - len(entries) + 1
    return Page(
        first=first, last=last, head=head(actor, conversation), more=first > 1, entries=entries,
        reads=wire.reads_beside(entries, read_marks(actor, conversation.id))
    )


def _entries(sql: str, actor: Actor, conversation: UUID, number: int, most: int) -> Iterable[wire.Entry]:
    column = "staff_seq" if actor.staff else "public_seq"
    query = sql.format(columns=COLUMNS, target=TARGET, number=column, place=2 if actor.staff else 3)
    with connection.cursor() as cursor:
        cursor.execute(query, [actor.organization_id, conversation, number, most])
        return [wire.shown(row_of(row), staff=actor.staff) for row in cursor.fetchall()]


def row_of(values: tuple[Any, ...]) -> wire.Row:
    """A row in the order of COLUMNS; JSON may come as text where no ORM field decodes it."""
    kept = list(values)
    if isinstance(kept[9], str):
        kept[9] = msgspec.json.decode(kept[9])
    return wire.Row(*kept)


def read_marks(actor: Actor, conversation: UUID) -> list[wire.ReadMark]:
    """How far everybody has read, in the viewer's own numbers."""
    with connection.cursor() as cursor:
        cursor.execute(READS, [actor.staff, actor.organization_id, conversation])
        return [wire.ReadMark(user=wire.Person(id=user, name=name, staff=staff), seq=seq) for user, name, staff, seq in cursor.fetchall()]
