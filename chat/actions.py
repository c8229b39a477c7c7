"""What happens in a conversation besides sending (`sending.py`): entries of the house, edits, deletions, reading."""
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.actor import Actor, AnyActor
from chat import queries, rooms, sending, wire
from chat.attachments import actions as attachments
from chat.models import Conversation, Entry, Kind, Revision
from foundation import events
from foundation.errors import Conflict, Forbidden, NotFound
from foundation.events import Push
from foundation.socket.frames import encode

EDITABLE_FOR = timedelta(minutes=15)
NEXT = """
WITH c AS (
  UPDATE chat_conversation SET staff_seq = staff_seq + 1, public_seq = public_seq + %(public)s::int, last_entry_at = now()
  WHERE id = %(conversation)s RETURNING organization_id, staff_seq, CASE WHEN %(public)s THEN public_seq END AS public_seq),
e AS (
  INSERT INTO chat_entry (organization_id, conversation_id, staff_seq, public_seq, kind, sender_id, sender_name, sender_is_staff,
                          target_seq, data)
  SELECT organization_id, %(conversation)s, staff_seq, public_seq, %(kind)s, %(sender)s, %(name)s, %(staff)s,
         %(target)s, %(data)s::jsonb FROM c
  RETURNING *)
SELECT {columns} FROM e {target}
"""
READ = """
WITH c AS (SELECT id, staff_seq, public_seq FROM chat_conversation WHERE id = %(conversation)s),
place AS (
  SELECT e.staff_seq, (SELECT coalesce(max(p.public_seq), 0) FROM chat_entry p
                       WHERE p.organization_id = e.organization_id AND p.conversation_id = e.conversation_id AND p.staff_seq <= e.staff_seq
                       AND p.public_seq IS NOT NULL) AS public_seq
  FROM c JOIN chat_entry e ON e.conversation_id = c.id AND e.organization_id = %(organization)s
  AND CASE WHEN %(staff)s THEN e.staff_seq = least(%(seq)s, c.staff_seq) ELSE e.public_seq = least(%(seq)s, c.public_seq) END)
INSERT INTO chat_readmark AS m (organization_id, conversation_id, user_id, staff_seq, public_seq)
SELECT %(organization)s, %(conversation)s, %(user)s, place.staff_seq, place.public_seq FROM place
ON CONFLICT (organization_id, conversation_id, user_id) DO UPDATE
SET staff_seq = excluded.staff_seq, public_seq = excluded.public_seq, at = now() WHERE excluded.staff_seq > m.staff_seq
RETURNING new.staff_seq, new.public_seq, coalesce(old.public_seq, 0)
"""


def lock(conversation: UUID) -> Conversation:
    """The conversation's row, locked until the unit of work ends; everything that adds an entry waits here. Raises NotFound."""
    found = Conversation.objects.select_for_update().filter(id=conversation).first()
    if found is None:
        raise NotFound("There is no such ticket.")
    return found


