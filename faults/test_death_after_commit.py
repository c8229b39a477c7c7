"""A server process dies between commit and publish: the heads in pings tell the message, and the outbox repeats the event."""
import asyncio
from collections.abc import Callable

import pytest

from faults.crowd import CONVERGE_MOST, Crowd, Seat, client_of, seated
from faults.record import Record
from faults.sabotage.delivery import LAST_WORDS
from faults.without import without
from foundation.units import unit_of_work
from pandarchat.services.processes import wait_until
from pandarchat.testing.services import Server, StartServer, StartWorker
from pandarchat.tests.checker import Broken, check_settled
from pandarchat.tests.world import World
from tickets.models import Ticket

FRAGILE = "delivery.dies_before_publishing"


async def died(server: Server, again: Callable[[], Server]) -> float:
    """Waits for a server's end and starts another on its port; returns when it ended, by the loop's clock."""
    await asyncio.to_thread(wait_until, server.process.ended, 15, "the server lives")
    ended = asyncio.get_running_loop().time()
    await asyncio.to_thread(again)
    return ended


def say_last_words(world: World, servers: StartServer, seats: list[Seat], *guards: str) -> Crowd:
    """The first client's server dies after the commit; its place is taken by one that is whole."""
    fragile = servers(*without(FRAGILE, *guards))
    other = servers(*without(*guards)) if guards else servers()
    launcher = without(*guards) if guards else ()

    async def story() -> Crowd:
        async with Crowd(seats, [fragile.url, other.url]) as crowd:
            crowd.say(next(client for client in crowd.clients if client.url == fragile.url), LAST_WORDS)
            ended = await died(fragile, lambda: servers(*launcher, PANDAR_PORT=str(fragile.port)))
            await crowd.converged(since=ended)
            await crowd.check_views()
            return crowd

    return asyncio.run(story())


def test_a_message_that_nobody_published_is_heard_within_a_ping(
    world: World, servers: StartServer, redis_url: str, record: Record,
) -> None:
    crowd = say_last_words(world, servers, seated(world, rooms=1, tabs=8))
    crowd.check_stored(world.pandar.id)
    assert crowd.sent[0].sent > 1, "the process died before it could acknowledge"
    record("death between commit and publish", what="message", faults=1, **crowd.figures())


def test_without_heads_in_pings_it_is_never_heard(world: World, servers: StartServer, redis_url: str, record: Record) -> None:
    with pytest.raises(Broken, match="not converged"):
        say_last_words(world, servers, seated(world, rooms=1, tabs=8), "delivery.ping_heads")
    record("death between commit and publish", control="heads in pings", what="message")


def open_with_last_words(world: World, servers: StartServer) -> float:
    """A ticket is opened, and its server dies before anybody is told; seconds until an agent elsewhere is. Raises TimeoutError."""
    agent, customer = (Seat(person, world.token(person), "", staff) for person, staff in ((world.agent, True), (world.customer, False)))
    fragile, other = servers(*without(FRAGILE)), servers()

    async def story() -> float:
        listener, author = client_of(agent, other.url), client_of(customer, fragile.url)
        async with listener, author:
            await listener.connect()
            opening = asyncio.create_task(author.api.post("tickets/", {"subject": LAST_WORDS, "text": "Hello"}, key="once"))
            ended = await died(fragile, lambda: servers(PANDAR_PORT=str(fragile.port)))
            told = await listener.hear("new-ticket", lambda frame: frame["subject"] == LAST_WORDS, within=CONVERGE_MOST)
            assert (await opening).data["subject"] == LAST_WORDS
            return told.at - ended

    return asyncio.run(story())


def test_an_event_that_nobody_published_is_repeated_by_the_outbox(
    world: World, servers: StartServer, workers: StartWorker, beats: StartWorker, redis_url: str, record: Record,
) -> None:
    workers()
    beats()
    seconds = open_with_last_words(world, servers)
    assert seconds < CONVERGE_MOST
    assert len(opened(world)) == 1
    check_settled(world.pandar.id)
    record("death between commit and publish", what="event", faults=1, told_seconds=round(seconds, 1))


def test_without_the_sweep_the_event_is_never_told(
    world: World, servers: StartServer, workers: StartWorker, beats: StartWorker, redis_url: str, record: Record,
) -> None:
    workers(*without("delivery.sweep"))
    beats()
    with pytest.raises(TimeoutError):
        open_with_last_words(world, servers)
    with pytest.raises(Broken, match="still owed"):
        check_settled(world.pandar.id)
    record("death between commit and publish", control="the sweep of deliveries", what="event")


def opened(world: World) -> list[Ticket]:
    with unit_of_work(world.pandar.id):
        return list(Ticket.objects.filter(subject=LAST_WORDS))
