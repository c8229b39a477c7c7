"""Drafts: what somebody typed and did not send, kept for them alone."""
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Left

from accounts.actions.sessions import user_group
from accounts.actor import Actor
from chat import queries, sending, wire
from chat.models import Draft
from foundation import events
from foundation.errors import Conflict
from foundation.events import Push
from foundation.socket.frames import encode

MOST = 500  # of a user
PREVIEW = 200  # characters
FIRST = """
INSERT INTO chat_draft (organization_id, conversation_id, user_id, internal, text, saved_at)
VALUES (%(organization)s, %(conversation)s, %(user)s, %(internal)s, %(text)s, clock_timestamp())
ON CONFLICT (organization_id, user_id, conversation_id, internal) DO NOTHING RETURNING saved_at
"""
NEXT = """
UPDATE chat_draft SET text = %(text)s, saved_at = greatest(clock_timestamp(), saved_at + interval '1 microsecond')
WHERE organization_id = %(organization)s AND user_id = %(user)s AND conversation_id = %(conversation)s AND internal = %(internal)s
  AND saved_at = %(seen)s RETURNING saved_at
"""


def visible_to(actor: Actor) -> QuerySet[Draft]:
    """One's own, in conversations that one sees."""
    return Draft.objects.filter(organization_id=actor.organization_id, user_id=actor.id, conversation__in=queries.visible_to(actor))


def listed(actor: Actor) -> list[dict[str, Any]]:
    """The actor's drafts with the beginning of their text, the newest first."""
    found = visible_to(actor).annotate(begins=Left("text", PREVIEW)).order_by("-saved_at").values_list(
        "conversation_id", "internal", "begins", "saved_at")
    return [{"ticket": ticket, "internal": internal, "text": text, "saved_at": version(at)} for ticket, internal, text, at in found]


def of_ticket(actor: Actor, conversation: UUID) -> dict[str, Any]:
    """The actor's reply and note in a conversation; raises NotFound."""
    queries.get(actor, conversation)
    found = {draft.internal: shown(draft) for draft in visible_to(actor).filter(conversation_id=conversation)}
    return {"reply": found.get(False), "note": found.get(True)}


def shown(draft: Draft) -> dict[str, Any]:
    """A draft as its writer sees it."""
    return {"text": draft.text, "saved_at": version(draft.saved_at)}


def version(at: datetime | None) -> str | None:
    """When a draft was saved, in the very characters in which the socket says it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def save(
    *, actor: Actor, conversation: UUID, text: str, internal: bool = False, seen: datetime | None = None, tab: str = ""
) -> datetime | None:
    """Keep a text as the actor's draft that follows the one of `seen`; returns its version, None for a blank text, which is gone then.
    Raises NotFound, Forbidden, or Conflict with the `current` one where that is another."""
    queries.get(actor, conversation)
    sending.check_right(actor, internal=internal)
    blank = not text.strip()
    if not blank and seen is None:
        _check_room(actor)
    given = {"organization": actor.organization_id, "conversation": conversation, "user": actor.id, "internal": internal, "text": text,
             "seen": seen}
    saved = _discarded(actor, conversation, internal, seen) if blank else _written(given)
    if saved is None:
        return _lost(actor, conversation, internal, text)
    at = None if blank else saved
    tell(actor, wire.DraftChanged(ticket=conversation, internal=internal, text="" if blank else text, saved_at=at, tab=tab))
    return at


def discard(*, actor: Actor, conversation: UUID, internal: bool = False, tab: str = "") -> None:
    """The draft is gone, whatever it says; raises NotFound."""
    queries.get(actor, conversation)
    gone, _ = visible_to(actor).filter(conversation_id=conversation, internal=internal).delete()
    if gone:
        tell(actor, wire.DraftChanged(ticket=conversation, internal=internal, text="", saved_at=None, tab=tab))


def tell(actor: Actor, frame: wire.DraftChanged) -> None:
    """To the writer's own sockets, and to nobody else's."""
    events.hint(Push(user_group(actor.id), encode(frame)))


def _check_room(actor: Actor) -> None:
    if Draft.objects.filter(organization_id=actor.organization_id, user_id=actor.id).count() >= MOST:
        raise Conflict(f"You have {MOST} drafts. Send or discard some of them first.", code="too_many_drafts")


def _written(given: dict[str, Any]) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(FIRST if given["seen"] is None else NEXT, given)
        row = cursor.fetchone()
    return row[0] if row else None


def _discarded(actor: Actor, conversation: UUID, internal: bool, seen: datetime | None) -> datetime | None:
    gone, _ = visible_to(actor).filter(conversation_id=conversation, internal=internal, saved_at=seen).delete() if seen else (0, {})
    return seen if gone else None


def _lost(actor: Actor, conversation: UUID, internal: bool, text: str) -> datetime | None:
    """The draft is not the one that was seen: no harm where it says the same, else a conflict."""
    draft = visible_to(actor).filter(conversation_id=conversation, internal=internal).first()
    if (draft.text if draft else "") == (text if text.strip() else ""):
        return draft.saved_at if draft else None
    raise Conflict("The draft was changed in another tab.", code="draft_changed", current=shown(draft) if draft else None)
