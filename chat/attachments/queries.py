"""Reading files. Every read begins with what the actor may see."""
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.actor import Actor
from chat import queries as conversations
from chat.models import Attachment
from foundation.errors import NotFound


def visible_to(actor: Actor) -> QuerySet[Attachment]:
    """One's own that are not sent yet, and those of conversations that the actor sees; customers none of a note."""
    mine = Attachment.objects.filter(organization_id=actor.organization_id, ready=True)
    sent = Q(conversation__in=conversations.visible_to(actor))
    if not actor.staff:
        sent &= Q(internal=False)
    return mine.filter(sent | Q(conversation=None, uploader_id=actor.id))


def unsent(actor: Actor) -> QuerySet[Attachment]:
    """The actor's own that wait for their message."""
    return Attachment.objects.filter(organization_id=actor.organization_id, uploader_id=actor.id, conversation=None, ready=True)


def get(actor: Actor, attachment: UUID) -> Attachment:
    """One that the actor may see; raises NotFound for anything else."""
    found = visible_to(actor).filter(id=attachment).first()
    if found is None:
        raise nothing()
    return found


def nothing() -> NotFound:
    """What is not there, or not for them."""
    return NotFound("There is no such file.")


def described(row: Attachment) -> dict[str, Any]:
    """What an entry keeps of it, as `send_message` writes it too."""
    return {"id": str(row.id), "name": row.name, "type": row.media_type, "size": row.size, "width": row.width, "height": row.height,
            "thumbnail": row.has_thumbnail}
