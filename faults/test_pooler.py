"""Behind PgBouncer in transaction mode, where every transaction may run in another session: no tenant's word reaches another one."""
import ast
import asyncio
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import psycopg
import pytest
from django.core.management import call_command

from faults.pooler import StartPooler
from faults.record import Record
from faults.without import without
from pandarchat.environment import ROOT
from pandarchat.story.api import Account
from pandarchat.story.client import Client
from pandarchat.testing.services import Server, StartServer, StartWorker
from pandarchat.tests.checker import check_numbers
from pandarchat.tests.test_story import demo  # noqa: F401 (a fixture)
from pandarchat.tests.world import PASSWORD, Planted, Rows

pytest_plugins = ["faults.pooler"]
ASKERS, ROUNDS, MESSAGES = 4, 25, 40  # per organization
SESSIONS = 3  # of PostgreSQL, for everybody


class Leaked(AssertionError):
    """Somebody got another organization's word, or less than their own."""


@contextmanager
def listening_outside(url: str) -> Iterator[list[int]]:
    """Asks through the same pooler without an organization, all the time; collects how many rows each look saw."""
    seen: list[int] = []
    done = threading.Event()

    def listen() -> None:
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as outsider:
            while not done.is_set():
                row = outsider.execute("SELECT count(*) FROM tickets_ticket").fetchone()
                seen.append(row[0] if row else -1)

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def hammer(server: Server, planted: Planted) -> int:
    """Both organizations read in parallel by REST; returns how many answers were looked at."""
    sides = [(planted.of_pandar, planted.of_acme), (planted.of_acme, planted.of_pandar)] * ASKERS
    tokens = [planted.world.token(mine.agent) for mine, _ in sides]
    with ThreadPoolExecutor(len(sides)) as pool:
        work = [pool.submit(ask, server.url, token, *side) for token, side in zip(tokens, sides, strict=True)]
        return sum(done.result() for done in work)


