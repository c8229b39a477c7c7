"""One organization's conversations take seconds: another one's requests are answered as ever."""
import asyncio

import httpx
import psycopg

from faults.record import Record
from faults.without import without
from foundation.async_database import parameters
from pandarchat.services.processes import eventually
from pandarchat.testing.services import Server, StartServer
from pandarchat.tests.world import World

FAULT = "one organization in slow queries"
ASKING = 12  # requests; four times as many as such a process has lines
LINES = 3  # half of DATABASE_POOL_SIZE
SLOW = "database.slow_conversations"
SLEEPING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"


def asleep(least: int) -> bool:
    """Whether so many statements take their time."""
    with psycopg.connect(**parameters()) as looker:
        row = looker.execute(SLEEPING).fetchone()
    return row is not None and row[0] >= least


def beside(world: World, server: Server, *, slow_at_once: int) -> int:
    """How many of an agent's slow pages had ended when another organization's requests were answered."""
    tokens = world.token(world.agent), world.token(world.acme.agent), world.token(world.acme.customer)
    ticket = world.ticket().pk

    def client(token: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"{server.url}/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=30,
                                 trust_env=False)

    async def story() -> int:
        async with client(tokens[0]) as ours, client(tokens[1]) as theirs, client(tokens[2]) as customer:
            for each in (ours, theirs):
                assert (await each.get("queue/")).is_success
            slow = [asyncio.create_task(ours.get(f"tickets/{ticket}/entries/")) for _ in range(ASKING)]
            assert await asyncio.to_thread(eventually, lambda: asleep(slow_at_once), 3), "they are not slow"
            answers = [await theirs.get("queue/"), await theirs.get("tickets/"),
                       await customer.post("tickets/", json={"subject": "Card", "text": "Not paid."})]
            ended = sum(task.done() for task in slow)
            assert [answer.is_success for answer in answers] == [True, True, True]
            assert {(await task).status_code for task in slow} <= {200, 503}, "whoever waits too long is told so"
            return ended

    return asyncio.run(story())


def test_a_slow_organization_keeps_no_other_waiting(world: World, servers: StartServer, redis_url: str, record: Record) -> None:
    server = servers(*without(SLOW), PANDAR_RATE_LIMITS="off", DATABASE_POOL_SIZE="6")
    assert beside(world, server, slow_at_once=LINES - 1) == 0
    record(FAULT, faults=1, requests=ASKING, others_kept_waiting=0)


def test_without_turns_it_keeps_all_waiting(world: World, servers: StartServer, redis_url: str, record: Record) -> None:
    """The control."""
    server = servers(*without(SLOW, "database.turns"), PANDAR_RATE_LIMITS="off", DATABASE_POOL_SIZE="6")
    assert beside(world, server, slow_at_once=LINES) > 0
    record(FAULT, control="organizations' turns")
