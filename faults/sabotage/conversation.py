"""Guards of a conversation's views, taken away; and a server that pings so often that a test can wait for it."""
from dataclasses import replace
from typing import Any


def privacy() -> None:
    """Customers are shown what is internal."""
    from chat import rooms, sending, wire
    from foundation import events
    from foundation.socket.frames import encode

    show = sending.show

    def to_all(conversation: Any, row: Any, *, session: str = "") -> None:
        show(conversation, row, session=session)
        if row.public_seq is None:
            frame = wire.EntryAdded(ticket=conversation, seq=row.staff_seq, entry=wire.shown(row, staff=True))
            events.hints().publish(rooms.room(conversation, staff=False), encode(frame))

    sending.show = to_all


# What is done to a process, whatever its guards.

def pings_often() -> None:
    """A socket is pinged twice a second, and has as long to answer as elsewhere."""
    from pandarchat.routing import sockets

    sockets.options = replace(sockets.options, ping_seconds=0.5, ping_slots=2)
    from foundation.socket import pulse

    pulse.UNANSWERED_PINGS = 40
