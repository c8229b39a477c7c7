"""Redis is killed during sends, and comes back: nothing is lost or doubled, and nobody stays deaf."""
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from pandarchat.services.redis import RedisServer
from pandarchat.story.api import Account
from pandarchat.story.client import Client, Unsent
from pandarchat.testing.services import Server, StartServer
from pandarchat.tests.checker import Broken, check_numbers, check_stored, check_view
from pandarchat.tests.world import PASSWORD, World
from tickets.models import Ticket

KILLS = 2
SENDS_PER_SECOND = 40
DEAF_MOST = 60.0  # seconds


@asynccontextmanager
async def talking(world: World, ticket: Ticket, servers: list[Server]) -> AsyncIterator[list[Client]]:
    """The agent and the customer, each with a socket on each server, all in one room."""
    clients = []
    for server in servers:
        for person in (world.agent, world.customer):
            client = Client(server.url, Account("pandar", person.email, PASSWORD))
            await client.connect()
            await client.join(str(ticket.pk))
            clients.append(client)
    try:
        yield clients
    finally:
        for client in clients:
            await client.close()


async def chatter(clients: list[Client], ticket: str, stop: asyncio.Event) -> list[Unsent]:
    """Messages from everybody in turn until told to stop."""
    sent, number = [], 0
    while not stop.is_set():
        client = clients[number % len(clients)]
        sent.append(client.post(ticket, f"message {number}", internal=number % 8 == 0 and client.user["staff"]))
        number += 1
        await asyncio.sleep(1 / SENDS_PER_SECOND)
    return sent


async def converged(clients: list[Client], ticket: str, sent: list[Unsent]) -> None:
    """Everything acknowledged, and every view complete; within the time after which nobody may still be deaf."""
    async with asyncio.timeout(DEAF_MOST):
        await asyncio.gather(*(message.stored for message in sent))
        heads = {}
        for client in clients:
            page = await client.api.get(f"tickets/{ticket}/entries/", after=0)
            heads[client] = page["head"]
        for client in clients:
            await client.until(lambda c=client: c.conversations[ticket].last >= heads[c], within=DEAF_MOST)  # type: ignore[misc]


def test_redis_killed_twice_during_sends(world: World, servers: StartServer, own_redis: RedisServer) -> None:
    ticket = world.ticket(agent=world.agent)
    two = [servers(REDIS_URL=own_redis.url, PANDAR_RATE_LIMITS="off") for _ in range(2)]

    async def story() -> list[Unsent]:
        async with talking(world, ticket, two) as clients:
            stop = asyncio.Event()
            sending = asyncio.create_task(chatter(clients, str(ticket.pk), stop))
            for _ in range(KILLS):
                await asyncio.sleep(1.5)
                await asyncio.to_thread(own_redis.kill)
                await asyncio.sleep(1.5)
                await asyncio.to_thread(own_redis.start)
            await asyncio.sleep(1.5)
            stop.set()
            sent = await sending
            await converged(clients, str(ticket.pk), sent)
            for client in clients:
                await check_view(client, str(ticket.pk))
            return sent

    sent = asyncio.run(story())
    assert len(sent) > SENDS_PER_SECOND
    check_stored(world.pandar.id, ticket.pk, sent)


def test_the_checker_notices_a_lost_a_doubled_and_an_unseen_message(world: World, server: Server) -> None:
    """The control: damage done on purpose is found."""
    from chat.models import Entry
    from chat.tests.test_entries import fill
    from foundation.units import unit_of_work

    ticket = world.ticket(agent=world.agent)

    async def story() -> list[Unsent]:
        async with talking(world, ticket, [server]) as clients:
            sent = [clients[1].post(str(ticket.pk), f"message {number}") for number in range(3)]
            await converged(clients, str(ticket.pk), sent)
            await check_view(clients[0], str(ticket.pk))
            clients[0].conversations[str(ticket.pk)].entries.pop()
            with pytest.raises(Broken):
                await check_view(clients[0], str(ticket.pk))
            return sent

    sent = asyncio.run(story())
    check_stored(world.pandar.id, ticket.pk, sent)
    _refused(check_stored, world.pandar.id, ticket.pk, sent[:-1])  # stored, never acknowledged
    with unit_of_work(world.pandar.id):
        Entry.objects.filter(client_id=sent[0].client_id).delete()
    _refused(check_stored, world.pandar.id, ticket.pk, sent)
    _refused(check_numbers, world.pandar.id, ticket.pk)
    fill(world, ticket, 1)
    _refused(check_numbers, world.pandar.id, ticket.pk)


def _refused(check: Any, *given: Any) -> None:
    with pytest.raises(Broken):
        check(*given)
