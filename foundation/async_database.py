"""psycopg's own asynchronous pool, for the few statements that a socket runs by itself; everything else is ORM on a bounded executor."""
import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import cache, partial
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import psycopg
from django.conf import settings
from django.db import connections
from psycopg_pool import AsyncConnectionPool

from foundation.turns import Turns
from foundation.units import within_limits

Result = TypeVar("Result")
Given = ParamSpec("Given")
WORKERS = 8
STRANGERS = "strangers"
WAIT_SECONDS = 5.0  # the longest wait for a connection
_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncConnectionPool[Any]] = WeakKeyDictionary()
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Turns]] = WeakKeyDictionary()


async def pool() -> AsyncConnectionPool[Any]:
    """This loop's pool, in autocommit: each statement is its own transaction."""
    loop = asyncio.get_running_loop()
    found = _pools.get(loop)
    if found is None:
        found = _pools[loop] = AsyncConnectionPool(
            kwargs={**parameters(), "autocommit": True}, configure=ready, min_size=1, max_size=settings.SOCKET_POOL_SIZE,
            timeout=WAIT_SECONDS, reconnect_timeout=settings.DATABASE_RECONNECT_SECONDS, open=False)
        await found.open(wait=False)
    return found


def parameters() -> dict[str, Any]:
    """The database of Django's settings in psycopg's words."""
    database: dict[str, Any] = settings.DATABASES["default"] | {"NAME": connections["default"].settings_dict["NAME"]}
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    given = {name: database[key] for name, key in names.items() if database.get(key)}
    of_address = {name: value for name, value in database.get("OPTIONS", {}).items() if name != "pool"}  # sslmode and its like
    return {**given, **of_address, "connect_timeout": 5}


async def ready(connection: psycopg.AsyncConnection[Any]) -> None:
    """Sets a new connection up; by a statement, as poolers refuse options at the start of a session. Who answers under another number than
    the session was given is a pooler that may change sessions with each transaction: there a prepared statement is missing when it is
    needed, so none is prepared unless DATABASE_PREPARE says that the pooler keeps them."""
    cursor = await connection.execute("SELECT pg_backend_pid(), set_config('TimeZone', 'UTC', false)")
    (backend, _), prepare = await cursor.fetchone() or (0, ""), settings.DATABASE_PREPARE
    if prepare == "off" or (prepare == "auto" and backend != connection.info.backend_pid):
        connection.prepare_threshold = None


async def connected() -> psycopg.AsyncConnection[Any]:
    """A new connection in autocommit, set up."""
    connection = await psycopg.AsyncConnection.connect(**parameters(), autocommit=True)
    try:
        await ready(connection)
    except BaseException:
        await connection.close()
        raise
    return connection


def open_pools() -> list[AsyncConnectionPool[Any]]:
    """Of all loops of this process; for metrics."""
    return list(_pools.values())


async def close() -> None:
    """At the end of the process."""
    found = _pools.pop(asyncio.get_running_loop(), None)
    if found is not None:
        await found.close()


def turns(place: str, most: int) -> Turns:
    """This loop's turns at a place that all organizations share."""
    mine = _turns.setdefault(asyncio.get_running_loop(), {})
    if place not in mine:
        mine[place] = Turns(most)
    return mine[place]


async def one_row(sql: str, arguments: tuple[Any, ...], *, of: Hashable) -> tuple[tuple[Any, ...], bool]:
    """The single row of one prepared statement, and whether it ran again. A connection that died is replaced and the statement
    repeated, so it must be one that does no harm when it runs twice; after a restart of PostgreSQL the whole pool is dead. `of` is the
    organization whose turn it takes; raises TimeoutError where that did not come."""
    mine = turns("pool", settings.SOCKET_POOL_SIZE)
    async with asyncio.timeout(WAIT_SECONDS):
        await mine.take(of)
    try:
        return await _one_row(sql, arguments)
    finally:
        mine.give_back(of)


async def _one_row(sql: str, arguments: tuple[Any, ...]) -> tuple[tuple[Any, ...], bool]:
    connected = await pool()
    for attempt in range(settings.SOCKET_POOL_SIZE + 1):
        async with connected.connection() as connection:
            try:
                cursor = await connection.execute(sql, arguments, prepare=True)
                row: tuple[Any, ...] = await cursor.fetchone()
            except psycopg.OperationalError:
                if attempt == settings.SOCKET_POOL_SIZE or not connection.broken:
                    raise
            else:
                return row, attempt > 0
    raise AssertionError("unreachable")


@cache
def executor() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="socket-database")


async def in_thread(of: Hashable, work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
    """Synchronous database work of a socket, on a few threads of its own, so that one slow query harms nobody else's echo. `of` is the
    organization whose turn it takes; those who are not known yet share one, STRANGERS."""
    mine, loop = turns("threads", WORKERS), asyncio.get_running_loop()
    await mine.take(of)
    task = executor().submit(copy_context().run, _alone, partial(work, *args, **kwargs))
    task.add_done_callback(lambda _: _afterwards(loop, mine, of))  # whoever asked may have left: the thread has not
    return await asyncio.wrap_future(task)


def _afterwards(loop: asyncio.AbstractEventLoop, mine: Turns, of: Hashable) -> None:
    with suppress(RuntimeError):  # the loop is closed, and its turns with it
        loop.call_soon_threadsafe(mine.give_back, of)


def _alone(work: Callable[[], Result]) -> Result:
    try:
        with within_limits():
            return work()
    finally:
        connections.close_all()
