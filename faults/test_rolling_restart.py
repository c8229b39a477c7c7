"""Two processes of each part behind the proxy, stopped and started one by one while the story is played: no failed request, no lost
message. And one of them killed: reads fail over, a write is not done twice."""
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.db import connection

from accounts.actions import people
from accounts.actor import System
from faults.crowd import Crowd, seated
from faults.record import Record
from faults.split import HTTP, SOCKETS, TASKS, Requests, Split
from faults.without import without
from foundation.units import unit_of_work
from pandarchat.demo import loading
from pandarchat.services.processes import eventually
from pandarchat.story import play as story
from pandarchat.story.report import Report
from pandarchat.testing import database
from pandarchat.tests.world import PASSWORD, World
from tickets.models import Ticket

UNANSWERED = 0  # closed; so HAProxy tells of a lost write where it was not the first on its connection
EACH = 6  # requests of each kind that wait when their process is killed


@pytest.fixture
def staff(world: World) -> World:
    """With the people that the story knows by name, and the journey that it goes through."""
    for tenant, slug in ((world.pandar, "pandar"), (world.acme, "acme")):
        with unit_of_work(tenant.id):
            for number in range(1, story.AGENTS + 1):
                people.create_user(email=f"agent-{number}@{slug}.test", name=f"Agent {number}", role="agent",
                                   hashed=tenant.agent.password, actor=System(tenant.id), confirmed=True)
            loading.offer_journey(tenant.actor(tenant.admin))
    return world


def told_between(split: Split) -> type[story.Story]:
    """A story in which the processes with its sockets are restarted between two scenes; its people go on as they are."""

    class Interrupted(story.Story):
        def scenes(self) -> Iterable[tuple[str, Callable[[], Awaitable[None]]]]:
            for number, scene in enumerate(super().scenes()):
                yield scene
                if number in (3, 6):
                    part = f"socket-{1 if number == 3 else 2}"
                    yield f"{part} is restarted", partial(self.restart, part)

        async def restart(self, part: str) -> None:
            people = [self.manager, *self.agents, self.customer]
            before = sum(person.connections for person in people)
            await asyncio.to_thread(split.restart, part)
            for person in people:
                await person.until(lambda who=person: who.is_ready, within=story.LATER)  # type: ignore[misc]
                for ticket in list(person.conversations):
                    await person.join(ticket)
            self.report.expect(sum(person.connections for person in people) > before, f"somebody sat at {part}")

    return Interrupted


def test_a_rolling_restart_fails_no_request_and_loses_no_message(
    staff: World, redis_url: str, monkeypatch: pytest.MonkeyPatch, record: Record,
) -> None:
    seats = seated(staff, rooms=4, tabs=4)
    spoken = str(staff.ticket(agent=staff.agent).pk)
    told: list[str] = []
    report = Report(told.append)

    async def play(split: Split, requests: Requests) -> Crowd:
        async with Crowd(seats, [split.url]) as crowd:
            async with crowd.talking(per_second=15), requests.asking(per_second=20):
                playing = asyncio.create_task(story.play(split.url, "pandar", "acme", PASSWORD, report))
                for parts in ([HTTP[0]], [HTTP[1]], TASKS[::2], TASKS[1::2]):
                    await asyncio.gather(*(asyncio.to_thread(split.restart, part) for part in parts))
                await playing
            await crowd.converged()
            await crowd.check_views()
            return crowd

    with Split() as split:
        monkeypatch.setattr(story, "Story", told_between(split))
        requests = Requests(split.url, staff.token(staff.customer), spoken)
        crowd = asyncio.run(play(split, requests))
        assert sorted(split.restarted) == sorted((*HTTP, *SOCKETS, *TASKS))
    assert report.missing == [], "\n".join(told)
    assert requests.failed == []
    crowd.check_stored(staff.pandar.id)
    requests.check_stored(staff.pandar.id)
    figures = crowd.figures()
    assert figures["reconnections"] >= len(seats), "everybody was sent away at least once"
    record("rolling restart", faults=8, requests=requests.asked, failed=0, expectations=report.expectations, **figures)


def impatient(text: str) -> str:
    """A proxy that looks no further where nobody listens any more."""
    for line in ("    option redispatch 1\n", "    retries 3\n"):
        assert line in text
        text = text.replace(line, "    retries 0\n" if "retries" in line else "")
    return text


def unaware(text: str) -> str:
    """And one that does not notice either that somebody is gone, so that a slow moment of this machine hides nothing."""
    assert " check inter 500ms " in text
    return impatient(text).replace(" check inter 500ms ", " check inter 60s ")


@pytest.mark.parametrize("part", ["web-1", "socket-1"])
@pytest.mark.parametrize("drain", [3, pytest.param(0, marks=pytest.mark.by_chance)])
def test_the_drain_alone_keeps_every_request(world: World, redis_url: str, record: Record, drain: int, part: str) -> None:
    """And without it the same requests fail: the control."""
    requests_of = partial(Requests, token=world.token(world.customer), ticket=str(world.ticket(agent=world.agent).pk), opens=True)

    async def ask(split: Split) -> Requests:
        requests = requests_of(split.url)
        async with requests.asking(per_second=40):
            await asyncio.to_thread(split.restart, part)
        return requests

    with Split((*HTTP, *SOCKETS), changed=impatient, DRAIN_SECONDS=str(drain)) as split:
        requests = asyncio.run(ask(split))
    if drain:
        assert requests.failed == []
        requests.check_stored(world.pandar.id)
    else:
        assert requests.failed
    record("rolling restart", control="" if drain else "the drain and the proxy's retries", faults=1, requests=requests.asked,
           failed=len(requests.failed))


