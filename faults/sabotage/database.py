"""The guard of a socket's echo against other people's slow queries, taken away."""
import asyncio
from typing import Any


def own_connections() -> None:
    """All sockets of a process wait for one place in the database, as they do on Channels' shared thread."""
    from chat import sending

    one = asyncio.Lock()
    send = sending.send_from_socket

    async def in_turn(**given: Any) -> Any:
        async with one:
            return await send(**given)

    sending.send_from_socket = in_turn
