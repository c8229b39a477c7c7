"""A server process is killed while a crowd sends: its clients resume elsewhere, not all in one moment, and nothing is lost or doubled."""
import asyncio
from statistics import quantiles

import pytest

from faults.crowd import Crowd, seated
from faults.proxy import Proxy
from faults.record import Record
from faults.without import without
from pandarchat.testing.services import Server, StartServer
from pandarchat.tests.checker import Broken
from pandarchat.tests.world import World

KILLS = 4
APART_LEAST = 0.2  # seconds over which four fifths of those who come back are spread; they wait up to 0.5 s


async def killed_in_turn(crowd: Crowd, servers: list[Server], again: StartServer, kills: int, launcher: tuple[str, ...]) -> list[float]:
    """One server after the other is killed and started again on its port; returns how far apart the clients came back, by kill."""
    apart = []
    for number in range(kills):
        await asyncio.sleep(3)
        victim = servers[number % 2]
        killed = asyncio.get_running_loop().time()
        await asyncio.to_thread(victim.kill)
        apart.append(spread(await crowd.coming_back(killed, within=30)))
        environment = {"PANDAR_PORT": str(victim.port), "PANDAR_RATE_LIMITS": "off"}
        servers[number % 2] = await asyncio.to_thread(again, *launcher, **environment)
    return apart


def spread(times: list[float]) -> float:
    """Seconds over which the middle four fifths lie."""
    cuts = quantiles(times, n=10)
    return cuts[-1] - cuts[0]


def test_a_server_killed_while_a_crowd_sends(world: World, servers: StartServer, redis_url: str, record: Record, rounds: int) -> None:
    seats = seated(world)
    launcher = without("delivery.answers_late")
    two = [servers(*launcher, PANDAR_RATE_LIMITS="off") for _ in range(2)]

    async def story() -> tuple[Crowd, list[float]]:
        async with Proxy([server.port for server in two]) as proxy, Crowd(seats, [proxy.url]) as crowd:
            async with crowd.talking():
                apart = await killed_in_turn(crowd, two, servers, KILLS * rounds, launcher)
            await crowd.converged()
            await crowd.check_views()
            return crowd, apart

    crowd, apart = asyncio.run(story())
    crowd.check_stored(world.pandar.id)
    repeated = sum(message.sent > 1 for message in crowd.sent)
    assert repeated, "no kill met a message on its way, so nothing was tried"
    assert min(apart) > APART_LEAST, apart
    figures = crowd.figures() | {"servers": 2, "repeated": repeated, "apart_seconds": round(min(apart), 2)}
    record("server killed", faults=KILLS * rounds, **figures)


@pytest.mark.by_chance
def test_without_the_client_id_what_was_on_its_way_is_stored_twice(
    world: World, servers: StartServer, redis_url: str, record: Record,
) -> None:
    seats = seated(world, rooms=4, tabs=6)
    launcher = without("delivery.repetition", "delivery.answers_late")
    two = [servers(*launcher, PANDAR_RATE_LIMITS="off") for _ in range(2)]

    async def story() -> Crowd:
        async with Proxy([server.port for server in two]) as proxy, Crowd(seats, [proxy.url]) as crowd:
            async with crowd.talking():
                await asyncio.sleep(1)
                await asyncio.to_thread(two[0].kill)
                await asyncio.sleep(1)
            await asyncio.gather(*(message.stored for message in crowd.sent))
            return crowd

    crowd = asyncio.run(story())
    with pytest.raises(Broken, match=r"stored but not acknowledged|was acknowledged as"):
        crowd.check_stored(world.pandar.id)
    record("server killed", control="the client_id of what is repeated", clients=len(seats))


def test_without_the_client_id_a_resend_gets_another_number(
    world: World, servers: StartServer, redis_url: str, record: Record,
) -> None:
    seats = seated(world, rooms=1, tabs=3)
    server = servers(*without("delivery.repetition"))

    async def story() -> None:
        async with Crowd(seats, [server.url]) as crowd:
            crowd.say(crowd.clients[0])
            await crowd.converged()
            with pytest.raises(Broken, match="sent again"):
                await crowd.check_resent()

    asyncio.run(story())
    record("server killed", control="the client_id of a resend", clients=len(seats))
