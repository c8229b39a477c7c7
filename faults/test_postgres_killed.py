"""PostgreSQL is killed with all its processes while a crowd sends: what was acknowledged is there, and a resend gets the same number."""
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from faults.crowd import DEAF_MOST, Crowd, seated
from faults.record import Record
from pandarchat.services import bootstrap
from pandarchat.services.addresses import Addresses, embedded_addresses
from pandarchat.services.postgres import Postgres
from pandarchat.testing import start
from pandarchat.testing.database import disconnect
from pandarchat.testing.services import StartServer, product_environment
from pandarchat.tests.checker import Broken
from pandarchat.tests.world import World, new_world

KILLS = 3
DOWN = 1.5  # seconds


class OwnPostgres:
    """A PostgreSQL of the test's own, as durable as an operator's, with the product's tables."""

    def __init__(self, folder: Path) -> None:
        self.postgres = Postgres(start.State.processes, folder, tests=True)
        self.addresses: Addresses = embedded_addresses(folder)
        self.postgres.start()
        bootstrap.ensure(self.postgres.sockets)
        owner = product_environment(DATABASE_URL=self.addresses.database_url, DATABASE_OWNER_URL=str(self.addresses.database_owner_url))
        start.State.processes.run("migrate", [sys.executable, "manage.py", "migrate"], env=owner)
        self.make_durable()

    def make_durable(self) -> None:
        """Not from the start, as making the tables would take half a minute."""
        assert self.postgres.process
        start.State.processes.stop(self.postgres.process)
        self.postgres.tests = False
        self.postgres.start()

    def kill(self) -> None:
        """`kill -9` of the postmaster and of every process below it, which are in groups of their own."""
        assert self.postgres.process
        postmaster = self.postgres.process.pid
        for pid in (postmaster, *children(postmaster)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        start.State.processes.kill(self.postgres.process)

    def acknowledge_before_durable(self) -> None:
        """Commits return before their log is written; the guard that the control takes away."""
        with psycopg.connect(bootstrap.superuser_url(self.postgres.sockets), autocommit=True) as session:
            session.execute("ALTER SYSTEM SET synchronous_commit = off")
            session.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
            session.execute("SELECT pg_reload_conf()")

    @contextlib.contextmanager
    def used_by_this_process(self) -> Iterator[None]:
        """Django's connections go there for a while."""
        known = {name: connection.settings_dict[name] for name in ("HOST", "NAME")}
        disconnect()
        connection.settings_dict |= {"HOST": str(self.postgres.sockets), "NAME": "pandar"}
        try:
            yield
        finally:
            disconnect()
            connection.settings_dict |= known


def children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


@pytest.fixture
def own_postgres(open_folder: Path) -> Iterator[OwnPostgres]:
    own = OwnPostgres(open_folder)
    yield own
    own.kill()


@pytest.fixture
def there(own_postgres: OwnPostgres, django_db_blocker: Any, password_hash: str) -> Iterator[World]:
    """The world in the PostgreSQL that is to be killed."""
    with django_db_blocker.unblock(), own_postgres.used_by_this_process():
        yield new_world(password_hash)


async def talk_over_kills(crowd: Crowd, postgres: OwnPostgres, kills: int) -> None:
    async with crowd.talking():
        for _ in range(kills):
            await asyncio.sleep(3)
            await asyncio.to_thread(postgres.kill)
            await asyncio.sleep(DOWN)
            await asyncio.to_thread(postgres.postgres.start)


def test_postgres_killed_while_a_crowd_sends(
    there: World, own_postgres: OwnPostgres, servers: StartServer, redis_url: str, record: Record, rounds: int,
) -> None:
    """With its control at the end, as it takes long to make a PostgreSQL."""
    seats = seated(there)
    few = seated(there, name="control", rooms=4, tabs=4)
    two = [servers(DATABASE_URL=own_postgres.addresses.database_url, PANDAR_RATE_LIMITS="off") for _ in range(2)]

    async def story() -> Crowd:
        async with Crowd(seats, [server.url for server in two]) as crowd:
            await talk_over_kills(crowd, own_postgres, KILLS * rounds)
            await crowd.converged(within=DEAF_MOST)
            await crowd.check_resent()
            await crowd.check_views()
            return crowd

    async def control() -> Crowd:
        async with Crowd(few, [two[0].url]) as crowd:
            await talk_over_kills(crowd, own_postgres, 1)
            await asyncio.gather(*(message.stored for message in crowd.sent))
            return crowd

    crowd = asyncio.run(story())
    disconnect()  # the pool's connections died with it
    crowd.check_stored(there.pandar.id)
    record("PostgreSQL killed", faults=KILLS * rounds, **crowd.figures())

    own_postgres.acknowledge_before_durable()
    crowd = asyncio.run(control())
    disconnect()
    with pytest.raises(Broken):
        crowd.check_stored(there.pandar.id)
    record("PostgreSQL killed", control="the log written before the acknowledgement", clients=len(few))
