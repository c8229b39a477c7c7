"""A backup is taken while people write, restored, and taken into use under a server that never stopped."""
import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import sql

from faults.record import Record
from foundation import roles
from pandarchat.environment import ROOT
from pandarchat.services import backup, bootstrap
from pandarchat.services.addresses import socket_folder, with_database
from pandarchat.services.processes import ServiceError
from pandarchat.story.api import Account
from pandarchat.story.client import Client, Frame, _Line
from pandarchat.testing import database, start
from pandarchat.testing.services import Server, StartServer, StartWorker
from pandarchat.tests.checker import Broken, check_numbers, check_view
from pandarchat.tests.world import PASSWORD, World

RESTORED, OLD = "test_restored", "test_before_restore"
CONVERGE_MOST = 60.0


def granted(column: str) -> str:
    """Grants in one order."""
    return f"(SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest({column}) a)"


# What keeps organizations apart, as the catalog tells it.
GUARDS = f"""
SELECT 'table', c.relname::text, c.relowner::regrole::text, {granted('c.relacl')},
   c.relrowsecurity::text || c.relforcerowsecurity::text
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'S', 'v')
UNION ALL SELECT 'function', p.oid::regprocedure::text, p.proowner::regrole::text, {granted('p.proacl')},
  p.prosecdef::text || p.prosrc
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
UNION ALL SELECT 'policy', tablename || '.' || policyname, roles::text, cmd, coalesce(qual, '') || coalesce(with_check, '')
FROM pg_policies WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text || '.' || conname, '', '', pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'schema', nspname, nspowner::regrole::text, {granted('nspacl')}, '' FROM pg_namespace WHERE nspname = 'public'
"""


class NeverForgets(Client):
    """The control: a client that goes on with its numbers in another history."""

    async def _begin(self, line: _Line, frame: Frame) -> None:
        self.session = frame
        await super()._begin(line, frame)


