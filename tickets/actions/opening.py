"""Opening a ticket: ticket, conversation, first message, event and remembered answer in one prepared statement."""
import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from accounts.actions.agents import staff_group
from accounts.actor import Actor
from chat.sending import check_text
from foundation import events
from foundation.errors import Conflict, Forbidden, Invalid
from foundation.events import Push
from foundation.ids import uuid7
from foundation.socket.frames import encode
from tickets import wire
from tickets.numbers import numbers

OPEN = """
SELECT outcome, body, entry, stored_at, owed
FROM open_ticket(%s::uuid, %s::uuid, %s::uuid, %s::text, %s::text, %s::bigint, %s::text, %s::text, %s::text,
                 %s::bytea, %s::text, %s::text[],
                 %s::text, %s::text, %s::bytea, %s::jsonb, %s::text[])
"""
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


def open_ticket(*, actor: Actor, new: NewTicket, key: str | None = None, fingerprint: bytes | None = None) -> Opened:
    """A customer's new ticket, queued. Its own transaction: call it outside a unit of work. Raises Forbidden, Invalid (unknown
    category), Conflict (key used for another request)."""
    if actor.staff or not actor.may("tickets.open_ticket"):
        raise Forbidden("Only customers open tickets.")
    check_text(new.text)
    number, prefix = numbers.take(actor.organization_id)
    ticket = uuid7()
    pushes = [Push(staff_group(actor.organization_id), new_ticket_frame(ticket, f"{prefix}-{number}", new, actor))]
    subscribers = events.subscribers_of(QUEUED, pushes=True)
    payload = {"ticket": str(ticket), **events.pushed(pushes)}
    outcome, body, _, _, owed = _execute((
        actor.organization_id, ticket, actor.id, actor.name, actor.email, number, prefix, new.subject, new.text,
        hashlib.sha256(new.text.encode()).digest(), new.category, list(new.tags), new.channel, key, fingerprint,
        orjson.dumps(payload).decode(), subscribers))
    if outcome == "unknown_category":
        raise Invalid("Some fields are not valid.", fields={"category": ["There is no such category."]})
    if outcome == "conflict":
        raise Conflict("This Idempotency-Key was used for another request.", code="idempotency_key_reused")
    if outcome == "stored":
        events.send(actor.organization_id, zip(owed, subscribers, strict=True), pushes)
    return Opened(body.encode(), repeated=outcome == "repeated")


def _execute(given: tuple[Any, ...]) -> tuple[Any, ...]:
    connection.ensure_connection()
    row: tuple[Any, ...] = connection.connection.execute(OPEN, given, prepare=True).fetchone()
    return row


def new_ticket_frame(ticket: UUID, number: str, new: NewTicket, customer: Actor) -> str:
    """`new-ticket` for the organization's staff."""
    return encode(wire.NewTicket(ticket=ticket, number=number, subject=new.subject, category=new.category, priority="normal",
                                 channel=new.channel, customer=wire.Someone(id=customer.id, name=customer.name)))
