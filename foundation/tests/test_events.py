"""A fact reaches its subscribers whatever dies on the way, and the row says what is still owed."""
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from celery import current_app
from django.db import connection, connections
from django.utils import timezone

from foundation import events, queueing, tasks
from foundation.events import PUSH, PUSH_TASK, Push
from foundation.models import Delivery, Event
from foundation.tests.socket_world import eventually
from foundation.units import unit_of_work
from pandarchat.environment import ROOT
from pandarchat.services.redis import RedisServer
from pandarchat.subscribers import ASSIGN
from pandarchat.testing.database import owner
from pandarchat.testing.services import StartServer, product_environment
from pandarchat.tests.world import World
from tickets import tasks as ticket_tasks

KIND = "ticket.queued"


@pytest.fixture(autouse=True)
def _open_breaker() -> None:
    queueing.breaker.succeeded()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What is handed to the queue: (task, arguments)."""
    seen: list[tuple[str, Any]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **options: seen.append((name, args)))
    return seen


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    seen: list[tuple[str, str]] = []
    monkeypatch.setattr(events.hints(), "publish", lambda group, frame, **options: seen.append((group, frame)))
    return seen


def owed(world: World) -> list[Delivery]:
    with unit_of_work(world.pandar.id):
        return list(Delivery.objects.order_by("id"))


def make_due(world: World) -> None:
    """As if the first try had been long ago."""
    with unit_of_work(world.pandar.id):
        Delivery.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def emit(world: World, **options: Any) -> None:
    with unit_of_work(world.pandar.id):
        events.emit(KIND, {"ticket": "1"}, **options)


def test_each_subscriber_is_owed_a_delivery_and_sent_one_after_the_commit(world: World, sent: list[Any]) -> None:
    with unit_of_work(world.pandar.id):
        events.emit(KIND, {"ticket": "1"})
        assert sent == []
    (delivery,) = owed(world)
    assert delivery.subscriber == ASSIGN
    assert sent == [(ASSIGN, [str(world.pandar.id), str(delivery.id)])]


def test_nothing_is_written_where_nobody_subscribed(world: World, sent: list[Any]) -> None:
    with unit_of_work(world.pandar.id):
        events.emit("nobody.listens", {"text": "x"})
        assert not Event.objects.exists()
    assert sent == []


def test_a_fact_that_was_rolled_back_is_neither_owed_nor_sent(world: World, sent: list[Any], published: list[Any]) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work(world.pandar.id):
        events.emit(KIND, push=[Push("group", "{}")])
        events.hint(Push("group", "{}"))
        raise ZeroDivisionError
    assert (owed(world), sent, published) == ([], [], [])


def test_a_push_is_published_once_and_struck_out(world: World, sent: list[Any], published: list[Any]) -> None:
    emit(world, push=[Push("group", '{"type":"x"}')])
    assert published == [("group", '{"type":"x"}')]
    assert [delivery.subscriber for delivery in owed(world)] == [ASSIGN]


DYING = """
import os, sys
import django
django.setup()
from uuid import UUID
from foundation import events
from foundation.events import Push
from foundation.units import unit_of_work
events.send = lambda *args: os._exit(9)
with unit_of_work(UUID(sys.argv[1])):
    events.emit("ticket.queued", {"ticket": "1"}, push=[Push("group", '{"type":"late"}')])
