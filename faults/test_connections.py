"""Connections freeze, are half open, and carry frames doubled and in another order: both sides notice within a minute, and all is right."""
import asyncio
import random

import pytest

from faults.crowd import Crowd, Watched, seated
from faults.proxy import Mangle, Pipe, Proxy
from faults.record import Record
from faults.without import without
from pandarchat.story.conversation import Entry, Outcome
from pandarchat.testing.services import StartServer
from pandarchat.tests.checker import Broken
from pandarchat.tests.world import World

NOTICED_MOST = 60.0  # seconds
EACH = 20  # connections harmed in each way


async def noticed(crowd: Crowd, harmed: list[Pipe], clients: int) -> float:
    """Seconds until the server gave up every harmed connection and so many clients have a new one; raises Broken."""
    clock = asyncio.get_running_loop().time
    begun = clock()
    try:
        async with asyncio.timeout(NOTICED_MOST):
            await asyncio.gather(*(pipe.given_up.wait() for pipe in harmed))
            while sum(client.connections > 1 for client in crowd.clients) < clients:  # noqa: ASYNC110 (many clients' doing)
                await asyncio.sleep(0.1)
    except TimeoutError:
        living = sum(not pipe.given_up.is_set() for pipe in harmed)
        back = sum(client.connections > 1 for client in crowd.clients)
        raise Broken(f"the server keeps {living} dead connections, {back} of {clients} clients have another") from None
    return clock() - begun


def test_frozen_half_open_doubled_and_reordered(world: World, servers: StartServer, redis_url: str, record: Record) -> None:
    seats = seated(world)
    two = [servers(PANDAR_RATE_LIMITS="off") for _ in range(2)]

    async def story() -> tuple[Crowd, float, int, int]:
        async with Proxy([server.port for server in two]) as proxy, Crowd(seats, [proxy.url]) as crowd:
            pipes = proxy.sockets
            random.Random(5).shuffle(pipes)
            frozen, no_server, no_client, bent = (pipes[EACH * step:EACH * (step + 1)] for step in range(4))
            for number, pipe in enumerate(bent):
                pipe.mangle = Mangle(random.Random(number))
            async with crowd.talking():
                await asyncio.sleep(2)
                for pipe in frozen:
                    pipe.freeze()
                for pipe in no_server:
                    pipe.lose_server()
                for pipe in no_client:
                    pipe.lose_client()
                await asyncio.sleep(8)
            seconds = await noticed(crowd, [*frozen, *no_server, *no_client], 3 * EACH)
            await crowd.converged()
            await crowd.check_views()
            return crowd, seconds, sum(pipe.doubled for pipe in bent), sum(pipe.overtaken for pipe in bent)

    crowd, seconds, doubled, overtaken = asyncio.run(story())
    crowd.check_stored(world.pandar.id)
    assert doubled, "no frame was doubled, so nothing was tried"
    assert overtaken, "no frame overtook another, so nothing was tried"
    figures = crowd.figures() | {"servers": 2, "noticed_seconds": round(seconds, 1), "doubled": doubled, "overtaken": overtaken}
    record("half-open, frozen, reordered, doubled connections", faults=4 * EACH, **figures)


def test_without_the_watch_for_silence_the_server_keeps_the_dead(
    world: World, servers: StartServer, redis_url: str, record: Record,
) -> None:
    seats = seated(world, rooms=1, tabs=4)
    server = servers(*without("delivery.silence_watch"), PANDAR_RATE_LIMITS="off")

    async def story() -> None:
        async with Proxy([server.port]) as proxy, Crowd(seats, [proxy.url]) as crowd:
            harmed = proxy.sockets[:2]
            for pipe in harmed:
                pipe.lose_client()
            with pytest.raises(Broken, match="keeps 2 dead"):
                await noticed(crowd, harmed, 2)

    asyncio.run(story())
    record("half-open, frozen, reordered, doubled connections", control="the watch for silence", clients=len(seats))


class Credulous(Watched):
    """Takes whatever comes, as it comes."""

    def take(self, seq: int, entry: Entry) -> Outcome:
        self.entries.append(entry)
        self.came.setdefault(entry["id"], asyncio.get_running_loop().time())
        return Outcome.APPLIED


def test_a_client_without_numbers_shows_doubles(world: World, servers: StartServer, redis_url: str, record: Record) -> None:
    seats = seated(world, rooms=2, tabs=4)
    server = servers(PANDAR_RATE_LIMITS="off")

    async def story() -> None:
        async with Proxy([server.port]) as proxy, Crowd(seats, [proxy.url], conversation=Credulous) as crowd:
            for number, pipe in enumerate(proxy.sockets):
                pipe.mangle = Mangle(random.Random(number))
            async with crowd.talking(per_second=20):
                await asyncio.sleep(3)
            with pytest.raises(Broken):
                await crowd.converged()
                await crowd.check_views()

    asyncio.run(story())
    record("half-open, frozen, reordered, doubled connections", control="numbers that the client minds", clients=len(seats))
