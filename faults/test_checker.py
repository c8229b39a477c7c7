"""The control of the checker itself: damage done on purpose is found."""
import asyncio
from typing import Any
from uuid import UUID

import pytest

from chat.models import Entry
from chat.tests.test_entries import fill
from faults.crowd import Crowd, seated
from foundation.units import unit_of_work
from pandarchat.testing.services import Server
from pandarchat.tests.checker import Broken, check_numbers, check_stored, check_view
from pandarchat.tests.world import World
from tickets.models import Ticket


def test_the_checker_notices_a_lost_a_doubled_and_an_unseen_message(world: World, server: Server) -> None:
    seats = seated(world, rooms=1, tabs=3)
    ticket = seats[0].ticket

    async def story() -> Crowd:
        async with Crowd(seats, [server.url]) as crowd:
            for client in crowd.clients:
                crowd.say(client)
            await crowd.converged()
            await crowd.check_views()
            crowd.clients[0].conversations[ticket].entries.pop()
            with pytest.raises(Broken):
                await check_view(crowd.clients[0], ticket)
            return crowd

    crowd = asyncio.run(story())
    crowd.check_stored(world.pandar.id)
    _refused(check_stored, world.pandar.id, UUID(ticket), crowd.sent[:-1])  # stored, never acknowledged
    with unit_of_work(world.pandar.id):
        Entry.objects.filter(client_id=crowd.sent[0].client_id).delete()
    _refused(check_stored, world.pandar.id, UUID(ticket), crowd.sent)
    _refused(check_numbers, world.pandar.id, UUID(ticket))
    with unit_of_work(world.pandar.id):
        found = Ticket.objects.get(pk=UUID(ticket))
    fill(world, found, 1)
    _refused(check_numbers, world.pandar.id, UUID(ticket))


def test_the_checker_notices_who_never_hears(world: World, server: Server) -> None:
    seats = seated(world, rooms=1, tabs=3)

    async def story() -> None:
        async with Crowd(seats, [server.url]) as crowd:
            crowd.clients[0].deafen()
            crowd.say(crowd.clients[1])
            with pytest.raises(Broken, match="not converged"):
                await crowd.converged(within=2)

    asyncio.run(story())


def _refused(check: Any, *given: Any) -> None:
    with pytest.raises(Broken):
        check(*given)