@asynccontextmanager
async def everything_waits() -> AsyncIterator[Callable[[int], bool]]:
    """Nobody reads or writes a conversation until the block ends; `waiting(n)` tells whether so many statements do."""
    name = connection.settings_dict["NAME"]
    with database.owner(name) as holder, database.owner(name) as looker, holder.transaction():
        holder.execute("LOCK TABLE chat_conversation IN ACCESS EXCLUSIVE MODE")

        def waiting(number: int) -> bool:
            counted = looker.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'chat_conversation'::regclass")
            row = counted.fetchone()
            return row is not None and row[0] >= number

        yield waiting


def test_one_killed_reads_fail_over_and_a_write_is_done_once(world: World, redis_url: str, record: Record) -> None:
    ticket = str(world.ticket(agent=world.agent).pk)
    headers = {"Authorization": f"Bearer {world.token(world.customer)}"}

    async def write(client: httpx.AsyncClient, subject: str, key: str | None) -> list[int]:
        """With a key again until it is answered; without one once."""
        codes: list[int] = []
        while not codes or (key and codes[-1] != httpx.codes.CREATED):
            named = {"Idempotency-Key": key} if key else {}
            try:
                answer = await client.post("tickets/", json={"subject": subject, "text": "Not paid."}, headers=named)
            except httpx.RemoteProtocolError:
                codes.append(UNANSWERED)
            else:
                codes.append(answer.status_code)
        return codes

    async def kill(split: Split) -> tuple[list[Any], list[Any], list[Any]]:
        async with httpx.AsyncClient(base_url=f"{split.url}/api/v1/", headers=headers, timeout=30, trust_env=False) as client:
            async with everything_waits() as waiting:
                reads = [asyncio.create_task(client.get(f"tickets/{ticket}/entries/")) for _ in range(EACH)]
                keyed = [asyncio.create_task(write(client, f"keyed {number}", str(uuid4()))) for number in range(EACH)]
                bare = [asyncio.create_task(write(client, f"bare {number}", None)) for number in range(EACH)]
                assert await asyncio.to_thread(eventually, lambda: waiting(3 * EACH), 5), "the requests do not wait"
                await asyncio.to_thread(split.kill, "web-1")
                repeated = 3 * EACH + 2  # what was lost with the process and is asked again, at the other one
                assert await asyncio.to_thread(eventually, lambda: waiting(repeated), 5), "nothing is asked again"
            return (await asyncio.gather(*reads), await asyncio.gather(*keyed), await asyncio.gather(*bare))

    with Split(HTTP, launcher=without("database.impatience"), DATABASE_POOL_SIZE="20") as split:
        reads, keyed, bare = asyncio.run(kill(split))
    assert [answer.status_code for answer in reads] == [200] * EACH
    assert {codes[-1] for codes in keyed} == {201}
    lost = [codes for codes in keyed if codes[0] in (httpx.codes.BAD_GATEWAY, UNANSWERED)]
    assert lost, "no write was under way where it was killed"
    told = {code for codes in bare for code in codes}
    assert 201 in told and told <= {201, 502, UNANSWERED} and len(told) > 1
    with unit_of_work(world.pandar.id):
        subjects = list(Ticket.objects.values_list("subject", flat=True))
    for number in range(EACH):
        assert subjects.count(f"keyed {number}") == 1, "done once, though asked for again"
        assert subjects.count(f"bare {number}") <= 1, "the proxy repeats no write"
    assert subjects.count("bare 0") + subjects.count("bare 1") > 0
    record("server process killed", faults=1, requests=3 * EACH, reads_failed=0, writes_lost_and_repeated=len(lost), doubled=0)


def test_one_with_sockets_killed_costs_the_requests_that_it_had_and_no_others(world: World, redis_url: str, record: Record) -> None:
    """Reads fail over; a new ticket that was under way is told as lost, or its connection is closed, and it is stored once at the most."""
    lost = ("POST /api/v1/tickets/ 502", "POST /api/v1/tickets/ RemoteProtocolError")
    requests_of = partial(Requests, token=world.token(world.customer), ticket=str(world.ticket(agent=world.agent).pk), opens=True)

    async def ask(split: Split) -> Requests:
        requests = requests_of(split.url)
        async with requests.asking(per_second=40):
            await asyncio.sleep(1)
            await asyncio.to_thread(split.kill, "socket-1")
            await asyncio.sleep(3)
        return requests

    with Split((*HTTP, *SOCKETS)) as split:
        requests = asyncio.run(ask(split))
    assert [failed for failed in requests.failed if not failed.startswith(lost)] == []
    with unit_of_work(world.pandar.id):
        stored = list(Ticket.objects.filter(subject__startswith="opened ").values_list("subject", flat=True))
    assert len(stored) == len(set(stored)), "the proxy repeats no write"
    assert set(requests.opened) <= set(stored)
    record("server process killed", faults=1, requests=requests.asked, writes_lost=len(requests.failed), doubled=0)


def test_without_looking_further_reads_are_lost_too(world: World, redis_url: str, record: Record) -> None:
    """The control: the proxy goes on sending requests to where nobody listens."""
    requests_of = partial(Requests, token=world.token(world.customer), ticket=str(world.ticket(agent=world.agent).pk))

    async def ask(split: Split) -> Requests:
        requests = requests_of(split.url)
        async with requests.asking(per_second=60):
            await asyncio.to_thread(split.kill, "socket-1")
            await asyncio.sleep(2)
        return requests

    with Split((*HTTP, *SOCKETS), changed=unaware) as split:
        requests = asyncio.run(ask(split))
    assert any(failed.startswith("GET") for failed in requests.failed)
    record("server process killed", control="the proxy's redispatch", faults=1, requests=requests.asked, failed=len(requests.failed))
