"""PostgreSQL is away for longer than anybody waits: whoever asks is told so, and is served soon after it is back."""
import asyncio
import os
from pathlib import Path
from urllib.parse import quote, urlsplit
from uuid import UUID

import httpx
import psycopg
import pytest

from faults.crowd import Seat, client_of
from faults.record import Record
from faults.without import without
from pandarchat.story.client import Unsent
from pandarchat.testing import start
from pandarchat.testing.services import Server, StartServer
from pandarchat.tests.checker import Broken, check_stored
from pandarchat.tests.world import World

AWAY = 18.0  # seconds: long enough for waits that double to be too long
SERVED_MOST = 7.0  # seconds after the return
EVERY = 0.5  # seconds between requests
NAME = ".s.PGSQL.5432"
SESSIONS = "behind-a-door"


class Door:
    """The way to this process's database for a server: it can be shut, which ends the sessions behind it."""

    def __init__(self, folder: Path) -> None:
        sockets = start.State.own_postgres()
        assert sockets, "asked for by the fixture"
        self.socket = sockets / NAME
        self.link = folder / NAME
        self.link.symlink_to(self.socket)
        address = urlsplit(os.environ["DATABASE_URL"])
        self.url = address._replace(netloc=address.netloc.replace(quote(str(sockets), safe=""), quote(str(folder), safe="")),
                                    query=f"application_name={SESSIONS}").geturl()

    def shut(self) -> None:
        self.link.unlink()
        with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
            behind = owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [SESSIONS])
            ended = behind.fetchall()
        assert ended, "the server has sessions there"

    def open(self) -> None:
        self.link.symlink_to(self.socket)


@pytest.fixture
def door(open_folder: Path) -> Door:
    if start.State.own_postgres() is None:
        pytest.skip("the database is one that was given, which nobody shuts")
    return Door(open_folder)


async def ask(server: Server, seat: Seat, until: asyncio.Event) -> float:
    """Asks by REST all the time; returns when, by the loop's clock, it was first served after the event. Raises Broken for an answer that
    says neither."""
    clock = asyncio.get_running_loop().time
    async with httpx.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {seat.token}"}, timeout=30) as http:
        while True:
            answer = await http.get("/api/v1/auth/me/")
            if answer.status_code not in (200, 503):
                raise Broken(f"{answer.status_code} {answer.text[:300]}")
            if until.is_set() and answer.status_code == 200:
                return clock()
            await asyncio.sleep(EVERY)


async def away(server: Server, seat: Seat, door: Door) -> tuple[list[Unsent], float, float]:
    """What was sent before and meanwhile; seconds after the return until REST and the socket serve again."""
    clock, back = asyncio.get_running_loop().time, asyncio.Event()
    async with client_of(seat, server.url) as client:
        await client.connect()
        await client.join(seat.ticket)
        before = client.post(seat.ticket, "before")
        await before.stored
        await asyncio.to_thread(door.shut)
        meanwhile = client.post(seat.ticket, "meanwhile")
        asking = asyncio.create_task(ask(server, seat, back))
        await asyncio.sleep(AWAY)
        assert not meanwhile.stored.done(), "the door is shut"
        door.open()
        opened = clock()
        back.set()
        async with asyncio.timeout(60):
            await meanwhile.stored
            served = await asking
        return [before, meanwhile], served - opened, meanwhile.at - opened


def within(*seconds: float) -> None:
    """Raises Broken where somebody waited too long."""
    if max(seconds) > SERVED_MOST:
        raise Broken(f"served {max(seconds):.1f} s after the return")


def seat_of(world: World) -> Seat:
    return Seat(world.customer, world.token(world.customer), str(world.ticket(world.customer).pk), False)


def test_postgres_away_for_long(world: World, servers: StartServer, door: Door, record: Record) -> None:
    seat = seat_of(world)
    sent, rest, socket = asyncio.run(away(servers(DATABASE_URL=door.url), seat, door))
    within(rest, socket)
    check_stored(world.pandar.id, UUID(seat.ticket), sent)
    record("PostgreSQL away for long", faults=1, clients=1, rest_seconds=round(rest, 1), socket_seconds=round(socket, 1))


def test_patience_that_doubles_is_noticed(world: World, servers: StartServer, door: Door, record: Record) -> None:
    server = servers(*without("database.doubled_patience"), DATABASE_URL=door.url)
    _, rest, socket = asyncio.run(away(server, seat_of(world), door))
    with pytest.raises(Broken):
        within(rest, socket)
    record("PostgreSQL away for long", control="giving up a row of attempts soon", clients=1)
