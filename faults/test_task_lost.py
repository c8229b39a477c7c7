"""Redis is wiped after a task was enqueued: the delivery's row brings it back, also when that happens again, and it is done once."""
import time
from collections.abc import Iterator
from typing import cast

import pytest
from django_celery_beat.models import PeriodicTask
from redis import Redis

from faults.crowd import CONVERGE_MOST
from faults.record import Record
from faults.without import without
from foundation import events
from foundation.units import unit_of_work
from pandarchat.testing.services import Server, StartWorker
from pandarchat.tests.checker import Broken, check_settled
from pandarchat.tests.world import World
from tickets.models import Ticket

TICKETS = 4
GATHERED = 0.5  # seconds within which what is enqueued together stands in the queue
DUE = 5.5, 10.5, 20.5  # seconds until the sweep comes back to a delivery, the first time, the second and each further one


@pytest.fixture
def only_deliveries(committed: None) -> Iterator[None]:
    """The periodic assignment would find the tickets too."""
    job = PeriodicTask.objects.filter(name="Assign the queues")
    assert job.update(enabled=False) == 1
    yield
    job.update(enabled=True)


def enqueued_and_wiped(world: World, server: Server, redis: Redis, wipes: int) -> float:
    """Tickets are opened and nobody works yet; the queue is wiped each time that their tasks stand in it. Returns when it last was."""
    world.available(world.agent)
    with world.http(world.customer, server) as api:
        for number in range(TICKETS):
            assert api.post("tickets/", json={"subject": f"ticket {number}", "text": "Hello"}).status_code == 201
    for wipe in range(wipes):
        if wipe:
            time.sleep(DUE[wipe - 1])
            events.sweep()
        time.sleep(GATHERED)
        assert cast(int, redis.llen("celery")) >= 1, "nothing was enqueued, so nothing is lost"
        redis.flushall()
    return time.monotonic()


def seconds_to_settle(world: World, since: float) -> float:
    """Until nothing is owed any more; raises Broken after CONVERGE_MOST."""
    while True:
        try:
            check_settled(world.pandar.id)
        except Broken:
            if time.monotonic() > since + CONVERGE_MOST:
                raise
            time.sleep(0.2)
        else:
            return time.monotonic() - since


@pytest.mark.parametrize("wipes", [1, 4])
def test_redis_wiped_after_a_task_was_enqueued(
    world: World, server: Server, workers: StartWorker, beats: StartWorker, only_deliveries: None, redis_url: str, record: Record,
    wipes: int,
) -> None:
    wiped = enqueued_and_wiped(world, server, Redis.from_url(redis_url), wipes)
    with world.socket(world.agent, server):
        workers()
        beats()
        seconds = seconds_to_settle(world, wiped)
    with unit_of_work(world.pandar.id):
        assert set(Ticket.objects.values_list("assignee", flat=True)) == {world.agent.id}
    record("Redis wiped after a task was enqueued", faults=wipes, tasks=TICKETS, done_seconds=round(seconds, 1))


def test_without_the_sweep_the_task_never_comes_back(
    world: World, server: Server, workers: StartWorker, beats: StartWorker, only_deliveries: None, redis_url: str, record: Record,
) -> None:
    wiped = enqueued_and_wiped(world, server, Redis.from_url(redis_url), 1)
    with world.socket(world.agent, server):
        workers(*without("delivery.sweep"))
        beats()
        with pytest.raises(Broken, match="still owed"):
            seconds_to_settle(world, wiped)
    record("Redis wiped after a task was enqueued", control="the sweep of deliveries")
