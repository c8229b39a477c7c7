"""What sockets hear of tickets: hints to patch or to fetch again."""
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


FRAMES = [NewTicket, TicketAssigned, TicketUpdated, QueueUpdated]
