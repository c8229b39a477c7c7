"""Redis is killed, wiped and cut off while a crowd talks: nothing is lost or doubled, and nobody stays deaf."""
import asyncio
import contextlib
import os
from collections.abc import Iterator

import pytest
from redis import Redis

from faults.crowd import CONVERGE_MOST, Crowd, seated
from faults.record import Record
from faults.without import without
from pandarchat.services.addresses import socket_folder
from pandarchat.services.redis import RedisServer
from pandarchat.testing import start
from pandarchat.testing.services import StartServer
from pandarchat.tests.checker import Broken
from pandarchat.tests.world import World

TIMES = 5
DOWN = 1.5  # seconds
HEARD_AT_ONCE = 10.0  # seconds; less than any ping, so that it was the hint line that brought it


def wipe_and_hang_up(redis: RedisServer) -> None:
    """FLUSHALL, and every connection cut, subscriptions too."""
    with contextlib.closing(Redis.from_url(redis.url)) as client:
        client.flushall()
        for kind in ("pubsub", "normal"):
            client.execute_command("CLIENT", "KILL", "TYPE", kind)


@pytest.fixture(params=["killed, its data lost", "killed, its data kept", "wiped, its clients cut off"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def redis(way: str) -> Iterator[RedisServer]:
    name = f"broken-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-{way[-4:]}"
    running = RedisServer(start.State.processes, socket_folder(start.State.folder) / f"{name}.sock", name=name, keeps="kept" in way)
    running.start()
    yield running
    running.stop()


async def break_once(redis: RedisServer, way: str) -> None:
    """What happens to Redis, and its repair."""
    if "wiped" in way:
        await asyncio.to_thread(wipe_and_hang_up, redis)
        return
    await asyncio.to_thread(redis.kill)
    await asyncio.sleep(DOWN)
    await asyncio.to_thread(redis.start)


def test_redis_breaks_while_a_crowd_talks(
    world: World, servers: StartServer, redis: RedisServer, way: str, record: Record, rounds: int,
) -> None:
    seats = seated(world)
    two = [servers(REDIS_URL=redis.url, PANDAR_RATE_LIMITS="off") for _ in range(2)]

    async def story() -> Crowd:
        async with Crowd(seats, [server.url for server in two]) as crowd:
            async with crowd.talking():
                for _ in range(TIMES * rounds):
                    await asyncio.sleep(2)
                    await break_once(redis, way)
            await crowd.converged()
            await crowd.check_heard(within=HEARD_AT_ONCE)
            await crowd.check_views()
            return crowd

    crowd = asyncio.run(story())
    crowd.check_stored(world.pandar.id)
    record("Redis killed", how=way, faults=TIMES * rounds, **crowd.figures())


@pytest.mark.by_chance
def test_without_heads_in_pings_what_was_said_meanwhile_is_never_heard(
    world: World, servers: StartServer, own_redis: RedisServer, record: Record,
) -> None:
    seats = seated(world, rooms=4, tabs=4)
    two = [servers(*without("delivery.ping_heads"), REDIS_URL=own_redis.url, PANDAR_RATE_LIMITS="off") for _ in range(2)]

    async def story() -> None:
        async with Crowd(seats, [server.url for server in two]) as crowd:
            own_redis.kill()
            async with crowd.talking():
                await asyncio.sleep(DOWN)
            own_redis.start()
            with pytest.raises(Broken, match="not converged"):
                await crowd.converged()

    asyncio.run(story())
    record("Redis killed", control="heads in pings", clients=len(seats))


def test_without_a_second_subscription_the_line_stays_deaf(
    world: World, servers: StartServer, own_redis: RedisServer, record: Record,
) -> None:
    seats = seated(world, rooms=4, tabs=4)
    two = [servers(*without("delivery.line_recovery"), REDIS_URL=own_redis.url, PANDAR_RATE_LIMITS="off") for _ in range(2)]

    async def story() -> None:
        async with Crowd(seats, [server.url for server in two]) as crowd:
            await crowd.check_heard(within=HEARD_AT_ONCE)
            own_redis.kill()
            own_redis.start()
            await asyncio.sleep(DOWN)
            with pytest.raises(Broken, match="not converged"):
                await crowd.check_heard(within=HEARD_AT_ONCE)
            await crowd.converged(within=CONVERGE_MOST)  # by the heads in pings

    asyncio.run(story())
    record("Redis killed", control="a second subscription", clients=len(seats))
