"""Reading a conversation, on the event loop: what the view answers, asked in one round trip."""
from functools import lru_cache
from uuid import UUID

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from accounts import recognition
from chat import queries
from chat.api import serializers
from chat.api.views import encoded
from foundation.http.fast import Answer, Call
from foundation.http.rendering import enveloped
from foundation.http.validation import query_of


@lru_cache(maxsize=4096)
def wanted(query: bytes) -> tuple[bool, int] | None:
    """Whether entries after or before a number are wanted, and the number; None where the query is to be refused."""
    try:
        given = query_of(serializers.EntriesWanted, QueryDict(query))
    except (ValidationError, SuspiciousOperation):
        return None
    return ("before" not in given, given["before"] if "before" in given else given.get("after", 0))


async def entries(call: Call) -> Answer | None:
    """A page of a conversation."""
    known, asked = await recognition.recognise(call), wanted(call.query)
    if known is None or asked is None:
        return None
    actor, ticket = known.actor, UUID(call.named["ticket"])
    forward, number = asked
    statements = (queries.asked_after if forward else queries.asked_before)(actor, ticket, number)
    rows = await recognition.act(known, [queries.asked_head(actor, ticket), *statements])
    if rows is None or not rows[0]:
        return None
    ((staff_seq, public_seq),), found, reads = rows
    page = (queries.page_after if forward else queries.page_before)(actor, number, staff_seq if actor.staff else public_seq, found, reads)
    return Answer(enveloped(encoded(page)))