def ask(url: str, token: str, mine: Rows, theirs: Rows) -> int:
    paths = ["auth/me/", "tickets/", f"tickets/{mine.ticket.pk}/", f"tickets/{mine.ticket.pk}/entries/?after=0", "queue/", "agents/"]
    with httpx.Client(base_url=f"{url}/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        for _ in range(ROUNDS):
            for path in paths:
                check(path, client.get(path), mine, theirs)
            if client.get(f"tickets/{theirs.ticket.pk}/").status_code != 404:
                raise Leaked("another organization's ticket was found")
    return ROUNDS * (len(paths) + 1)


def check(path: str, answer: httpx.Response, mine: Rows, theirs: Rows) -> None:
    if answer.status_code != 200 or mine.tenant.canary not in answer.text or theirs.tenant.canary in answer.text:
        raise Leaked(f"{path}: {answer.status_code} {answer.text[:300]}")


async def talk(server: Server, mine: Rows, theirs: Rows) -> list[Any]:
    """Messages on two sockets of one organization, and what both show."""
    slug, ticket = mine.tenant.organization.slug, str(mine.ticket.pk)
    clients = [Client(server.url, Account(slug, person.email, PASSWORD)) for person in (mine.agent, mine.tenant.customer)]
    try:
        for client in clients:
            await client.connect()
            await client.join(ticket)
        sent = [clients[number % 2].post(ticket, f"{mine.tenant.canary} {number}") for number in range(MESSAGES)]
        await asyncio.wait_for(asyncio.gather(*(message.stored for message in sent)), 60)
        for client in clients:
            shown = str(client.conversations[ticket].shown())
            if theirs.tenant.canary in shown:
                raise Leaked(f"{client.user['email']} was shown another organization's message")
        return sent
    finally:
        for client in clients:
            await client.close()


async def both(server: Server, planted: Planted) -> tuple[list[Any], list[Any], int]:
    pandar, acme = planted.of_pandar, planted.of_acme
    return await asyncio.gather(talk(server, pandar, acme), talk(server, acme, pandar), asyncio.to_thread(hammer, server, planted))


def test_two_organizations_share_three_sessions_and_never_a_word(
    planted: Planted, poolers: StartPooler, servers: StartServer, workers: StartWorker, record: Record,
) -> None:
    url = poolers(size=SESSIONS)
    workers(DATABASE_URL=url)
    server = servers(DATABASE_URL=url, PANDAR_RATE_LIMITS="off")
    before = {rows.tenant.id: messages(rows) for rows in (planted.of_pandar, planted.of_acme)}
    with listening_outside(url) as seen:
        pandar, acme, answers = asyncio.run(both(server, planted))
    assert set(seen) == {0}, "a statement outside of a unit of work saw rows"
    for rows, sent in ((planted.of_pandar, pandar), (planted.of_acme, acme)):
        assert len(messages(rows)) == len(before[rows.tenant.id]) + len(sent)
    assert "prepared statement" not in server.log()
    record("PgBouncer in transaction mode", sessions=SESSIONS, answers=answers, messages=len(pandar) + len(acme), outside=len(seen))


def messages(rows: Rows) -> list[Any]:
    return check_numbers(rows.tenant.id, rows.ticket.pk)


def test_the_outside_story_passes_through_the_pooler(
    demo: None, poolers: StartPooler, servers: StartServer, workers: StartWorker,  # noqa: F811
) -> None:
    url = poolers(size=SESSIONS)
    workers(DATABASE_URL=url)
    server = servers(DATABASE_URL=url)
    call_command("demo_story", url=server.url, promise=0)


def test_an_organization_set_for_the_session_would_leak(
    planted: Planted, poolers: StartPooler, servers: StartServer, record: Record,
) -> None:
    """The control: the guard is that the setting ends with its transaction."""
    url = poolers(size=SESSIONS)
    server = servers(*without("tenancy.transaction_setting"), DATABASE_URL=url, PANDAR_RATE_LIMITS="off")
    with listening_outside(url) as seen:
        hammer(server, planted)
    assert max(seen) > 0
    record("PgBouncer in transaction mode", control="tenancy.transaction_setting", leaks=sum(count > 0 for count in seen))


def test_prepared_statements_would_fail_where_the_pooler_keeps_none(planted: Planted, poolers: StartPooler, servers: StartServer) -> None:
    """The control of DATABASE_PREPARE=auto, which prepares nothing here."""
    url = poolers(size=SESSIONS)
    if _keeps_statements(url):
        pytest.skip("This PgBouncer keeps prepared statements, so nothing can fail without them.")
    server = servers(DATABASE_URL=url, DATABASE_PREPARE="on", PANDAR_RATE_LIMITS="off")
    with suppress(Exception):  # each failed statement shows in its own way
        asyncio.run(asyncio.wait_for(both(server, planted), 40))
    assert "prepared statement" in server.log()


def _keeps_statements(url: str) -> bool:
    """Whether a statement that one transaction prepared is there in those that follow."""
    with psycopg.connect(url, autocommit=True) as one, psycopg.connect(url, autocommit=True) as other:
        try:
            for _ in range(20):
                one.execute("SELECT 1", prepare=True)
                with other.transaction():
                    other.execute("SELECT 2")
                    one.execute("SELECT 1", prepare=True)
        except psycopg.Error:
            return False
    return True


# What a session would have to remember, in all code of ours.

REMEMBERED = re.compile(
    r"\b(LISTEN|UNLISTEN)\s+\w|pg_(try_)?advisory_lock|pg_advisory_unlock|set_config\([^)]*,\s*false\)|WITH HOLD|"
    r"CREATE\s+(LOCAL\s+)?TEMP|(?:\A|;)\s*SET\s+(?!LOCAL\b)\w|"
    r"\bPREPARE\s+\w+\s+AS\b|SET\s+SESSION\s+AUTHORIZATION")
TRACKED = {"set_config('TimeZone', 'UTC', false)"}  # which PgBouncer carries along by itself


def sources() -> Iterator[tuple[str, str]]:
    """Every text in our code that may be SQL: all strings of all modules but tests and what starts services."""
    for app in ("foundation", "accounts", "chat", "tickets", "analytics", "pandarchat"):
        for file in (ROOT / app).rglob("*.py"):
            if not {"tests", "testing", "services", "bench"} & set(file.parts):
                for node in ast.walk(ast.parse(file.read_text())):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        yield str(file.relative_to(ROOT)), node.value


def remembered(texts: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(file, match.group()) for file, text in texts for match in REMEMBERED.finditer(text) if match.group() not in TRACKED]


def test_no_code_of_ours_leaves_anything_in_a_session() -> None:
    assert remembered(sources()) == []


@pytest.mark.parametrize("sql", [
    "LISTEN hints", "SELECT pg_advisory_lock(1)", "SELECT set_config('app.organization', %s, false)", "SET app.organization = 'x'",
    "CREATE TEMP TABLE t ()", "DECLARE c CURSOR WITH HOLD FOR SELECT 1", "SELECT pg_try_advisory_lock(1)",
])
def test_what_a_session_would_remember_is_noticed(sql: str) -> None:
    """The control."""
    assert remembered(iter([("x", sql)]))
