"""What becomes of files: uploaded, tied to a message, removed."""
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from accounts.actor import Actor
from chat import metrics
from chat.attachments import files, kinds, queries, renewing
from chat.models import MOST_ATTACHMENTS, Attachment, Entry
from foundation import events
from foundation.errors import Conflict, DomainError, Forbidden, Invalid
from foundation.units import unit_of_work

MOST_UNSENT = 30  # uploads of one user that wait for their message; what is held longer for something else is not among them
UNSENT_FOR = timedelta(days=1)  # as the table has it
AT_ONCE = 500  # expired uploads removed in one unit of work
REMOVED = "attachment.removed"
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('uploads ' || %s::text, 0))"


@dataclass(frozen=True)
class Upload:
    """A file as it came: the name that its sender gives it, and its bytes."""

    name: str
    content: bytes


@metrics.uploading
def upload(*, actor: Actor, given: Upload) -> Attachment:
    """Keep a file until its message is sent. Short units and, between them, slow work: call it outside a unit of work. Raises Forbidden,
    Unsuitable, Conflict (too many that were never sent), Unavailable."""
    if not actor.may("chat.send_message"):
        raise Forbidden("You may not send messages.")
    kind = kinds.kind_of(given.content)
    made = renewing.made(given.content, kind, whose=(actor.organization_id, actor.id))
    attachment = _reserve(actor, kinds.safe_name(given.name, kind), kind)
    try:
        files.put(attachment.key, made.content)
        if made.thumbnail:
            files.put(attachment.key + files.THUMBNAIL, made.thumbnail)
    except DomainError:
        with unit_of_work(actor):
            _remove([attachment])
        raise
    return _finish(actor, attachment, made)


def _reserve(actor: Actor, name: str, kind: kinds.Kind) -> Attachment:
    """The row, before there are bytes."""
    with unit_of_work(actor):
        with connection.cursor() as cursor:
            cursor.execute(ONE_AT_A_TIME, [actor.id])
        waiting = Attachment.objects.filter(uploader_id=actor.id, conversation=None, expires_at__lte=Now() + UNSENT_FOR)
        if waiting.count() >= MOST_UNSENT:
            raise Conflict(f"{MOST_UNSENT} of your files were never sent. Send or remove some first.", code="too_many_uploads")
        return Attachment.objects.create(organization_id=actor.organization_id, uploader_id=actor.id, name=name,
                                         key=files.new_key(actor.organization_id), media_type=kind.media_type)


def _finish(actor: Actor, attachment: Attachment, made: renewing.Made) -> Attachment:
    """The bytes are there."""
    known = {"size": len(made.content), "width": made.width, "height": made.height, "has_thumbnail": bool(made.thumbnail),
             "digest": hashlib.sha256(made.content).digest(), "ready": True}
    with unit_of_work(actor):
        Attachment.objects.filter(id=attachment.id).update(**known)
        return Attachment.objects.get(id=attachment.id)


def discard(*, actor: Actor, attachment: UUID) -> None:
    """Remove one's own file that was not sent. Raises NotFound, or Conflict where it was."""
    queries.get(actor, attachment)
    row = Attachment.objects.select_for_update().filter(id=attachment).first()
    if row is None:
        raise queries.nothing()
    if row.uploader_id != actor.id or row.conversation_id is not None:
        raise Conflict("The file was sent: delete its message instead.", code="sent")
    _remove([row])


def check(attachments: Sequence[UUID]) -> None:
    """Raises Invalid for more than a message may have, or the same twice."""
    if len(attachments) > MOST_ATTACHMENTS:
        raise _invalid(f"A message has at most {MOST_ATTACHMENTS} attachments.")
    if len(set(attachments)) < len(attachments):
        raise _invalid("Name each attachment once.")


def unknown() -> Invalid:
    """The refusal of what is not an unsent upload of whoever names it."""
    return _invalid("There is no such upload of yours, or it was sent already.")


