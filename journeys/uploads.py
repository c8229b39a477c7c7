"""Images that answer questions: uploads of the customer's own, kept while the run is on its way, and tied to the ticket in the end."""
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.actor import Actor
from chat.attachments import actions as attachments
from chat.attachments import queries
from chat.models import MOST_ATTACHMENTS
from foundation.errors import Invalid
from journeys.graph.format import IMAGES, Graph

HELD_FOR = timedelta(days=30)


def of_answers(graph: Graph, answers: Mapping[str, Any]) -> list[str]:
    """The keys of all uploads that these answers name."""
    asked = ((graph.question(key), value) for key, value in answers.items())
    found = [key for question, value in asked if question is not None and question.type == IMAGES and value for key in value]
    return list(dict.fromkeys(found))


def hold(*, actor: Actor, keys: Sequence[str], beside: Sequence[str] = ()) -> None:
    """Keep images that the actor uploaded and did not send until the run ends, 30 days at most. Raises Invalid unless all of them are that,
    or where there are more than a message takes, those of the answers before among them."""
    if not keys:
        return
    if len({*keys, *beside}) > MOST_ATTACHMENTS:
        raise refused(f"At most {MOST_ATTACHMENTS} images in all, please.")
    try:
        attachments.hold(actor=actor, attachments=[UUID(key) for key in keys], until=timezone.now() + HELD_FOR, pictures_only=True)
    except Invalid:
        raise refused("There is no such image of yours, or it was sent already.") from None


def refused(message: str) -> Invalid:
    return Invalid("This is no answer to the question.", fields={"value": [message]})


def tie(*, actor: Actor, keys: Sequence[str], ticket: UUID) -> None:
    """Give the images to the first message of the run's ticket; those that are not there any more are left out."""
    mine = queries.unsent(actor).filter(id__in=keys).select_for_update().order_by("id")
    there = {row.id for row in mine} if keys else set()
    if left := [UUID(key) for key in keys if UUID(key) in there]:
        attachments.tie(actor=actor, attachments=left, conversation=ticket)
