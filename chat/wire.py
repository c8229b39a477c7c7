"""Entries and frames of conversations as clients see them, over REST and socket alike. `seq` is always the viewer's own number."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from accounts.actor import System
from chat.models import LONGEST_TEXT, MOST_ATTACHMENTS
from foundation.socket.frames import Command, Frame

BATCH_BYTES = 56 * 1024  # of entries; the longest single one may take 62 KiB
FRAME_ROOM = 63 * 1024  # of entries and read marks together: with its frame a batch stays below the 64 KiB of the socket
READS_BYTES = 8 * 1024
MOST_WATCHED = 100
Number = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Text = Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]


class Person(msgspec.Struct, frozen=True):
    """Somebody as the other side may know them. `id` is null for the house itself."""

    id: UUID | None
    name: str
    staff: bool


HOUSE = Person(id=None, name=System.name, staff=True)


class EntryBase(msgspec.Struct, tag_field="kind", kw_only=True):
    id: UUID
    seq: int
    created_at: datetime
    sender: Person
    internal: bool


class Attachment(msgspec.Struct, frozen=True):
    """A file of a message. `url` and `thumbnail` are addresses of this API, for those who see the message; sizes of pictures in pixels."""

    id: UUID
    name: str
    type: str
    size: int
    width: int | None
    height: int | None
    url: str
    thumbnail: str | None


class Message(EntryBase, tag="message"):
    """Somebody wrote; a deleted message keeps its place and loses its text and attachments."""

    text: str
    client_id: UUID | None
    attachments: list[Attachment]
    edited_at: datetime | None
    deleted_at: datetime | None


class Edit(EntryBase, tag="edit"):
    """The message `target` was changed; a replay shows the current text."""

    target: UUID
    target_seq: int
    text: str


class Deletion(EntryBase, tag="deletion"):
    """The message `target` was deleted."""

    target: UUID
    target_seq: int


class Assignment(EntryBase, tag="assignment"):
    """The conversation was given to somebody, or back to the queue (null)."""

    assignee: Person | None


class StatusChange(EntryBase, tag="status", rename={"before": "from", "after": "to"}):
    before: str
    after: str


class Change(EntryBase, tag="change"):
    """A field of the ticket was changed; for staff."""

    field: str
    before: Any
    after: Any


Entry = Message | Edit | Deletion | Assignment | StatusChange | Change


@dataclass(frozen=True)
class Row:
    """An entry as the database has it, with its target, in the order of `queries.COLUMNS`."""

    id: UUID
    staff_seq: int
    public_seq: int | None
    kind: str
    sender_id: UUID | None
    sender_name: str
    sender_is_staff: bool
    client_id: UUID | None
    text: str
    data: Any
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    target_id: UUID | None = None
    target_staff_seq: int | None = None
    target_public_seq: int | None = None
    target_text: str | None = None

    def seq(self, staff: bool) -> int:
        """The viewer's own number; only what is public has one for a customer."""
        number = self.staff_seq if staff else self.public_seq
        assert number is not None, "an internal entry was shown to a customer"  # noqa: S101
        return number


def shown(row: Row, *, staff: bool) -> Entry:
    """The entry as staff or as the customer see it: who of the staff gave the ticket to whom, or moved it, customers are not told."""
    by_house = not staff and row.sender_is_staff and row.kind in ("assignment", "status")
    common: dict[str, Any] = {
        "id": row.id, "seq": row.seq(staff), "created_at": row.created_at, "internal": row.public_seq is None,
        "sender": HOUSE if by_house else Person(id=row.sender_id, name=row.sender_name, staff=row.sender_is_staff),
    }
    if row.kind == "message":
        return Message(**common, text=row.text, client_id=row.client_id, attachments=attached(row.data), edited_at=row.edited_at,
                       deleted_at=row.deleted_at)
    if row.kind == "assignment":
        assignee = row.data["assignee"]
        return Assignment(**common, assignee=Person(id=UUID(assignee["id"]), name=assignee["name"], staff=True) if assignee else None)
    if row.kind == "status":
        return StatusChange(**common, before=row.data["from"], after=row.data["to"])
    if row.kind == "change":
        return Change(**common, field=row.data["field"], before=row.data["from"], after=row.data["to"])
    target: dict[str, Any] = {"target": row.target_id, "target_seq": row.target_staff_seq if staff else row.target_public_seq}
    if row.kind == "edit":
        return Edit(**common, **target, text=row.target_text or "")
    return Deletion(**common, **target)


def attached(data: Any) -> list[Attachment]:
    """What a message's `data` says of its files."""
    return [attachment(**about) for about in data["attachments"]] if data else []