def _invalid(message: str) -> Invalid:
    return Invalid("Some fields are not valid.", fields={"attachments": [message]})


def hold(*, actor: Actor, attachments: Sequence[UUID], until: datetime, pictures_only: bool = False) -> None:
    """Keep the actor's unsent uploads at least until then, for what will name them later. Raises Invalid unless all of them are such
    uploads (and, where asked, pictures)."""
    check(attachments)
    mine = list(queries.unsent(actor).filter(id__in=attachments).select_for_update().order_by("id"))
    if len(mine) < len(attachments) or (pictures_only and any(row.media_type not in kinds.PICTURES for row in mine)):
        raise unknown()
    Attachment.objects.filter(id__in=attachments, expires_at__lt=until).update(expires_at=until)


def tie(*, actor: Actor, attachments: Sequence[UUID], conversation: UUID, staff_seq: int = 1) -> None:
    """Give the actor's unsent uploads to a message that was stored in this unit of work without any, such as the first one of a new ticket;
    nobody has seen it yet. Raises Invalid unless all of them are unsent uploads of the actor's."""
    check(attachments)
    mine = {row.id: row for row in queries.unsent(actor).filter(id__in=attachments).select_for_update().order_by("id")}
    if len(mine) < len(attachments):
        raise unknown()
    described = {"attachments": [queries.described(mine[key]) for key in attachments]}
    message = Entry.objects.filter(conversation_id=conversation, staff_seq=staff_seq, kind="message", data__isnull=True)
    if message.update(data=described) != 1:
        raise ValueError("there is no such message without attachments")
    Attachment.objects.filter(id__in=attachments).update(conversation_id=conversation, staff_seq=staff_seq)


def remove_of(*, conversation: UUID, staff_seq: int) -> None:
    """A message was deleted: what was attached to it goes."""
    _remove(list(Attachment.objects.filter(conversation_id=conversation, staff_seq=staff_seq)))


def _remove(rows: Sequence[Attachment]) -> None:
    """The rows go now, the bytes after the commit, by a delivery: neither lost nor too early, whatever crashes."""
    if not rows:
        return
    keys = [key for row in rows for key in (row.key, row.key + files.THUMBNAIL)]
    Attachment.objects.filter(id__in=[row.id for row in rows]).delete()
    events.emit(REMOVED, {"keys": keys})


def remove_bytes(*, organization: UUID, delivery: UUID) -> None:
    """What a delivery of REMOVED asks for. Idempotent; what fails is repeated by the sweep."""
    with unit_of_work(organization):
        owed = events.payload_of(delivery)
    if owed is None:
        return
    for key in owed["keys"]:
        files.remove(key)
    events.finish(organization, [delivery])


def collect(*, organization: UUID) -> None:
    """Remove uploads that were never sent and whose time is over."""
    while True:
        with unit_of_work(organization):
            expired = Attachment.objects.filter(conversation=None, expires_at__lt=Now())
            rows = list(expired.select_for_update(skip_locked=True).order_by("expires_at")[:AT_ONCE])
            _remove(rows)
        if len(rows) < AT_ONCE:
            return


def organizations_with_expired() -> Iterable[UUID]:
    """Organizations that have any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organizations_with_expired_uploads()")
        return [row[0] for row in cursor.fetchall()]


def strays(*, organization: UUID) -> tuple[list[str], list[str]]:
    """(names in the storage that no row knows, names of rows that the storage does not have): after a restore."""
    there = set(files.keys_of(organization))
    with unit_of_work(organization):
        rows: list[Any] = list(Attachment.objects.values_list("key", "has_thumbnail", "ready"))
    known = {name for key, _, _ in rows for name in (key, key + files.THUMBNAIL)}
    wanted = {name for key, small, ready in rows if ready for name in ((key, key + files.THUMBNAIL) if small else (key,))}
    return sorted(there - known), sorted(wanted - there)
