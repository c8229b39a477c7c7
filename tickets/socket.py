"""What whoever waits hears of the queue."""
from typing import Any

from foundation.socket.commands import Handler
from foundation.socket.connection import Connection
from foundation.socket.frames import Command, Frame, Ok
from tickets.actions.waiting import waiting_group


class WatchQueue(Command, frozen=True):
    """Hear `queue-moved` from now on, or (false) no more; for a customer who looks at a ticket that waits."""

    watching: bool = True


async def watch(connection: Connection, command: WatchQueue) -> Frame:
    group = waiting_group(connection.me.organization_id)
    (connection.listen if command.watching else connection.unlisten)(group)
    return Ok(ref=command.ref)


COMMANDS: list[Any] = [Handler(WatchQueue, watch)]
