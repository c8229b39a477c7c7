"""200 agents and one queue, all at once: nobody gets more than fits, no ticket goes twice, and equal agents get equally many."""
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID

import httpx
import pytest
from django.db import connections

from accounts.models import AgentProfile, User
from faults.crowd import person
from faults.queue import check_capacity, check_history, check_once, counts, until, waiting
from faults.record import Record
from faults.without import without
from foundation.models import Delivery
from foundation.units import unit_of_work
from pandarchat.testing.services import Server, StartServer, StartWorker
from pandarchat.tests.checker import Broken
from pandarchat.tests.world import World
from tickets.models import Ticket
from tickets.tasks import assign_all

AGENTS, TICKETS, CAPACITY = 200, 300, 2
WORKERS = 2  # of two children each
ACTS = 3  # of each agent
BUSY = "503"  # more came at once than there is room for, and are told when to come again
ASKED = 12  # how often the assignment is asked for at once
FAULT = "200 agents, one queue, all at once"


def crew(world: World, how_many: int) -> list[User]:
    """Agents, off duty."""
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.update(availability="offline")
    agents = [person(world, f"crew-{number}", "agent") for number in range(how_many)]
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.filter(pk__in=[agent.pk for agent in agents]).update(capacity=CAPACITY)
    return agents


def on_duty(agents: list[User], world: World) -> None:
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.filter(pk__in=[agent.pk for agent in agents]).update(availability="available")


def assigned_by_all(world: World, agents: list[User], tickets: int) -> float:
    """All agents come on duty in one moment and every worker is told; seconds until nothing waits that could be given."""
    for _ in range(tickets):
        world.ticket()
    on_duty(agents, world)
    for _ in range(ASKED):
        assign_all.delay()
    room = len(agents) * CAPACITY
    return until(lambda: waiting(world) <= max(0, tickets - room), "tickets assigned", within=60)


def check_evenly(world: World) -> None:
    given = counts(world)
    if given[-1] - given[0] > 1:
        raise Broken(f"equal agents were given between {given[0]} and {given[-1]}")


def everybody(world: World, agents: list[User], servers: list[Server], acts: int) -> dict[str, int]:
    """From one moment on all agents take, give back, finish, leave and come back through REST, in the order that chance gives each."""
    barrier = threading.Barrier(len(agents))
    tokens = [world.token(agent) for agent in agents]
    with unit_of_work(world.pandar.id):
        known = [str(key) for key in Ticket.objects.values_list("pk", flat=True)]
    answers: dict[str, int] = {}
    lock = threading.Lock()

    def act(number: int) -> None:
        chance = random.Random(number)
        server = servers[number % len(servers)]
        headers = {"Authorization": f"Bearer {tokens[number]}"}
        kept = httpx.Limits(max_keepalive_connections=0)  # between two requests of a crowd like this the server may hang up
        with httpx.Client(base_url=f"{server.url}/api/v1/", headers=headers, timeout=60, trust_env=False, limits=kept,
                          verify=False) as api:  # noqa: S501 (plain)
            barrier.wait()
            for _ in range(acts):
                status = one_act(api, chance, known)
                with lock:
                    answers[str(status)] = answers.get(str(status), 0) + 1

    with ThreadPoolExecutor(len(agents)) as threads:
        list(threads.map(act, range(len(agents))))
    return answers


def one_act(api: httpx.Client, chance: random.Random, tickets: list[str]) -> int:
    ticket = chance.choice(tickets)
    acts: list[Callable[[], httpx.Response]] = [
        lambda: api.post(f"tickets/{ticket}/take/", json={}),
        lambda: api.post(f"tickets/{ticket}/take/", json={}),
        lambda: api.post(f"tickets/{ticket}/release/", json={}),
        lambda: api.post(f"tickets/{ticket}/status/", json={"status": chance.choice(["in_progress", "pending", "resolved"])}),
        lambda: api.patch("agents/me/", json={"availability": chance.choice(["available", "available", "away"])}),
    ]
    return chance.choice(acts)().status_code


@contextmanager
def watched(world: World) -> Iterator[list[str]]:
    """What was wrong with anybody's capacity at any moment meanwhile."""
    over: list[str] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(0.05):
            try:
                check_capacity(world)
            except Broken as broken:
                over.append(str(broken))
        connections.close_all()

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield over
    finally:
        stop.set()
        watcher.join()


def test_200_agents_at_one_queue(
    world: World, servers: StartServer, workers: StartWorker, redis_url: str, record: Record, rounds: int,
) -> None:
    agents = crew(world, AGENTS)
    two = [servers(PANDAR_RATE_LIMITS="off") for _ in range(2)]
    for _ in range(WORKERS):
        workers()
    with watched(world) as over:
        took = assigned_by_all(world, agents, TICKETS)
        given = counts(world)
        check_evenly(world)
        check_once(world, [*tickets_of(world)])
        answers = everybody(world, agents, two, ACTS * rounds)
        until(lambda: settled(world), "the workers are done", within=60)
    assert not over, over[0]
    check_capacity(world)
    check_history(world)
    assert not [status for status in answers if status.startswith("5") and status != BUSY], answers
    assert answers.get("200"), answers
    record(FAULT, agents=AGENTS, tickets=TICKETS, assigned_seconds=round(took, 1), fewest=given[0], most=given[-1],
           requests=sum(answers.values()), done=answers["200"], refused=sum(answers.values()) - answers["200"])


def tickets_of(world: World) -> list[UUID]:
    with unit_of_work(world.pandar.id):
        return list(Ticket.objects.values_list("pk", flat=True))


def settled(world: World) -> bool:
    """Whoever asked for an assignment was answered."""
    with unit_of_work(world.pandar.id):
        return not Delivery.objects.filter(subscriber="tickets.tasks.assign").exists()


@pytest.mark.by_chance
def test_without_locks_it_is_unfair_or_too_much(world: World, workers: StartWorker, redis_url: str, record: Record) -> None:
    """The control."""
    agents = crew(world, 20)
    for _ in range(WORKERS):
        workers(*without("jobs.assignment_locks"))
    with pytest.raises(Broken):
        assigned_by_all(world, agents, 30)
        time.sleep(2)
        check_evenly(world)
        check_once(world, tickets_of(world))
        check_history(world)
    record(FAULT, control="the locks of the assignment")
