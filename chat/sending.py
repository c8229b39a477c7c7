"""Sending a message: one statement, for the socket (there it is prepared) and for REST. The ways differ only in who waits for it."""
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, NoReturn
from uuid import UUID

import orjson
from django.db import transaction
from psycopg.errors import UniqueViolation

from accounts.actor import Actor
from chat import metrics, queries, rooms, waking, wire
from chat.attachments import actions as attachments
from chat.models import Entry
from foundation import events
from foundation.async_database import in_thread, one_row
from foundation.batching import Alone, Batcher
from foundation.errors import Conflict, Forbidden, Invalid, NotFound
from foundation.ids import uuid7
from foundation.socket.frames import encode
from foundation.units import by_itself, unit_of_work

SEND = """
SELECT outcome, entry, staff_number, public_number, stored_at, owed
FROM send_message(%s::uuid, %s::uuid, %s::uuid, %s::text, %s::boolean, %s::uuid, %s::text, %s::bytea, %s::boolean, %s::boolean, %s::text[],
                  true)
"""
SEND_ATTACHED = """
SELECT outcome, entry, staff_number, public_number, stored_at, owed, attached::text
FROM send_message(%s::uuid, %s::uuid, %s::uuid, %s::text, %s::boolean, %s::uuid, %s::text, %s::bytea, %s::boolean, %s::boolean, %s::text[],
                  true, %s::uuid[])
"""
SEND_MANY = """
SELECT outcome, entry, staff_number, public_number, stored_at, owed
FROM send_messages(%(organization)s::uuid, %(items)s::json, %(subscribers)s::text[])
"""
LONGEST_BESIDE = 50_000  # bytes of text as JSON beside attachments: an entry fits into a frame
# A message that began a conversation: its first entry takes the name and the digest under which it was sent elsewhere.
NAMED = """
UPDATE chat_entry SET client_id = %s::uuid, body_hash = %s::bytea
WHERE organization_id = %s::uuid AND conversation_id = %s::uuid AND staff_seq = 1
RETURNING id, staff_seq, public_seq, created_at
"""
WAKE = "wake"
BUSY = "busy"
ELSEWHERE = ("closed", "conflict")  # a customer's message may have a place elsewhere, or has it already
together = Batcher(SEND_MANY, "messages", shared=lambda: {"subscribers": events.subscribers_of("message.sent")})


@dataclass(frozen=True)
class Draft:
    """What somebody wants to say. `client_id` names it, so that saying it twice stores it once."""

    conversation: UUID
    client_id: UUID
    text: str
    internal: bool = False
    attachments: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Stored:
    """A committed message; `seq` is its number as the sender sees it. `place`: where it is, if not where it was sent to."""

    id: UUID
    staff_seq: int
    public_seq: int | None
    seq: int
    created_at: datetime
    duplicate: bool
    place: waking.Place | None = None


def check(actor: Actor, draft: Draft) -> None:
    """Raises Forbidden where the role does not allow it, Invalid for a message in which nothing is said or attached."""
    check_right(actor, internal=draft.internal)
    check_text(draft.text, attached=bool(draft.attachments))
    if draft.attachments:
        attachments.check(draft.attachments)


def check_right(actor: Actor, *, internal: bool) -> None:
    """Raises Forbidden for whoever may not write messages or, internal, notes."""
    if internal and not (actor.staff and actor.may("chat.write_note")):
        raise Forbidden("Only staff may write internal notes.")
    if not actor.may("chat.send_message"):
        raise Forbidden("You may not send messages.")


def check_text(text: str, *, attached: bool = False) -> None:
    """Raises Invalid for a text in which nothing is said, unless something is attached; then for one that, encoded, is too long to travel
    with it."""
    if attached:
        if len(orjson.dumps(text)) > LONGEST_BESIDE:
            raise Invalid("Some fields are not valid.", fields={"text": ["This text is too long to have attachments."]})
    elif not text.strip():
        raise Invalid("Some fields are not valid.", fields={"text": ["This field may not be blank."]})


def refuse(actor: Actor, draft: Draft) -> NoReturn:
    """NotFound where the actor does not even see the conversation, else why they may not."""
    with unit_of_work(actor):
        queries.get(actor, draft.conversation)
    check(actor, draft)
    raise AssertionError("only what check refuses comes here")


