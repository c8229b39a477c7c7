"""Redis is away for a minute: whoever talks, reads, signs in or opens a ticket notices nothing but slower hints."""
import asyncio
from collections import Counter
from itertools import count

import pytest

from accounts.models import AgentProfile
from faults.crowd import Crowd, Seat, client_of, seated
from faults.record import Record
from faults.without import without
from foundation.units import unit_of_work
from pandarchat.services.redis import RedisServer
from pandarchat.story.api import Account, Api
from pandarchat.testing.services import StartServer, StartWorker
from pandarchat.tests.checker import Broken, check_settled
from pandarchat.tests.world import PASSWORD, World
from tickets.models import Ticket

MINUTE = 60.0
ASSIGNED_MOST = 60.0  # seconds after the return
EVERY = 3.0  # seconds between rounds of requests


def refused(crowd: Crowd) -> Counter[str]:
    """The codes of all errors that a client was shown on its socket."""
    return Counter(heard.frame["code"] for client in crowd.clients for heard in client.heard if heard.type == "error")


def check_nothing_refused(crowd: Crowd) -> None:
    if found := refused(crowd):
        raise Broken(f"clients were shown errors: {found}")


async def use_the_api(customer: Api, agent: Api, url: str, until: float) -> int:
    """Rounds of what people do by REST; returns how many. Whatever is refused or unreachable is raised."""
    clock = asyncio.get_running_loop().time
    for number in count():
        if clock() > until:
            return number
        ticket = (await customer.post("tickets/", {"subject": f"during {number}", "text": "Hello"}, key=f"during-{number}")).data["id"]
        await customer.post(f"tickets/{ticket}/messages/", {"text": "And?", "client_id": ticket})
        await customer.get(f"tickets/{ticket}/entries/")
        await agent.get("tickets/")
        await agent.get("queue/")
        if number % 4 == 0:
            async with Api(url, Account("pandar", customer.account.email, PASSWORD)) as another:
                await another.sign_in()
        await asyncio.sleep(EVERY)
    raise AssertionError("unreachable")


def test_redis_down_for_a_minute(
    world: World, servers: StartServer, workers: StartWorker, beats: StartWorker, own_redis: RedisServer, record: Record, rounds: int,
) -> None:
    seats = seated(world)
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.filter(user__email__startswith="crowd").update(availability="available")
    customer = Seat(world.customer, world.token(world.customer), "", False)
    agent = Seat(world.agent, world.token(world.agent), "", True)
    two = [servers(REDIS_URL=own_redis.url) for _ in range(2)]
    workers(REDIS_URL=own_redis.url)
    beats(REDIS_URL=own_redis.url)

    async def story() -> tuple[Crowd, int, float]:
        clock = asyncio.get_running_loop().time
        async with Crowd(seats, [server.url for server in two]) as crowd, client_of(customer, two[0].url) as one, \
                client_of(agent, two[1].url) as other:
            async with crowd.talking():
                await asyncio.to_thread(own_redis.kill)
                requests = await use_the_api(one.api, other.api, two[0].url, clock() + MINUTE * rounds)
                await asyncio.to_thread(own_redis.start)
                back = clock()
            await crowd.converged(since=back)
            check_nothing_refused(crowd)
            assigned = await all_assigned(other.api, back)
            await crowd.check_views()
            return crowd, requests, assigned

    crowd, requests, assigned = asyncio.run(story())
    crowd.check_stored(world.pandar.id)
    check_settled(world.pandar.id)
    with unit_of_work(world.pandar.id):
        assert Ticket.objects.filter(subject__startswith="during").count() == requests, "each was opened once"
    record("Redis down for a minute", faults=rounds, api_rounds=requests, assigned_seconds=round(assigned, 1), **crowd.figures())


async def all_assigned(staff: Api, since: float) -> float:
    """Seconds `since` until nobody waits in the queue; raises Broken."""
    clock = asyncio.get_running_loop().time
    while (await staff.request("GET", "tickets/", params={"status": "queued"})).data:
        if clock() > since + ASSIGNED_MOST:
            raise Broken(f"tickets wait {ASSIGNED_MOST} s after Redis came back")
        await asyncio.sleep(0.5)
    return clock() - since


def test_without_limits_of_their_own_the_servers_refuse(
    world: World, servers: StartServer, own_redis: RedisServer, record: Record,
) -> None:
    seats = seated(world, rooms=2, tabs=4)
    server = servers(*without("delivery.limits_without_redis"), REDIS_URL=own_redis.url)

    async def story() -> None:
        async with Crowd(seats, [server.url]) as crowd:
            await asyncio.to_thread(own_redis.kill)
            async with crowd.talking(per_second=5):
                await asyncio.sleep(2)
            with pytest.raises(Broken, match="internal"):
                check_nothing_refused(crowd)

    asyncio.run(story())
    record("Redis down for a minute", control="limits that count by themselves", clients=len(seats))
