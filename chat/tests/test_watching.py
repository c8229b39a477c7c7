"""A list on screen hears of the tickets that it shows."""
import asyncio
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from chat.tests.test_room import entry_saying, join, send, silent
from chat.wire import MOST_WATCHED
from foundation.ids import uuid7
from foundation.socket.connection import Connection
from foundation.socket.options import Options
from foundation.tests.socket_world import Client
from pandarchat.testing.services import Server
from pandarchat.tests.world import World
from tickets.models import Ticket


def watch(socket: Client, *tickets: Ticket) -> str:
    return str(socket.ask("watch-tickets", tickets=[str(ticket.pk) for ticket in tickets])["type"])


def test_it_hears_what_is_said_and_who_types_and_looks(world: World, server: Server) -> None:
    ticket, other = world.ticket(), world.ticket()
    with world.socket(world.agent, server) as mate, world.socket(world.customer, server) as customer, \
            world.socket(world.teammate, server) as watching:
        join(mate, ticket), join(customer, ticket), join(customer, other)
        assert watch(watching, ticket) == "watching"
        customer.ask("typing", ticket=str(ticket.pk))
        assert watching.wait("typing")["ticket"] == str(ticket.pk)
        send(customer, ticket, "from the customer")
        assert watching.wait(entry_saying("from the customer"))["ticket"] == str(ticket.pk)
        send(mate, ticket, "between us", internal=True)
        assert watching.wait(entry_saying("between us"))["entry"]["internal"] is True
        mate.ask("viewing", ticket=str(ticket.pk))
        assert watching.wait("viewing")["user"]["name"] == world.agent.name
        send(customer, other, "not watched")
        silent(watching, "not watched")


def test_who_looks_already_is_told(world: World, server: Server) -> None:
    ticket, other = world.ticket(), world.ticket()
    with world.socket(world.agent, server) as mate, world.socket(world.teammate, server) as watching:
        for each in (ticket, other):
            join(mate, each)
            mate.ask("viewing", ticket=str(each.pk))
        mate.ask("viewing", ticket=str(other.pk), viewing=False)
        watch(watching, ticket, other)
        shown = watching.wait("viewing")
        assert (shown["ticket"], shown["viewing"], shown["user"]["id"]) == (str(ticket.pk), True, str(world.agent.id))
        silent(watching, str(other.pk))


def test_the_next_list_replaces_this_one(world: World, server: Server) -> None:
    one, two = world.ticket(), world.ticket()
    with world.socket(world.customer, server) as customer, world.socket(world.agent, server) as watching:
        watch(watching, one)
        watch(watching, two)
        send(customer, one, "scrolled away")
        send(customer, two, "on screen")
        watching.wait(entry_saying("on screen"))
        silent(watching, "scrolled away")


def test_a_room_that_is_left_is_still_watched_and_one_that_is_watched_no_more_still_joined(world: World, server: Server) -> None:
    ticket = world.ticket()
    with world.socket(world.customer, server) as customer, world.socket(world.agent, server) as watching:
        join(watching, ticket)
        watch(watching, ticket)
        watching.ask("leave-ticket-room", ticket=str(ticket.pk))
        send(customer, ticket, "watched")
        watching.wait(entry_saying("watched"))
        join(watching, ticket, 2)
        watch(watching)
        send(customer, ticket, "joined")
        watching.wait(entry_saying("joined"))
        watching.ask("leave-ticket-room", ticket=str(ticket.pk))
        send(customer, ticket, "neither")
        silent(watching, "neither")


def test_what_was_said_before_is_found_by_the_heads(world: World, server: Server) -> None:
    ticket, foreign = world.ticket(), world.ticket(world.acme.customer)
    world.say(world.agent, ticket, "a note", internal=True)
    with world.socket(world.teammate, server) as watching:
        answer = watching.ask("watch-tickets", tickets=[str(ticket.pk), str(foreign.pk), str(uuid7())])
        assert answer["heads"] == {str(ticket.pk): 2}
        assert watching.ask("watch-tickets", tickets=[])["heads"] == {}


def test_watching_is_no_joining(world: World, server: Server) -> None:
    ticket = world.ticket()
    with world.socket(world.agent, server) as watching:
        watch(watching, ticket)
        assert watching.ask("typing", ticket=str(ticket.pk))["code"] == "not_joined"


def test_customers_and_strangers_watch_nothing(world: World, server: Server) -> None:
    ticket = world.ticket()
    with world.socket(world.customer, server) as customer, world.socket(world.acme.agent, server) as stranger, \
            world.socket(world.agent, server) as agent:
        refused = customer.ask("watch-tickets", tickets=[str(ticket.pk)])
        assert (refused["type"], refused["code"]) == ("error", "forbidden")
        assert watch(stranger, ticket) == "watching"
        join(agent, ticket)
        send(agent, ticket, "between us", internal=True)
        silent(stranger, "between us")
        silent(customer, "between us")


def test_so_many_and_no_more(world: World, server: Server) -> None:
    with world.socket(world.agent, server) as watching:
        assert watching.ask("watch-tickets", tickets=[str(uuid7()) for _ in range(MOST_WATCHED)])["type"] == "watching"
        assert watching.ask("watch-tickets", tickets=[str(uuid7()) for _ in range(MOST_WATCHED + 1)])["code"] in ("invalid", "malformed")


def test_what_may_not_be_seen_any_more_is_watched_no_more() -> None:
    """By the check that follows a change of rights, which looks at what is watched as at what was joined."""
    groups: set[str] = set()
    layer = SimpleNamespace(attach=lambda group, _: groups.add(group), detach=lambda group, _: groups.discard(group))
    seen, lost, joined = uuid7(), uuid7(), uuid7()

    async def may_see(_: object, rooms: Iterable[UUID]) -> set[UUID]:
        return set(rooms) & {seen}

    async def checked() -> list[UUID]:
        application = SimpleNamespace(layer=layer, options=Options(), backend=SimpleNamespace(may_see=may_see))
        connection = Connection(cast(Any, application), cast(Any, may_see), "")
        connection.identity = cast(Any, SimpleNamespace())
        connection.enter(joined, "joined")
        assert connection.watch({seen: "seen", lost: "lost"}) == {seen, lost}
        assert groups == {"joined", "seen", "lost"}
        return await connection.leave_lost_rooms()

    assert asyncio.run(checked()) == [joined]
    assert groups == {"seen"}
