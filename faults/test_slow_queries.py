"""One socket's commands take seconds in the database: what others say is echoed as ever."""
import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from chat.actions import lock
from faults.crowd import Crowd, Seat, client_of, seated
from faults.record import Record
from faults.without import without
from foundation.units import unit_of_work
from pandarchat.testing.services import Server, StartServer
from pandarchat.tests.checker import Broken
from pandarchat.tests.world import World

FAULT = "one socket in slow queries"
ECHO_MOST = 0.1  # seconds, 99 of 100 echoes
SECONDS, PER_SECOND = 4.0, 50
SLOW_COMMANDS = 8
TRIES = 4  # a machine that does other things needs more than one


@contextmanager
def held(world: World, conversation: UUID) -> Iterator[None]:
    """Somebody else's transaction holds the conversation's row, so that whoever writes there waits."""
    holds, enough = threading.Event(), threading.Event()

    def hold() -> None:
        with unit_of_work(world.pandar.id):
            lock(conversation)
            holds.set()
            enough.wait()
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    holds.wait()
    try:
        yield
    finally:
        enough.set()
        holder.join()


async def echoes(crowd: Crowd) -> float:
    """The crowd talks; the time, in seconds, in which 99 of 100 messages are acknowledged."""
    clock = asyncio.get_running_loop().time
    took: list[float] = []

    async def say(number: int) -> None:
        begun = clock()
        await crowd.say(crowd.clients[number % len(crowd.clients)]).stored
        took.append(clock() - begun)

    async with asyncio.TaskGroup() as group:
        for number in range(int(SECONDS * PER_SECOND)):
            group.create_task(say(number))
            await asyncio.sleep(1 / PER_SECOND)
    return sorted(took)[int(len(took) * 0.99)]


async def beside_slow_commands(world: World, crowd: Crowd, slow: Seat, server: Server) -> float:
    """The same beside a socket whose commands wait for a lock as long as it lasts."""
    client = client_of(slow, server.url)
    await client.connect()
    hold = held(world, UUID(slow.ticket))
    await asyncio.to_thread(hold.__enter__)
    try:
        messages = [client.post(slow.ticket, f"slow {number}") for number in range(SLOW_COMMANDS)]
        found = await echoes(crowd)
        assert not any(message.stored.done() for message in messages), "they must be slow"
    finally:
        await asyncio.to_thread(hold.__exit__, None, None, None)
    await asyncio.gather(*(message.stored for message in messages))
    await client.close()
    return found


def measure(world: World, server: Server, *, tries: int) -> dict[str, Any]:
    """Raises Broken where one slow socket costs the others their echo in each of the tries."""
    seats = seated(world, rooms=6, tabs=4)
    slow = [Seat(world.agent, world.token(world.agent), str(world.ticket(agent=world.agent).pk)) for _ in range(tries)]

    async def story() -> tuple[Crowd, list[tuple[float, float]]]:
        async with Crowd(seats, [server.url]) as crowd:
            found: list[tuple[float, float]] = []
            while len(found) < tries and not (found and found[-1][1] < ECHO_MOST):
                found.append((await echoes(crowd), await beside_slow_commands(world, crowd, slow[len(found)], server)))
            await crowd.converged()
            await crowd.check_views()
            return crowd, found

    crowd, found = asyncio.run(story())
    crowd.check_stored(world.pandar.id)
    alone, beside = found[-1]
    if beside >= ECHO_MOST:
        raise Broken(f"99 of 100 echoes within {beside:.3f} s beside a slow socket, {alone:.3f} s without")
    return {"echo_p99_ms": round(beside * 1000), "without_slow_socket_ms": round(alone * 1000), "tries": len(found)}


def test_one_socket_in_slow_queries(world: World, servers: StartServer, redis_url: str, record: Record) -> None:
    record(FAULT, clients=24, per_second=PER_SECOND, **measure(world, servers(PANDAR_RATE_LIMITS="off"), tries=TRIES))


def test_on_one_connection_for_all_they_wait(world: World, servers: StartServer, redis_url: str, record: Record) -> None:
    """The control."""
    server = servers(*without("database.own_connections"), PANDAR_RATE_LIMITS="off")
    with pytest.raises(Broken, match="beside a slow socket"):
        measure(world, server, tries=1)
    record(FAULT, control="statements that wait for themselves alone")