def attachment(*, id: str, name: str, type: str, size: int, width: int | None, height: int | None, thumbnail: bool) -> Attachment:
    """A file as its row describes it."""
    url = f"/api/v1/attachments/{id}/"
    return Attachment(id=UUID(id), name=name, type=type, size=size, width=width, height=height, url=url,
                      thumbnail=f"{url}thumbnail/" if thumbnail else None)


# Commands


class JoinTicketRoom(Command, frozen=True):
    """Hear a conversation from now on; `after` is the last number held, 0 for all."""

    ticket: UUID
    after: Number = 0


class LeaveTicketRoom(Command, frozen=True):
    ticket: UUID


class SendMessage(Command, frozen=True):
    """`client_id` makes a repetition harmless: the same message is stored once. `attachments` are uploads of the sender's that were not
    sent yet; a message with some needs no text."""

    ticket: UUID
    client_id: UUID
    text: Text = ""
    attachments: Annotated[list[UUID], msgspec.Meta(max_length=MOST_ATTACHMENTS)] = []
    internal: bool = False


class Typing(Command, frozen=True):
    ticket: UUID
    typing: bool = True
    internal: bool = False


class Viewing(Command, frozen=True):
    """The conversation is on screen, or no longer."""

    ticket: UUID
    viewing: bool = True


class WatchTickets(Command, frozen=True):
    """For staff: these stand in a list on screen. The socket hears of them as if it had joined, though pings have no heads of them; tickets
    that are not there, or not the staff's, are passed over. The next command replaces this one."""

    tickets: Annotated[list[UUID], msgspec.Meta(max_length=MOST_WATCHED)]


class Read(Command, frozen=True):
    """Everything up to `seq` has been read."""

    ticket: UUID
    seq: Number


# Frames


class ReadMark(msgspec.Struct, frozen=True):
    """How far somebody has read. To a customer the staff are one reader, the house: as far as any of them."""

    user: Person
    seq: int


class Batch(Frame):
    """Entries `from` … `to`; `more` says to join again with `after` = `to`."""

    ticket: UUID
    first: int = msgspec.field(name="from")
    to: int
    head: int
    more: bool
    entries: list[Entry]  # or, already encoded, `msgspec.Raw`
    reads: list[ReadMark] = []
    ref: str | None = None


class Reset(Frame):
    """Too far behind for batches: load the conversation by REST."""

    ticket: UUID
    head: int
    ref: str | None = None


class Place(msgspec.Struct, frozen=True):
    """A ticket that a message went to, by its number as people read it."""

    id: UUID
    number: str


class MessageStored(Frame, tag="ok"):
    """The message is committed, and has this number; in `ticket`, if it is there: a customer's message to a ticket that is over goes into
    its follow-up."""

    ref: str | None
    seq: int
    id: UUID
    created_at: datetime
    duplicate: bool
    ticket: Place | msgspec.UnsetType = msgspec.UNSET


class Watching(Frame):
    """The last number of each ticket that is watched, read after it was: where a list shows an older one, it is old."""

    ref: str | None
    heads: dict[str, int]


class EntryAdded(Frame, tag="entry"):
    ticket: UUID
    seq: int
    entry: Entry


class TypingNow(Frame, tag="typing"):
    ticket: UUID
    user: Person
    typing: bool
    internal: bool


class ViewingNow(Frame, tag="viewing"):
    """For staff: who has the conversation on screen, or no longer. Clients say it again when somebody new begins to view."""

    ticket: UUID
    user: Person
    viewing: bool


class DraftChanged(Frame):
    """To its writer's own sockets: a draft was saved or, where `saved_at` is null, is gone. `tab`: what the client that did it called
    itself."""

    ticket: UUID
    internal: bool
    text: str
    saved_at: datetime | None
    tab: str


class ReadUpTo(Frame, tag="read"):
    """Somebody has read that far; to a customer, for whom the staff are one reader, the house has."""

    ticket: UUID
    user: Person
    seq: int


encoder = msgspec.json.Encoder(enc_hook=str)


def fitting(entries: Iterable[bytes]) -> list[msgspec.Raw]:
    """As many encoded entries as fit into one batch; always at least one where there is one."""
    return _within(entries, BATCH_BYTES, least=1)


def reads_beside(entries: list[msgspec.Raw], marks: Iterable[ReadMark]) -> list[msgspec.Raw]:
    """As many read marks as fit beside these entries, encoded."""
    encoded = [encoder.encode(mark) for mark in marks]
    return _within(encoded, min(READS_BYTES, FRAME_ROOM - sum(len(memoryview(entry)) + 1 for entry in entries)), least=0) if encoded else []


def _within(items: Iterable[bytes], most: int, *, least: int) -> list[msgspec.Raw]:
    kept: list[msgspec.Raw] = []
    size = 0
    for item in items:
        size += len(item) + 1
        if size > most and len(kept) >= least:
            break
        kept.append(msgspec.Raw(item))
    return kept
