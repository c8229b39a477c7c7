"""How the product connects to PostgreSQL, and who has a connection when there are not enough."""
import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from psycopg import pq
from psycopg.conninfo import make_conninfo

from foundation import async_database
from foundation.async_database import in_thread, one_row, parameters
from foundation.turns import Turns

TIMES = {socket.TCP_KEEPIDLE: 10, socket.TCP_KEEPINTVL: 5, socket.TCP_KEEPCNT: 3, socket.TCP_USER_TIMEOUT: 20_000}


@pytest.mark.usefixtures("committed")
def test_a_server_that_is_gone_without_a_word_is_noticed_within_half_a_minute() -> None:
    """Left alone, Linux waits for hours; whoever waits for an answer would wait as long."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        where = {**parameters(), "host": "127.0.0.1", "port": server.getsockname()[1]}
        connection = pq.PGconn.connect_start(make_conninfo(**where).encode())
        with socket.fromfd(connection.socket, socket.AF_INET, socket.SOCK_STREAM) as line:
            kept = line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert (kept, {name: line.getsockopt(socket.IPPROTO_TCP, name) for name in TIMES}) == (1, TIMES)
        connection.finish()


async def beside_a_slow_organization(slow: Callable[[], Awaitable[Any]], quick: Callable[[], Awaitable[Any]], end: Callable[[], Any], *,
                                     within: float) -> bool:
    """Whether somebody's quick question is answered while another organization's slow ones have everything that they may have; `end` ends
    those."""
    asking = [asyncio.ensure_future(slow()) for _ in range(2 * async_database.WORKERS)]
    await asyncio.sleep(0.1)
    other = asyncio.ensure_future(quick())
    done, _ = await asyncio.wait([other, *asking], return_when=asyncio.FIRST_COMPLETED, timeout=within)
    end()
    await asyncio.gather(other, *asking)
    await async_database.close()
    return done == {other}


def beside_slow_threads(within: float) -> bool:
    enough = threading.Event()
    return asyncio.run(beside_a_slow_organization(
        lambda: in_thread("slow", enough.wait), lambda: in_thread("other", int), enough.set, within=within))


def beside_slow_statements(within: float) -> bool:
    with psycopg.connect(**parameters()) as holder:
        holder.execute("SELECT pg_advisory_xact_lock(7)")
        return asyncio.run(beside_a_slow_organization(
            lambda: one_row("SELECT pg_advisory_xact_lock_shared(7)", (), of="slow"), lambda: one_row("SELECT 1", (), of="other"),
            holder.rollback, within=within))


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("answered", [beside_slow_threads, beside_slow_statements])
def test_a_slow_organization_keeps_no_other_waiting(answered: Callable[[float], bool], monkeypatch: pytest.MonkeyPatch) -> None:
    """And where it may take all it does: the control."""
    assert answered(4)
    monkeypatch.setattr(Turns, "_may", lambda turns, whose: turns._free > 0)
    assert not answered(0.5)


@pytest.mark.usefixtures("committed")
def test_who_leaves_gives_the_thread_back_when_it_is_done_and_not_before() -> None:
    async def story() -> tuple[int, int]:
        enough = threading.Event()
        asking = asyncio.ensure_future(in_thread("us", enough.wait))
        await asyncio.sleep(0.05)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        mine = async_database.turns("threads", async_database.WORKERS)
        held = mine._held["us"]
        enough.set()
        async with asyncio.timeout(5):
            while mine._held["us"]:  # noqa: ASYNC110 - the thread tells the loop
                await asyncio.sleep(0.01)
        return held, mine._free

    assert asyncio.run(story()) == (1, async_database.WORKERS)
