"""What sockets hear of tickets: hints to patch or to fetch again."""
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from foundation.socket.frames import Frame


class Someone(msgspec.Struct, frozen=True):
    """A customer or an agent, as the staff sees them in a hint."""

    id: UUID
    name: str


class NewTicket(Frame):
    """To the staff: a customer opened a ticket."""

    ticket: UUID
    number: str
    subject: str
    category: str | None
    priority: str
    channel: str
    customer: Someone


class TicketAssigned(Frame):
    """To the staff: a ticket was given to an agent; `previous` is whose it was."""

    ticket: UUID
    number: str
    assignee: Someone
    previous: UUID | None


class TicketUpdated(Frame):
    """To the staff and its customer: fetch the ticket again where the version is older."""

    ticket: UUID
    status: str
    version: int


class QueueUpdated(Frame):
    """To the staff: fetch the queue again, because of one ticket or because so many were assigned."""

    ticket: UUID | msgspec.UnsetType = msgspec.UNSET
    assigned: int | msgspec.UnsetType = msgspec.UNSET


class QueueMoved(Frame):
    """To whoever asked by `watch-queue`: places in the queue are others now. Fetch one's own ticket again, two seconds later at the
    earliest."""


class SlaWarning(Frame):
    """To the staff: less than half of a clock's time is left (`warning`), or less than a fifth (`critical`)."""

    ticket: UUID
    number: str
    clock: str
    state: Literal["warning", "critical"]
    due_at: datetime
    assignee: UUID | None


class SlaBreach(Frame):
    """To those who may reassign, managers and admins: a clock ran out, or has been over for so long that the ticket was escalated again.
    `level` is how often it was escalated by now; `priority` the one that it has since."""

    ticket: UUID
    number: str
    subject: str
    clock: str
    due_at: datetime
    level: int
    priority: str
    assignee: UUID | None


FRAMES = [NewTicket, TicketAssigned, TicketUpdated, QueueUpdated, QueueMoved, SlaWarning, SlaBreach]
