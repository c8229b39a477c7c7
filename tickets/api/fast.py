"""Listing tickets, reading the queue and opening a ticket, on the event loop: what the views answer, asked in a round trip or two."""
from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from typing import Any

import orjson
import psycopg
from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from accounts import recognition
from accounts.recognition import Known
from chat.models import LONGEST_TEXT
from foundation import sharing
from foundation.errors import DomainError
from foundation.http import errors, idempotency
from foundation.http.fast import Answer, Call, unavailable
from foundation.http.rendering import beside, enveloped
from foundation.http.validation import query_of
from foundation.postgresql.pipeline import FORGOTTEN, Rows
from tickets import lists, queries
from tickets.actions import opening
from tickets.api import serializers
from tickets.models import Channel

OFFERED = {"subject": 200, "text": LONGEST_TEXT, "category": 50, "channel": 50, "priority": 20}  # characters
CHANNELS = frozenset(Channel.values)
unread = recognition.OfEach(lists.UNREAD_OF_EACH, "unread")
JSON_TYPES = {b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"}


async def tickets(call: Call) -> Answer | None:
    """A page of tickets."""
    known, wanted = await recognition.recognise(call), tickets_wanted(call.query)
    if known is None or wanted is None:
        return None
    try:
        asked = lists.asked(known.actor, wanted)
    except DomainError:
        return None
    paging, counting = asked
    organization = known.actor.organization_id
    count = sharing.ask(organization, counting, make=rows_alone)  # by itself, for all pages of a list have it in common
    page = await sharing.ask(organization, paging, make=list_page(wanted.ordering))
    of_each = await unread_of(known, page)
    return None if of_each is None else Answer(listed(lists.listed(wanted, page, await count, of_each)))


def rows_alone(rows: Rows) -> Rows:
    return rows


@cache
def list_page(ordering: str) -> Callable[[Rows], lists.Page]:
    """What makes a page of a list in this order; one and the same for all who ask, as it is part of their question."""
    return partial(lists.page_of, ordering)


@lru_cache(maxsize=4096)
def tickets_wanted(query: bytes) -> lists.Wanted | None:
    """What a query asks of the list; None where it is to be refused."""
    given = checked(serializers.TicketsWanted, query)
    return None if given is None else lists.Wanted(**given)


@lru_cache(maxsize=4096)
def queue_wanted(query: bytes) -> int | None:
    """The page of the queue; None where the query is to be refused."""
    given = checked(serializers.QueueWanted, query)
    return None if given is None else given["page"]


def checked(serializer: Any, query: bytes) -> dict[str, Any] | None:
    """What the serializer makes of a query, or None."""
    try:
        return query_of(serializer, QueryDict(query, mutable=False))
    except (ValidationError, SuspiciousOperation):
        return None


async def queue(call: Call) -> Answer | None:
    """A page of the queue."""
    known, number = await recognition.recognise(call), queue_wanted(call.query)
    if known is None or number is None or not known.actor.may("tickets.view_queue"):
        return None
    given = {"organization": known.actor.organization_id}
    asked = *lists.queue_asked(known.actor, number), (queries.KINDS, given), (queries.PAUSED, given)
    page, counted = await sharing.ask(known.actor.organization_id, *asked, make=queue_page(number))
    of_each = await unread_of(known, page)
    return None if of_each is None else Answer(listed(page.listed(number, counted, of_each)))


async def unread_of(known: Known, page: lists.Page) -> Sequence[int] | None:
    """How much of each ticket of a page the caller has not read; None where they are another by now."""
    answer = await unread.ask(known, page.keys)
    return None if answer is None else answer[0] or ()


@lru_cache(maxsize=1024)
def queue_page(number: int) -> Callable[[Rows, Rows, Rows, Rows], tuple[lists.Page, Rows]]:
    """What makes this page of the queue, its count beside it; one and the same for all who ask, as it is part of their question."""

    def made(rows: Rows, counted: Rows, kinds: Rows, paused: Rows) -> tuple[lists.Page, Rows]:
        return lists.queue_page(number, rows, queries.duty_of(kinds, paused)), counted

    return made


def listed(found: lists.Listed) -> bytes:
    return enveloped(found.data, beside(found.about))


async def open_ticket(call: Call) -> Answer | None:
    """A customer's new ticket."""
    known = await recognition.recognise(call)
    if known is None or call.query or call.headers.get(b"content-type") not in JSON_TYPES:
        return None
    key = call.headers.get(b"idempotency-key", b"").decode("latin-1") or None
    data = offered(call.body)
    if data is None or not opening.permitted(known.actor) or not (key is None or idempotency.proper(key)):
        return None
    fingerprint = idempotency.fingerprint_of("POST", call.path, data) if key else None
    new = opening.NewTicket(subject=data["subject"], text=data["text"], category=data.get("category"),
                            channel=data.get("channel", Channel.WEB.value))
    try:
        opened = await opening.open_from_loop(known=known, new=new, key=key, fingerprint=fingerprint)
    except psycopg.Error as error:
        if (error.sqlstate or "").startswith(FORGOTTEN):  # refused before it began, and Django's connection knows nothing of it
            return None
        errors.logger.exception("The database did not answer")
        return unavailable()
    if opened is None:
        return None
    return Answer(enveloped(opened.body), 201, [(b"idempotent-replay", b"true")] if opened.repeated else ())


def offered(body: bytes) -> dict[str, str] | None:
    """A plain new ticket, as `NewTicket` would pass it on unchanged; None for anything that needs its judgement."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(data, dict) or not {"subject", "text"} <= data.keys():
        return None
    if not all(isinstance(value, str) and 0 < len(value) <= OFFERED.get(name, 0) for name, value in data.items()):
        return None
    lines = [value for name, value in data.items() if name != "text"]
    if not all(line.isprintable() and line == line.strip() for line in lines) or "\0" in data["text"] or not data["text"].strip():
        return None
    return data if data.get("channel", Channel.WEB) in CHANNELS else None
