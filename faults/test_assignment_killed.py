"""Whoever assigns is killed while they do: each ticket goes to one agent, is told once, and within a minute."""
import asyncio
import os
import random
import signal
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from accounts.models import AgentProfile
from faults.crowd import Seat, client_of
from faults.queue import check_history, check_once, owed, until, waiting
from faults.record import Record
from faults.without import without
from foundation.units import unit_of_work
from pandarchat.story.client import Client
from pandarchat.testing.services import Running, Server, StartServer, StartWorker
from pandarchat.tests.checker import Broken, check_view
from pandarchat.tests.world import World

DONE_MOST = 60.0  # seconds
TICKETS = 6  # per kill; with every statement slowed down an assignment of these takes about half a second
SLOW = "jobs.slow_statements"
KILLS = {"child": 4, "parent": 2}


def children(pid: int) -> list[int]:
    """The processes that this one started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
        except OSError:  # it ended meanwhile
            pass
    return found


def kill(worker: Running, victim: str, chance: random.Random) -> None:
    pids = children(worker.process.pid) if victim == "child" else [worker.process.pid]
    os.kill(chance.choice(sorted(pids)), signal.SIGKILL)


def on_duty(world: World) -> None:
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.update(availability="available", capacity=1000, last_seen_at=None)


class Witness:
    """A manager's socket in every ticket's room."""

    def __init__(self, world: World, server: Server) -> None:
        self.world, self.server = world, server
        self.runner = asyncio.Runner()

    def __enter__(self) -> "Witness":
        seat = Seat(self.world.manager, self.world.token(self.world.manager), "")
        self.client: Client = self.runner.run(self._connected(seat))
        return self

    async def _connected(self, seat: Seat) -> Client:
        client = client_of(seat, self.server.url)
        await client.connect()
        return client

    def __exit__(self, *error: Any) -> None:
        self.runner.run(self.client.close())
        self.runner.close()

    def joins(self, tickets: list[UUID]) -> None:
        for ticket in tickets:
            self.runner.run(self.client.join(str(ticket)))

    def check(self, tickets: list[UUID]) -> None:
        """Everything was seen and heard."""
        self.runner.run(self._check({str(ticket) for ticket in tickets}))

    async def _check(self, tickets: set[str]) -> None:
        def heard() -> set[str]:
            return {heard.frame["ticket"] for heard in self.client.heard if heard.type == "ticket-assigned"}

        try:
            await self.client.until(lambda: tickets <= heard(), within=DONE_MOST)
        except TimeoutError:
            raise Broken(f"nobody was told who has {tickets - heard()}") from None
        for ticket in tickets:
            head = (await self.client.api.get(f"tickets/{ticket}/entries/"))["head"]
            await self.client.until(lambda ticket=ticket, head=head: self.client.conversations[ticket].last >= head,  # type: ignore[misc]
                                    within=DONE_MOST)
            await check_view(self.client, ticket)


@pytest.mark.parametrize("victim", ["child", "parent"])
def test_who_assigns_is_killed(
    world: World, servers: StartServer, workers: StartWorker, beats: StartWorker, redis_url: str, record: Record, rounds: int, victim: str,
) -> None:
    chance = random.Random(26)
    on_duty(world)
    worker = workers(*without(SLOW))
    beats()
    tickets: list[UUID] = []
    longest = 0.0
    with Witness(world, servers()) as witness:
        for _ in range(KILLS[victim] * rounds):
            fresh = [world.ticket().pk for _ in range(TICKETS)]
            tickets += fresh
            time.sleep(chance.uniform(0, 0.7))
            kill(worker, victim, chance)
            if victim == "parent":
                worker = workers(*without(SLOW))
            witness.joins(fresh)
            longest = max(longest, until(lambda: not waiting(world) and not owed(world), "tickets assigned and told", within=DONE_MOST))
        witness.check(tickets)
    check_once(world, tickets)
    check_history(world)
    record("worker or its child killed during assignment", victim=victim, faults=KILLS[victim] * rounds, tickets=len(tickets),
           longest_seconds=round(longest, 1))


def test_without_its_guards_a_killed_assignment_is_not_done(
    world: World, workers: StartWorker, beats: StartWorker, redis_url: str, record: Record,
) -> None:
    """The control: who dies takes the task along, and nobody comes back to it."""
    guards = ("jobs.late_acknowledgement", "jobs.periodic_assignment", "delivery.sweep")
    on_duty(world)
    worker = workers(*without(SLOW, *guards))
    beats()
    world.ticket()
    time.sleep(0.3)
    kill(worker, "parent", random.Random(26))
    workers(*without(*guards))
    with pytest.raises(Broken, match="tickets assigned"):
        until(lambda: not waiting(world), "tickets assigned", within=20)
    record("worker or its child killed during assignment", control="late acknowledgement, the sweep, and the periodic look at queues")