sys.exit("survived")
"""


def test_a_process_that_dies_between_commit_and_publish_swallows_nothing(world: World, sent: list[Any], published: list[Any]) -> None:
    environment = {**product_environment(), "DJANGO_SETTINGS_MODULE": "pandarchat.settings"}
    died = subprocess.run([sys.executable, "-c", DYING, str(world.pandar.id)], cwd=ROOT, env=environment, capture_output=True, text=True,
                          timeout=60, check=False)
    assert died.returncode == 9, died.stderr
    assert {delivery.subscriber for delivery in owed(world)} == {ASSIGN, PUSH}
    assert events.sweep() == 0, "what was written a moment ago has its own sender"
    make_due(world)
    assert events.sweep() == 2
    assert {name for name, _ in sent} == {ASSIGN, PUSH_TASK}
    organization, delivery = next(args for name, args in sent if name == PUSH_TASK)
    tasks.push(organization, delivery)
    assert published == [("group", '{"type":"late"}')]
    assert [delivery.subscriber for delivery in owed(world)] == [ASSIGN]
    tasks.push(organization, delivery)
    assert len(published) == 1, "a second run of the same task says nothing again"


def test_a_finished_task_strikes_its_delivery_out(world: World, sent: list[Any]) -> None:
    emit(world)
    (_, args), = sent
    ticket_tasks.assign(*args)
    assert owed(world) == []
    ticket_tasks.assign(*args)


def test_a_task_that_fails_keeps_its_row_for_the_sweep(world: World, sent: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    emit(world)
    with monkeypatch.context() as patched:
        patched.setattr("tickets.actions.assigning._decide", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ticket_tasks.assign(*sent[0][1])
    assert len(owed(world)) == 1
    make_due(world)
    assert events.sweep() == 1
    ticket_tasks.assign(*sent[-1][1])
    assert owed(world) == []


def test_a_try_waits_half_a_minute_at_most_a_dozen_times_and_then_longer(world: World, sent: list[Any]) -> None:
    emit(world)
    waits = []
    for _ in range(17):
        make_due(world)
        events.sweep()
        (delivery,) = owed(world)
        waits.append(round((delivery.next_attempt_at - timezone.now()).total_seconds() / 10) * 10)
        assert events.sweep() == 0
    assert waits == [10, *[20] * 11, 40, 80, 160, 300, 300], "with five seconds between sweeps, what Redis lost is back within thirty"
    assert owed(world)[0].attempts == 17


def test_a_sweep_crosses_organizations_and_keeps_to_its_limit(world: World, sent: list[Any]) -> None:
    for tenant in (world.pandar, world.acme):
        with unit_of_work(tenant.id):
            events.emit(KIND)
            Delivery.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    sent.clear()
    assert [events.sweep(limit=1), events.sweep(limit=1), events.sweep(limit=1)] == [1, 1, 0]
    assert {UUID(args[0]) for _, args in sent} == {world.pandar.id, world.acme.id}


def test_the_limit_holds_where_the_database_takes_the_table_for_empty(world: World, sent: list[Any], committed: None) -> None:
    """As it is whenever it was swept last: the rows that are due were then looked for once more for each row."""
    def owe() -> None:
        with unit_of_work(world.pandar.id):
            for _ in range(20):
                events.emit(KIND)
        make_due(world)

    owe()
    with unit_of_work(world.pandar.id):
        Delivery.objects.all().delete()
    with owner(str(connection.settings_dict["NAME"])) as session:
        session.execute("VACUUM (ANALYZE, TRUNCATE off) foundation_delivery")
    owe()
    assert [events.sweep(limit=3), events.sweep(limit=3)] == [3, 3]


def test_sweeps_at_once_claim_each_delivery_once(world: World, sent: list[Any]) -> None:
    with unit_of_work(world.pandar.id):
        for _ in range(60):
            events.emit(KIND)
    make_due(world)
    sent.clear()

    def sweep(_: int) -> int:
        try:
            return events.sweep(limit=25)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(sweep, range(6))) == 60
    assert len({args[1] for _, args in sent}) == len(sent) == 60


def test_a_claim_that_is_rolled_back_is_due_again(world: World, sent: list[Any]) -> None:
    emit(world)
    make_due(world)
    with pytest.raises(ZeroDivisionError), unit_of_work(world.acme.id):
        assert events.sweep() == 1
        raise ZeroDivisionError
    assert events.sweep() == 1


def test_while_redis_is_away_a_request_succeeds_and_its_row_remains(
    world: World, servers: StartServer, own_redis: RedisServer, sent: list[Any],
) -> None:
    server = servers(REDIS_URL=own_redis.url)
    own_redis.kill()
    with world.http(world.customer, server) as http:
        answer = http.post("tickets/", json={"subject": "While Redis is away", "text": "Hello"})
        assert answer.status_code == 201
        assert http.get("tickets/").json()["count"] == 1
    assert ASSIGN in {delivery.subscriber for delivery in owed(world)}
    make_due(world)
    events.sweep()
    assert ASSIGN in {name for name, _ in sent}


def test_what_the_queue_does_not_take_is_not_tried_at_once_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def away(*args: Any, **options: Any) -> None:
        tries.append(args)
        raise OSError("refused")

    monkeypatch.setattr(current_app, "send_task", away)
    for _ in range(5):
        assert queueing.enqueue(ASSIGN, world.pandar.id, world.pandar.id) is False
    assert len(tries) == 1
    queueing.breaker.succeeded()
    monkeypatch.setattr(current_app, "send_task", lambda *args, **options: None)
    assert queueing.enqueue(ASSIGN, world.pandar.id, world.pandar.id) is True


def test_a_worker_takes_a_delivery_from_the_real_queue(world: World, workers: Any, redis_url: str) -> None:
    workers()
    emit(world)
    eventually(lambda: owed(world) == [], "the worker struck it out")
