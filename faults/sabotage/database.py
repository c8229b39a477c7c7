"""The guards against other people's slow queries, taken away; and such queries."""
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


def slow_conversations() -> None:
    """No guard: one organization's conversations take two seconds to read, as those of somebody who has millions of entries might."""
    from chat import queries

    assert queries.HEADS.count("WHERE") == 1
    slow = "SELECT 0 FROM pg_sleep(CASE WHEN EXISTS (SELECT FROM accounts_organization WHERE slug = 'pandar') THEN 2 ELSE 0 END)"
    queries.HEADS = queries.HEADS.replace("WHERE", f"WHERE ({slow}) = 0 AND")


def impatience() -> None:
    """A request waits for a lock as long as its role may."""
    from foundation import units

    units.LIMITS = "true"


def turns() -> None:
    """Whoever comes first has the place, whatever their organization holds already."""
    from foundation.turns import Turns

    def may(self: Turns, whose: Hashable) -> bool:
        return self._free > 0

    Turns._may = may  # type: ignore[method-assign]


def doubled_patience() -> None:
    """Pools try to connect again after waits that double for five minutes, which is what psycopg's do where nothing is said."""
    from django.conf import settings
    from psycopg_pool import AsyncConnectionPool

    database: Any = settings.DATABASES["default"]
    del database["OPTIONS"]["pool"]["reconnect_timeout"]
    begin = AsyncConnectionPool.__init__

    def patient(self: Any, *given: Any, **named: Any) -> None:
        begin(self, *given, **{name: value for name, value in named.items() if name != "reconnect_timeout"})

    AsyncConnectionPool.__init__ = patient  # type: ignore[method-assign]