@metrics.measured
def send(*, actor: Actor, draft: Draft) -> Stored:
    """Store a message in a transaction of its own, outside any unit of work, and publish it. Raises NotFound, Forbidden, or Conflict
    (another body under the same client_id; a closed conversation)."""
    try:
        check(actor, draft)
    except Forbidden:
        refuse(actor, draft)
    row = _execute(*statement(actor, draft, wakes=True))
    if row[0] == WAKE:
        return send_waking(actor=actor, draft=draft)
    if row[0] in ELSEWHERE and not actor.staff:
        return send_elsewhere(actor=actor, draft=draft)
    stored = judged(row, actor)
    publish(stored, row, actor, draft)
    return stored


@metrics.measured_async
async def send_from_socket(*, actor: Actor, draft: Draft, session: str) -> Stored:
    """The same for a socket, whose own `session` does not hear its message again."""
    try:
        check(actor, draft)
    except Forbidden:
        await in_thread(actor.organization_id, refuse, actor, draft)
    row, again = await _from_socket(actor, draft)
    if row[0] == WAKE:
        return await in_thread(actor.organization_id, send_waking, actor=actor, draft=draft, session=session)
    if row[0] in ELSEWHERE and not actor.staff:
        return await in_thread(actor.organization_id, send_elsewhere, actor=actor, draft=draft, session=session)
    stored = judged(row, actor)
    if again and stored.duplicate:
        stored = replace(stored, duplicate=False)  # by our own first try, whose answer was lost: nobody has been told yet
    if row[5]:
        await in_thread(actor.organization_id, publish, stored, row, actor, draft, session)
    else:
        publish(stored, row, actor, draft, session)
    return stored


async def _from_socket(actor: Actor, draft: Draft) -> tuple[tuple[Any, ...], bool]:
    """The statement's row, and whether it may be the second one: with others that wait, or alone where those could be harmed, or where
    something is attached."""
    again = False
    if not draft.attachments:
        try:
            row = await together.row(actor.organization_id, (actor.id, draft.client_id), item(actor, draft))
        except Alone as alone:
            again = alone.again
        else:
            if row[0] != BUSY:
                return row, False
    with _one_conversation_per_client_id():
        row, repeated = await one_row(*statement(actor, draft, wakes=True), of=actor.organization_id)
    return row, again or repeated


def send_waking(*, actor: Actor, draft: Draft, session: str = "") -> Stored:
    """Store a message together with what it moves: a reopened ticket, a first response."""
    try:
        with unit_of_work(actor):
            return _store_waking(actor, draft, digest(draft), session)
    except Conflict as refused:
        if actor.staff or refused.code not in ELSEWHERE:
            raise
    return send_elsewhere(actor=actor, draft=draft, session=session)


def send_elsewhere(*, actor: Actor, draft: Draft, session: str = "") -> Stored:
    """A customer's message whose conversation is closed to them: into the one that goes on from it, or into a new one. It is looked for
    under its client_id first, wherever it went, with the conversation locked: a repetition finds it, and of several at once one begins
    another. Raises Conflict where it is another message, or where there is nowhere to go."""
    with unit_of_work(actor):
        queries.lock(actor, draft.conversation)
        known = Entry.objects.filter(organization_id=actor.organization_id, sender_id=actor.id, client_id=draft.client_id).first()
        if known is not None:
            return _repeated(known, draft)
        place = waking.opener().elsewhere(draft.conversation, draft.text, draft.attachments, actor)
        if place is None:
            raise closed()
        store = _begun if place.begun else _gone_on
        return replace(store(actor, draft, place.id, session), place=place)


def _repeated(known: Entry, draft: Draft) -> Stored:
    """The answer to what is stored under this client_id already; by the digest, which names the conversation that it was sent to."""
    if bytes(known.body_hash or b"") != digest(draft):
        raise used_before()
    place = waking.opener().place(known.conversation_id) if known.conversation_id != draft.conversation else None
    assert known.public_seq is not None, "a customer's message is public"  # noqa: S101
    return Stored(known.id, known.staff_seq, known.public_seq, known.public_seq, known.created_at, duplicate=True, place=place)


def _begun(actor: Actor, draft: Draft, conversation: UUID, session: str) -> Stored:
    """It is there as the first entry, which nobody has seen yet."""
    row = _execute(NAMED, (draft.client_id, digest(draft), actor.organization_id, conversation))
    entry, staff_seq, public_seq, created_at = row
    return Stored(entry, staff_seq, public_seq, public_seq, created_at, duplicate=False)


def _gone_on(actor: Actor, draft: Draft, conversation: UUID, session: str) -> Stored:
    return _store_waking(actor, replace(draft, conversation=conversation), digest(draft), session)


def _store_waking(actor: Actor, draft: Draft, said: bytes, session: str) -> Stored:
    """Store a message in the caller's unit of work, and move what it moves."""
    stored = _store(actor, draft, said, session)
    if not stored.duplicate:
        waking.opener().woken(draft.conversation, actor)
    return stored