def add(
    *,
    conversation: UUID,
    kind: str,
    actor: AnyActor,
    data: dict[str, Any] | None = None,
    internal: bool = False,
    target: int | None = None,
) -> wire.Row:
    """Add an entry that is not a message; it takes the next number and is shown after the commit."""
    sql = NEXT.format(columns=queries.COLUMNS, target=queries.TARGET)
    given: dict[str, Any] = {
        "conversation": conversation, "public": not internal, "kind": kind, "sender": sender_of(actor), "name": actor.name,
        "staff": actor.staff, "target": target, "data": None if data is None else orjson.dumps(data, default=str).decode(),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        row = queries.row_of(cursor.fetchone())
    transaction.on_commit(partial(sending.show, conversation, row), robust=True)
    return row


def set_wakes(*, conversation: UUID, by_customer: bool, by_staff: bool, closed: bool = False) -> None:
    """Whose next message does more than being stored; nobody's in a closed conversation."""
    Conversation.objects.filter(id=conversation).update(customer_wakes=by_customer, staff_wakes=by_staff, is_closed=closed)


def sender_of(actor: AnyActor) -> UUID | None:
    """The sender's key; none for the house and for a platform superuser, who is nobody of this organization."""
    return actor.id if isinstance(actor, Actor) and actor.role_id is not None else None


def edit(*, actor: Actor, message: UUID, text: str) -> wire.Row:
    """Change one's own message within 15 minutes. Raises NotFound, Forbidden, Invalid or Conflict; the same text again changes nothing."""
    entry = _own(actor, message)
    sending.check_text(text, attached=entry.data is not None)
    if not _own_words(actor, entry):
        raise Forbidden("You may edit your own messages only.")
    if entry.deleted_at is not None:
        raise Conflict("The message has been deleted.", code="deleted")
    if _old(entry):
        raise Conflict("A message may be edited for 15 minutes.", code="too_late")
    if entry.text != text:
        _keep(entry, actor)
        Entry.objects.filter(id=entry.id).update(text=text, edited_at=Now())
        add(conversation=entry.conversation_id, kind=Kind.EDIT, actor=actor, internal=entry.public_seq is None, target=entry.staff_seq)
    return row(entry.id)


def delete(*, actor: Actor, message: UUID) -> wire.Row:
    """Delete one's own message, or anybody's with the permission; it keeps its place, and the text stays on record. Of what was attached
    only what it was called does."""
    entry = _own(actor, message)
    if not _own_words(actor, entry) and not _moderates(actor):
        raise Forbidden("You may delete your own messages only.")
    if entry.deleted_at is None:
        _keep(entry, actor)
        Entry.objects.filter(id=entry.id).update(text="", data=None, deleted_at=Now())
        if entry.data is not None:
            attachments.remove_of(conversation=entry.conversation_id, staff_seq=entry.staff_seq)
        add(conversation=entry.conversation_id, kind=Kind.DELETION, actor=actor, internal=entry.public_seq is None, target=entry.staff_seq)
    return row(entry.id)


def possible_actions(*, actor: Actor, message: UUID) -> list[str]:
    """What the actor may do with a message now: `edit`, `delete`; raises NotFound."""
    entry = _seen(actor, message)
    if entry.deleted_at is not None or entry.conversation.is_closed:
        return []
    own = _own_words(actor, entry)
    return [name for name, may in (("edit", own and not _old(entry)), ("delete", own or _moderates(actor))) if may]


def _own_words(actor: Actor, entry: Entry) -> bool:
    return entry.sender_id == actor.id and actor.may("chat.edit_message")


def _moderates(actor: Actor) -> bool:
    return actor.staff and actor.may("chat.moderate_message")


def _old(entry: Entry) -> bool:
    return bool(entry.created_at < timezone.now() - EDITABLE_FOR)


def _seen(actor: Actor, message: UUID) -> Entry:
    """A message that the actor may see; raises NotFound."""
    found = (Entry.objects.filter(id=message, kind=Kind.MESSAGE, conversation__in=queries.visible_to(actor))
             .select_related("conversation").first())
    if found is None or (not actor.staff and found.public_seq is None):
        raise NotFound("There is no such message.")
    return found


def _own(actor: Actor, message: UUID) -> Entry:
    """A message that the actor may see, its conversation locked first."""
    if lock(_seen(actor, message).conversation_id).is_closed:
        raise Conflict("This ticket is closed.", code="closed")
    return Entry.objects.get(id=message)


def _keep(entry: Entry, actor: Actor) -> None:
    Revision.objects.create(organization_id=entry.organization_id, conversation_id=entry.conversation_id, target_seq=entry.staff_seq,
                            text=entry.text, data=entry.data, changed_by_id=actor.id, changed_by_name=actor.name)


def row(entry: UUID) -> wire.Row:
    """An entry as it is now."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {queries.COLUMNS} FROM chat_entry e {queries.TARGET} WHERE e.id = %s", [entry])
        return queries.row_of(cursor.fetchone())


def read(*, actor: Actor, conversation: UUID, seq: int, session: str = "") -> int:
    """Remember how far the actor has read, never backwards; returns the number now read, as the actor counts."""
    queries.get(actor, conversation)
    given: dict[str, Any] = {
        "conversation": conversation,
        "organization": actor.organization_id,
        "user": actor.id,
        "staff": actor.staff,
        "seq": seq,
    }
    with connection.cursor() as cursor:
        cursor.execute(READ, given)
        moved = cursor.fetchone()
    if moved is None:
        marks = {mark.user.id: mark.seq for mark in queries.read_marks(actor, conversation)}
        return marks.get(actor.id, 0)
    staff_seq, public_seq, public_before = moved
    reader = wire.Person(id=actor.id, name=actor.name, staff=actor.staff)
    told = [(rooms.staff_room(conversation), reader, staff_seq)]
    if public_seq > public_before and not (actor.staff and queries.read_by_other_staff(actor, conversation) >= public_seq):
        told.append((rooms.public_room(conversation), wire.HOUSE if actor.staff else reader, public_seq))
    for room, person, number in told:
        events.hint(Push(room, encode(wire.ReadUpTo(ticket=conversation, user=person, seq=number))), exclude=session)
    return int(staff_seq if actor.staff else public_seq)
