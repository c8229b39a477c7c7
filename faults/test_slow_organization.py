"""One organization's requests wait for a lock: another one's are answered as ever."""
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import httpx
from django.db import connection

from faults.record import Record
from faults.without import without
from pandarchat.services.processes import eventually
from pandarchat.testing import database
from pandarchat.testing.services import Server, StartServer
from pandarchat.tests.world import World

FAULT = "one organization waits for locks"
WAITING = 12  # requests; four times as many as such a process has lines
LINES = 3  # half of DATABASE_POOL_SIZE
NEW = {"subject": "Card", "text": "Not paid."}


@contextmanager
def held(organization: UUID, customer: UUID) -> Iterator[None]:
    """Somebody's own row, to which each of their new tickets refers, is held."""
    with database.owner(connection.settings_dict["NAME"]) as holder, holder.transaction():
        holder.execute("SELECT set_config('app.organization', %s, true)", [str(organization)])
        assert holder.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR UPDATE", [customer]).fetchone()
        yield


def waiting(least: int) -> bool:
    """Whether so many statements wait for a lock."""
    with database.owner(connection.settings_dict["NAME"]) as looker:
        row = looker.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
    return row is not None and row[0] >= least


def beside(world: World, server: Server) -> tuple[int, list[int]]:
    """How many of a customer's requests had ended when another organization's was answered, and what became of them."""

    def client(token: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"{server.url}/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=30,
                                 trust_env=False)

    tokens = world.token(world.customer), world.token(world.acme.customer)

    async def story() -> tuple[int, list[int]]:
        async with client(tokens[0]) as ours, client(tokens[1]) as theirs:
            for each in (ours, theirs):
                assert (await each.post("tickets/", json=NEW)).status_code == httpx.codes.CREATED
            hold = held(world.pandar.id, world.customer.id)
            await asyncio.to_thread(hold.__enter__)
            try:
                slow = [asyncio.create_task(ours.post("tickets/", json=NEW, headers={"Idempotency-Key": str(uuid4())}))
                        for _ in range(WAITING)]
                assert await asyncio.to_thread(eventually, lambda: waiting(LINES - 1), 3), "they do not wait"
                answers = [await theirs.get("tickets/"), await theirs.post("tickets/", json=NEW)]
                ended = sum(task.done() for task in slow)
                assert [answer.is_success for answer in answers] == [True, True]
                return ended, [(await task).status_code for task in slow]
            finally:
                await asyncio.to_thread(hold.__exit__, None, None, None)

    return asyncio.run(story())


def test_an_organization_that_waits_keeps_no_other_waiting(world: World, servers: StartServer, redis_url: str, record: Record) -> None:
    ended, codes = beside(world, servers(PANDAR_RATE_LIMITS="off", DATABASE_POOL_SIZE="6"))
    assert (ended, set(codes)) == (0, {503}), "who waits is told so in the end"
    record(FAULT, faults=1, requests=WAITING, others_kept_waiting=0)


def test_without_turns_it_keeps_all_waiting(world: World, servers: StartServer, redis_url: str, record: Record) -> None:
    """The control."""
    ended, _ = beside(world, servers(*without("database.turns"), PANDAR_RATE_LIMITS="off", DATABASE_POOL_SIZE="6"))
    assert ended
    record(FAULT, control="organizations' turns")
