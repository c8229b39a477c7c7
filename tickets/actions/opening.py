"""Opening a ticket: ticket, conversation, first message, event and remembered answer in one statement; prepared on the event loop."""
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import psycopg
from django.db import transaction
from psycopg.errors import UniqueViolation

from accounts import recognition
from accounts.actions.agents import staff_group
from accounts.actor import Actor
from accounts.recognition import Known
from chat.attachments import actions as attachments
from chat.sending import check_text
from foundation import events, following
from foundation.batching import Alone, Batcher
from foundation.errors import Conflict, Forbidden, Invalid
from foundation.events import Push
from foundation.ids import uuid7
from foundation.socket.frames import encode
from foundation.units import by_itself, unit_of_work
from tickets import wire
from tickets.actions import timing
from tickets.actions.waiting import queue_moved
from tickets.models import Priority
from tickets.numbers import BLOCK, numbers
from tickets.service_levels import Promises, load, shelf

logger = logging.getLogger(__name__)
OPEN = """
SELECT outcome, body, owed FROM open_tickets(%(organization)s::uuid, %(items)s::json, %(subscribers)s::text[])
"""
STORED, REPEATED, ANOTHER = "stored", "repeated", "another"
QUEUED = "ticket.queued"
TRIES = 3
together = Batcher(OPEN, "openings", shared=lambda: {"subscribers": owed_to()})


@dataclass(frozen=True)
class NewTicket:
    subject: str
    text: str
    category: str | None = None  # slug
    tags: tuple[str, ...] = ()
    channel: str = "web"
    priority: Priority = Priority.NORMAL  # said by the house: what a customer says of it is ignored


@dataclass(frozen=True)
class Opened:
    """The ticket as JSON, and whether this was only the answer to a repeated request."""

    body: bytes
    repeated: bool


@dataclass(frozen=True)
class Prepared:
    """All that is stored and told of a new ticket."""

    pushes: Sequence[Push]
    item: dict[str, Any]


def permitted(actor: Actor) -> bool:
    """Whether they open tickets."""
    return not actor.staff and actor.may("tickets.open_ticket")


def owed_to() -> list[str]:
    """Who is to hear of a new ticket."""
    return events.subscribers_of(QUEUED, pushes=True)


def open_ticket(
    *, actor: Actor, new: NewTicket, attached: Sequence[UUID] = (), key: str | None = None, fingerprint: bytes | None = None
) -> Opened:
    """A customer's new ticket, queued; `attached` are their uploads that come with its first message. Its own transaction: call it outside
    a unit of work. Raises Forbidden, Invalid (unknown category, no such upload), Conflict (key used for another request)."""
    if not permitted(actor):
        raise Forbidden("Only customers open tickets.")
    check_text(new.text, attached=bool(attached))
    attachments.check(attached)
    prepared, (outcome, body, owed) = _stored(actor, new, attached, key, fingerprint)
    if outcome == "unknown_category":
        raise Invalid("Some fields are not valid.", fields={"category": ["There is no such category."]})
    if outcome == "conflict":
        raise Conflict("This Idempotency-Key was used for another request.", code="idempotency_key_reused")
    if outcome == STORED:
        events.send(actor.organization_id, zip(owed, owed_to(), strict=True), prepared.pushes)
    return Opened(body.encode(), repeated=outcome == REPEATED)


def open_within(*, actor: Actor, new: NewTicket, attached: Sequence[UUID] = ()) -> UUID:
    """The same inside the caller's unit of work: the ticket comes to be with its commit, and is told of then. Returns its key."""
    if not permitted(actor):
        raise Forbidden("Only customers open tickets.")
    check_text(new.text, attached=bool(attached))
    promises = load()
    for attempt in range(TRIES):
        many = 1 if attempt == 0 else BLOCK  # numbers that a failover lost may be another process's: beyond its block they are not
        prepared = prepare(actor, new, numbers.take_within(actor.organization_id, many), promises)
        try:
            with transaction.atomic():
                outcome, _, owed = by_itself(OPEN, given(actor, prepared))
        except UniqueViolation:
            if attempt == TRIES - 1:
                raise
        else:
            break
    if outcome == "unknown_category":
        raise Invalid("Some fields are not valid.", fields={"category": ["There is no such category."]})
    told = partial(events.send, actor.organization_id, list(zip(owed, owed_to(), strict=True)), prepared.pushes)
    transaction.on_commit(told, robust=True)
    if new.priority > Priority.NORMAL:
        queue_moved(actor.organization_id)  # what customers open themselves goes behind those who wait
    ticket: UUID = prepared.item["ticket"]
    if attached:
        attachments.tie(actor=actor, attachments=attached, conversation=ticket)
    return ticket


