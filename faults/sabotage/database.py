"""The guards against other people's slow queries, taken away."""
import asyncio
from collections.abc import Hashable
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


def turns() -> None:
    """Whoever comes first has the place, whatever their organization holds already."""
    from foundation.turns import Turns

    def may(self: Turns, whose: Hashable) -> bool:
        return self._free > 0

    Turns._may = may  # type: ignore[method-assign]
