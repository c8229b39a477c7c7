"""Redis is killed, wiped and cut off while a crowd talks: nothing is lost or doubled, and nobody stays deaf."""
import asyncio

import pytest

from faults.crowd import Crowd, seated
from faults.record import Record
from pandarchat.services.redis import RedisServer
from pandarchat.testing.services import StartServer
from pandarchat.tests.world import World

KILLS = 5
DOWN = 1.5  # seconds


@pytest.mark.parametrize("data", ["lost"])
def test_redis_killed(world: World, servers: StartServer, own_redis: RedisServer, record: Record, rounds: int, data: str) -> None:
    seats = seated(world)
    two = [servers(REDIS_URL=own_redis.url, PANDAR_RATE_LIMITS="off") for _ in range(2)]

    async def story() -> Crowd:
        async with Crowd(seats, [server.url for server in two]) as crowd:
            async with crowd.talking():
                for _ in range(KILLS * rounds):
                    await asyncio.sleep(2)
                    await asyncio.to_thread(own_redis.kill)
                    await asyncio.sleep(DOWN)
                    await asyncio.to_thread(own_redis.start)
                repaired = asyncio.get_running_loop().time()
                await asyncio.sleep(2)
            await crowd.converged(since=repaired)
            await crowd.check_views()
            return crowd

    crowd = asyncio.run(story())
    crowd.check_stored(world.pandar.id)
    record("Redis killed", faults=KILLS * rounds, data=data, **crowd.figures())