def note(*, actor: Actor, conversation: UUID, text: str) -> Stored:
    """An internal note that belongs to what else the caller's unit of work does. Raises Forbidden, Invalid."""
    draft = Draft(conversation, uuid7(), text, internal=True)
    check(actor, draft)
    return _store(actor, draft, digest(draft), "")


def _store(actor: Actor, draft: Draft, said: bytes, session: str) -> Stored:
    """Store a message in the caller's unit of work, under this digest; it is published after the commit."""
    row = _execute(*statement(actor, draft, wakes=False, said=said))
    stored = judged(row, actor)
    transaction.on_commit(partial(publish, stored, row, actor, draft, session), robust=True)
    return stored


def _execute(sql: str, given: tuple[Any, ...]) -> tuple[Any, ...]:
    with _one_conversation_per_client_id():
        return by_itself(sql, given)


@contextmanager
def _one_conversation_per_client_id() -> Iterator[None]:
    """Within a conversation its lock makes a repetition wait; two conversations at once meet in the unique key."""
    try:
        yield
    except UniqueViolation:
        raise used_before() from None


def used_before() -> Conflict:
    return Conflict("Another message was sent under this client_id.", code="conflict")


def closed() -> Conflict:
    return waking.Closed("This ticket is closed. Please open a new one.")


def statement(actor: Actor, draft: Draft, *, wakes: bool, said: bytes | None = None) -> tuple[str, tuple[Any, ...]]:
    """The statement and its parameters; `said` is the digest, where it is not the draft's own."""
    given = (actor.organization_id, draft.conversation, actor.id, actor.name, actor.staff, draft.client_id, draft.text,
             said or digest(draft), draft.internal, wakes, events.subscribers_of("message.sent"))
    return (SEND_ATTACHED, (*given, list(draft.attachments))) if draft.attachments else (SEND, given)


def item(actor: Actor, draft: Draft) -> dict[str, Any]:
    """The same in a batch."""
    return {"conversation": draft.conversation, "sender": actor.id, "name": actor.name, "staff": actor.staff,
            "client_id": draft.client_id, "text": draft.text, "hash": digest(draft).hex(), "internal": draft.internal}


def digest(draft: Draft) -> bytes:
    """SHA-256 of what is first sent."""
    said = hashlib.sha256(f"{draft.conversation}|{int(draft.internal)}|{draft.text}".encode()).digest()
    if not draft.attachments:
        return said
    return hashlib.sha256(b"".join([said, *(key.bytes for key in draft.attachments)])).digest()


def judged(row: tuple[Any, ...], actor: Actor) -> Stored:
    """The stored message, or the refusal."""
    outcome, entry, staff_seq, public_seq, created_at = row[:5]
    if outcome == "not_found":
        raise NotFound("There is no such ticket.")
    if outcome == "closed":
        raise closed()
    if outcome == "conflict":
        raise used_before()
    if outcome == "unknown_attachment":
        raise attachments.unknown()
    return Stored(id=entry, staff_seq=staff_seq, public_seq=public_seq, seq=staff_seq if actor.staff else public_seq, created_at=created_at,
                  duplicate=outcome == "duplicate")


def publish(stored: Stored, told: Sequence[Any], actor: Actor, draft: Draft, session: str = "") -> None:
    """After the commit: show the message to everyone else, once encoded for staff and once for the customer."""
    if stored.duplicate:
        return
    row = wire.Row(id=stored.id, staff_seq=stored.staff_seq, public_seq=stored.public_seq, kind="message", sender_id=actor.id,
                   sender_name=actor.name, sender_is_staff=actor.staff, client_id=draft.client_id, text=draft.text,
                   data=orjson.loads(told[6]) if draft.attachments and told[6] else None,
                   created_at=stored.created_at, edited_at=None, deleted_at=None)
    show(draft.conversation, row, session=session)
    subscribers = events.subscribers_of("message.sent")
    events.send(actor.organization_id, zip(told[5] or (), subscribers, strict=False), ())


def show(conversation: UUID, row: wire.Row, *, session: str = "") -> None:
    """Publish an entry to both rooms; an internal one to staff alone."""
    hints = events.hints()
    for staff in (True, False) if row.public_seq is not None else (True,):
        frame = wire.EntryAdded(ticket=conversation, seq=row.seq(staff), entry=wire.shown(row, staff=staff))
        hints.publish(rooms.room(conversation, staff=staff), encode(frame), exclude=session)