@pytest.fixture
def superuser(committed: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of this test's database as one who may see all of it."""
    folder = socket_folder(start.State.folder)
    if str(connection.settings_dict["HOST"]) != str(folder):
        pytest.skip("The tests were given a PostgreSQL of their own, whose superuser they do not know: nobody tries a restore here.")
    url = bootstrap.superuser_url(folder, str(connection.settings_dict["NAME"]))
    monkeypatch.setenv(backup.SETTING, url)
    yield url
    with psycopg.connect(with_database(url, "postgres"), autocommit=True) as server:
        for name in (RESTORED, OLD):
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def guards(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as session:
        return sorted((tuple(row) for row in session.execute(GUARDS)), key=str)


def take_into_use(url: str) -> None:
    """As docs/operations.md says: the restored database takes the name of the old one, whose sessions are ended."""
    name = database_of(url)
    database.disconnect()
    with psycopg.connect(with_database(url, "postgres"), autocommit=True) as server:
        server.execute(sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        for known, new in ((name, OLD), (RESTORED, name)):
            server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(known), sql.Identifier(new)))


def database_of(url: str) -> str:
    return url.rpartition("/")[2]


async def seated(kind: type[Client], server: Server, email: str, ticket: str) -> Client:
    client = kind(server.url, Account("pandar", email, PASSWORD))
    await client.connect()
    await client.join(ticket)
    return client


async def say(client: Client, ticket: str, texts: list[str]) -> None:
    sent = [client.post(ticket, text) for text in texts]
    await asyncio.wait_for(asyncio.gather(*(message.stored for message in sent)), 30)


def test_a_backup_under_sends_is_restored_and_nobody_goes_on_in_the_wrong_history(
    world: World, superuser: str, servers: StartServer, workers: StartWorker, record: Record, tmp_path: Path,
    settings: Any,
) -> None:
    settings.RATE_LIMITS = False
    ticket = world.ticket(agent=world.agent)
    room, file = str(ticket.pk), tmp_path / "backup"
    server = servers(PANDAR_RATE_LIMITS="off")
    workers()
    figures: dict[str, Any] = {}

    async def story() -> None:
        people = [await seated(Client, server, person.email, room) for person in (world.agent, world.customer)]
        forgetless = await seated(NeverForgets, server, world.agent.email, room)
        try:
            await say(people[0], room, [f"before {number}" for number in range(20)])
            stop = asyncio.Event()
            talking = asyncio.create_task(chatter(people[1], stop))
            await asyncio.to_thread(call_command, "backup", str(file))
            stop.set()
            during = await talking
            await say(people[0], room, [f"lost {number}" for number in range(15)])
            await forgetless.until(lambda: forgetless.conversations[room].last == people[0].conversations[room].last)
            held = people[0].conversations[room].last
            await asyncio.to_thread(call_command, "restore", str(file), RESTORED)
            assert guards(with_database(superuser, RESTORED)) == guards(superuser)
            lives = [person.session["history"] for person in people]
            await asyncio.to_thread(take_into_use, superuser)
            restored = await asyncio.to_thread(check_numbers, world.pandar.id, ticket.pk)
            assert 20 <= len(restored) < held
            for number in range(held - len(restored) + 5):  # past what the clients hold, before they know
                await asyncio.to_thread(speak, world, room, f"after {number}")
            for person, life in zip(people, lives, strict=True):
                await person.until(lambda p=person, known=life: p.session["history"] != known, within=CONVERGE_MOST)  # type: ignore[misc]
            await say(people[1], room, ["in the new history"])
            head = (await people[0].api.get(f"tickets/{room}/entries/", after=0))["head"]
            for client in (*people, forgetless):
                await client.until(lambda c=client: c.is_ready and c.conversations[room].last >= head, within=CONVERGE_MOST)  # type: ignore[misc]
            for person in people:
                await check_view(person, room)
            with pytest.raises(Broken):
                await check_view(forgetless, room)
            figures.update(messages=20 + during + 15, restored=len(restored), ahead=held - len(restored))
        finally:
            for client in (*people, forgetless):
                await client.close()

    async def chatter(client: Client, stop: asyncio.Event) -> int:
        number = 0
        while not stop.is_set():
            await say(client, room, [f"during {number}"])
            number += 1
        return number

    asyncio.run(story())
    database.disconnect()
    check_numbers(world.pandar.id, ticket.pk)
    roles.refuse_unsafe_role()
    record("Backup under sends, restored", **figures)


def speak(world: World, room: str, text: str) -> None:
    from foundation.ids import uuid7

    answer = world.api(world.customer).post(f"tickets/{room}/messages/", {"client_id": str(uuid7()), "text": text})
    assert answer.status in (200, 201), answer.text


def test_a_lost_guard_in_a_restored_database_is_noticed(world: World, superuser: str, tmp_path: Path) -> None:
    """The control of the comparison above, and of the product's own check at its start."""
    backup.dump(superuser, tmp_path / "b")
    backup.restore(superuser, RESTORED, tmp_path / "b")
    restored = with_database(superuser, RESTORED)
    with psycopg.connect(restored, autocommit=True) as session:
        session.execute("ALTER TABLE tickets_ticket NO FORCE ROW LEVEL SECURITY")
    assert guards(restored) != guards(superuser)
    with psycopg.connect(restored) as session:
        session.execute("SET ROLE pandar_app")
        assert session.execute(roles.UNSAFE.encode()).fetchone()


def test_the_owner_cannot_dump_and_a_half_restore_leaves_nothing(superuser: str, tmp_path: Path) -> None:
    from django.conf import settings

    with pytest.raises(ServiceError, match="row-level security"):
        backup.dump(str(settings.DATABASE_OWNER_URL), tmp_path / "b")
    assert list(tmp_path.iterdir()) == []
    backup.dump(superuser, tmp_path / "b")
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600
    (tmp_path / "half").write_bytes((tmp_path / "b").read_bytes()[:-2000])
    with pytest.raises(ServiceError):
        backup.restore(superuser, RESTORED, tmp_path / "half")
    with psycopg.connect(superuser) as session:
        assert not bootstrap.exists(session, RESTORED)
    with pytest.raises(CommandError, match="exists"):
        call_command("restore", str(tmp_path / "b"), database_of(superuser))


def test_services_are_never_given_the_address_for_backups() -> None:
    from pandarchat.services.system import NOT_FOR_SERVICES

    assert backup.SETTING in NOT_FOR_SERVICES
    assert backup.SETTING in (ROOT / ".env.example").read_text()
