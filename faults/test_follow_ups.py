"""Customers write to tickets that are over while servers are killed: each message is in the ticket's one follow-up, once."""
import asyncio
from uuid import UUID

import pytest

from accounts.actor import System
from faults.crowd import Crowd, Seat, seated
from faults.proxy import Proxy
from faults.record import Record
from faults.test_server_killed import killed_in_turn
from faults.without import without
from foundation.units import unit_of_work
from pandarchat.testing.services import StartServer
from pandarchat.tests.checker import Broken
from pandarchat.tests.world import World
from tickets.actions import moves
from tickets.models import Status, Ticket

KILLS = 3
ROOMS = 8


def at_closed_tickets(world: World, rooms: int = ROOMS) -> list[Seat]:
    """Two tabs of each customer at a ticket that is closed."""
    seats = seated(world, rooms=rooms, tabs=2, name="over")
    house = System(world.pandar.id)
    for ticket in {seat.ticket for seat in seats}:
        for status, act in ((Status.RESOLVED, "agent"), (Status.CLOSED, "week")):
            with unit_of_work(world.pandar.id):
                moves.move(moves.locked(house, UUID(ticket)), status, acts=[act], actor=house)
    return seats


def follow_ups(world: World, seats: list[Seat]) -> list[UUID]:
    """Whose follow-ups there are, once for each."""
    with unit_of_work(world.pandar.id):
        return list(Ticket.objects.filter(follow_up_of__in={seat.ticket for seat in seats}).values_list("follow_up_of_id", flat=True))


def test_servers_killed_while_customers_write_to_closed_tickets(
    world: World, servers: StartServer, redis_url: str, record: Record, rounds: int,
) -> None:
    seats = at_closed_tickets(world)
    launcher = without("delivery.answers_late")
    two = [servers(*launcher, PANDAR_RATE_LIMITS="off") for _ in range(2)]

    async def story() -> Crowd:
        async with Proxy([server.port for server in two]) as proxy, Crowd(seats, [proxy.url]) as crowd:
            async with crowd.talking(per_second=30):
                await killed_in_turn(crowd, two, servers, KILLS * rounds, launcher)
            async with asyncio.timeout(60):
                await asyncio.gather(*(message.stored for message in crowd.sent))
            return crowd

    crowd = asyncio.run(story())
    crowd.check_stored(world.pandar.id)
    assert sorted(follow_ups(world, seats)) == sorted(UUID(ticket) for ticket in {seat.ticket for seat in seats})
    assert all(message.stored.result()["ticket"]["id"] != message.ticket for message in crowd.sent)
    repeated = sum(message.sent > 1 for message in crowd.sent)
    assert repeated, "no kill met a message on its way, so nothing was tried"
    record("server killed", faults=KILLS * rounds, clients=len(crowd.clients), rooms=ROOMS, messages=len(crowd.sent), repeated=repeated,
           follow_ups=ROOMS)


def test_without_the_client_id_a_repetition_is_stored_in_the_follow_up_again(world: World, servers: StartServer, record: Record) -> None:
    seats = at_closed_tickets(world, rooms=1)
    server = servers(*without("delivery.repetition"))

    async def story() -> Crowd:
        async with Crowd(seats, [server.url]) as crowd:
            message = crowd.say(crowd.clients[0])
            await message.stored
            await crowd.clients[0].command("send-message", ticket=message.ticket, client_id=message.client_id, text=message.text)
            return crowd

    crowd = asyncio.run(story())
    with pytest.raises(Broken, match="stored but not acknowledged"):
        crowd.check_stored(world.pandar.id)
    record("server killed", control="the client_id of what went into a follow-up", clients=len(seats))
