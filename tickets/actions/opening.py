"""Opening a ticket: ticket, conversation, first message, event and remembered answer in one prepared statement."""
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from accounts.actions.agents import staff_group
from accounts.actor import Actor
from accounts.recognition import Known, act
from chat.sending import check_text
from foundation import events, following
from foundation.errors import Conflict, Forbidden, Invalid
from foundation.events import Push
from foundation.ids import uuid7
from foundation.socket.frames import encode
from tickets import wire
from tickets.numbers import numbers

logger = logging.getLogger(__name__)
OPEN = """
SELECT outcome, body, owed
FROM open_ticket(%(organization)s::uuid, %(ticket)s::uuid, %(customer)s::uuid, %(name)s::text, %(email)s::text, %(number)s::bigint,
                 %(prefix)s::text, %(subject)s::text, %(text)s::text, %(hash)s::bytea, %(category)s::text, %(tags)s::text[],
                 %(channel)s::text, %(key)s::text, %(fingerprint)s::bytea, %(payload)s::jsonb, %(subscribers)s::text[])
"""
STORED, REPEATED = "stored", "repeated"
QUEUED = "ticket.queued"


@dataclass(frozen=True)
class NewTicket:
    subject: str
    text: str
    category: str | None = None  # slug
    tags: tuple[str, ...] = ()
    channel: str = "web"


@dataclass(frozen=True)
class Opened:
    """The ticket as JSON, and whether this was only the answer to a repeated request."""

    body: bytes
    repeated: bool


@dataclass(frozen=True)
class Prepared:
    """All that is stored and told of a new ticket."""

    pushes: Sequence[Push]
    subscribers: Sequence[str]
    given: dict[str, Any]


def permitted(actor: Actor) -> bool:
    """Whether they open tickets."""
    return not actor.staff and actor.may("tickets.open_ticket")


def open_ticket(*, actor: Actor, new: NewTicket, key: str | None = None, fingerprint: bytes | None = None) -> Opened:
    """A customer's new ticket, queued. Its own transaction: call it outside a unit of work. Raises Forbidden, Invalid (unknown
    category), Conflict (key used for another request)."""
    if not permitted(actor):
        raise Forbidden("Only customers open tickets.")
    check_text(new.text)
    prepared = prepare(actor, new, numbers.take(actor.organization_id), key, fingerprint)
    outcome, body, owed = _execute(prepared)
    if outcome == "unknown_category":
        raise Invalid("Some fields are not valid.", fields={"category": ["There is no such category."]})
    if outcome == "conflict":
        raise Conflict("This Idempotency-Key was used for another request.", code="idempotency_key_reused")
    if outcome == STORED:
        events.send(actor.organization_id, zip(owed, prepared.subscribers, strict=True), prepared.pushes)
    return Opened(body.encode(), repeated=outcome == REPEATED)


async def open_from_loop(*, known: Known, new: NewTicket, key: str | None, fingerprint: bytes | None) -> Opened | None:
    """The same on an event loop, for a caller and a request that `open_ticket` would not refuse at once; None, with nothing stored, for
    what it would refuse in the end."""
    organization = known.actor.organization_id
    prepared = prepare(known.actor, new, await numbers.take_on_loop(organization), key, fingerprint)
    rows = await act(known, [(OPEN, prepared.given)])
    if rows is None or (outcome := rows[0][0][0]) not in (STORED, REPEATED):
        return None
    _, body, owed = rows[0][0]
    if outcome == STORED:
        try:
            following.send(organization, zip(owed, prepared.subscribers, strict=True), prepared.pushes)
        except Exception:  # it is stored: whoever failed now would be asked for it a second time
            logger.exception("a new ticket's deliveries are left to the sweep")
    return Opened(body.encode(), repeated=outcome == REPEATED)


def prepare(actor: Actor, new: NewTicket, number: tuple[int, str], key: str | None, fingerprint: bytes | None) -> Prepared:
    """What is stored under this number, and told to whom."""
    ticket = uuid7()
    pushes = [Push(staff_group(actor.organization_id), new_ticket_frame(ticket, f"{number[1]}-{number[0]}", new, actor))]
    subscribers = events.subscribers_of(QUEUED, pushes=True)
    payload = {"ticket": str(ticket), **events.pushed(pushes)}
    return Prepared(pushes, subscribers, {
        "organization": actor.organization_id, "ticket": ticket, "customer": actor.id, "name": actor.name, "email": actor.email,
        "number": number[0], "prefix": number[1], "subject": new.subject, "text": new.text,
        "hash": hashlib.sha256(new.text.encode()).digest(), "category": new.category, "tags": list(new.tags), "channel": new.channel,
        "key": key, "fingerprint": fingerprint, "payload": orjson.dumps(payload).decode(), "subscribers": subscribers})


def _execute(prepared: Prepared) -> tuple[Any, ...]:
    connection.ensure_connection()
    row: tuple[Any, ...] = connection.connection.execute(OPEN, prepared.given, prepare=True).fetchone()
    return row


def new_ticket_frame(ticket: UUID, number: str, new: NewTicket, customer: Actor) -> str:
    """`new-ticket` for the organization's staff."""
    return encode(wire.NewTicket(ticket=ticket, number=number, subject=new.subject, category=new.category, priority="normal",
                                 channel=new.channel, customer=wire.Someone(id=customer.id, name=customer.name)))