async def open_from_loop(*, known: Known, new: NewTicket, key: str | None, fingerprint: bytes | None) -> Opened | None:
    """The same on an event loop, together with others, for a caller and a request that `open_ticket` would not refuse at once; None, with
    nothing stored, for what it would refuse in the end. Raises psycopg's OperationalError where it may be stored for all that is known."""
    organization = known.actor.organization_id
    promises = await shelf.of_loop(organization)
    prepared = prepare(known.actor, new, await numbers.take_on_loop(organization), promises, key=key, fingerprint=fingerprint)
    item = {**prepared.item, **recognition.identity(known.actor)}
    try:
        outcome, body, owed = await together.row(organization, (known.actor.id, key) if key else item["ticket"], item)
    except Alone as alone:
        numbers.drop_on_loop(organization)
        if alone.again:
            raise psycopg.OperationalError("whether the ticket was stored is not known") from alone
        return None
    if outcome == ANOTHER:
        recognition.forget_one(known)
    if outcome not in (STORED, REPEATED):
        return None
    if outcome == STORED:
        try:
            following.send(organization, zip(owed, owed_to(), strict=True), prepared.pushes)
        except Exception:  # it is stored: whoever failed now would be asked for it a second time
            logger.exception("a new ticket's deliveries are left to the sweep")
    return Opened(body.encode(), repeated=outcome == REPEATED)


def prepare(actor: Actor, new: NewTicket, number: tuple[int, str], promises: Promises, *, key: str | None = None,
            fingerprint: bytes | None = None) -> Prepared:
    """What is stored under this number, with the deadlines that these promises give it, and told to whom."""
    ticket = uuid7()
    pushes = [Push(staff_group(actor.organization_id), new_ticket_frame(ticket, f"{number[1]}-{number[0]}", new, actor))]
    return Prepared(pushes, {
        "ticket": ticket, "customer": actor.id, "name": actor.name, "email": actor.email, "number": number[0], "prefix": number[1],
        "subject": new.subject, "text": new.text, "category": new.category, "tags": new.tags, "channel": new.channel,
        "priority": new.priority.value, "key": key, "fingerprint": fingerprint and fingerprint.hex(),
        "payload": {"ticket": ticket, **events.pushed(pushes)},
        **timing.opened(promises, new.category, new.priority, datetime.now(UTC))})


def _stored(
    actor: Actor, new: NewTicket, attached: Sequence[UUID], key: str | None, fingerprint: bytes | None
) -> tuple[Prepared, tuple[Any, ...]]:
    """What was prepared, and its row. Another try finds the answer to whoever used the same key at the same moment; and a number of its
    own, where a database that came back with less than it had gave this process's numbers to another."""
    promises = shelf.of(actor.organization_id)
    for attempt in range(TRIES):
        prepared = prepare(actor, new, numbers.take(actor.organization_id), promises, key=key, fingerprint=fingerprint)
        try:
            row = by_itself(OPEN, given(actor, prepared)) if not attached else _with_attachments(actor, prepared, attached)
        except UniqueViolation:
            numbers.drop(actor.organization_id)
            if attempt == TRIES - 1:
                raise
        else:
            return prepared, row
    raise AssertionError("unreachable")


def given(actor: Actor, prepared: Prepared) -> dict[str, Any]:
    """The parameters of OPEN for one ticket."""
    return {"organization": actor.organization_id, "items": orjson.dumps([prepared.item]).decode(), "subscribers": owed_to()}


def _with_attachments(actor: Actor, prepared: Prepared, attached: Sequence[UUID]) -> tuple[Any, ...]:
    """The same as OPEN alone, and what comes with the first message, in one unit of work."""
    with unit_of_work(actor):
        row = by_itself(OPEN, given(actor, prepared))
        if row[0] == STORED:
            attachments.tie(actor=actor, attachments=attached, conversation=prepared.item["ticket"])
    return row


def new_ticket_frame(ticket: UUID, number: str, new: NewTicket, customer: Actor) -> str:
    """`new-ticket` for the organization's staff."""
    return encode(wire.NewTicket(ticket=ticket, number=number, subject=new.subject, category=new.category,
                                 priority=new.priority.name.lower(), channel=new.channel,
                                 customer=wire.Someone(id=customer.id, name=customer.name)))
