"""What a customer is told while they wait: their place, whether anybody is there, and that the queue moved."""
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AgentProfile
from foundation.units import unit_of_work
from pandarchat.testing.services import Server
from pandarchat.tests.world import Planted
from tickets import queries
from tickets.actions import escalating, moves, opening, waiting
from tickets.actions.assigning import assign_queue
from tickets.models import Priority, QueueSettings, Ticket
from tickets.tests.sla_world import later, promise


def place(world: Any, ticket: Ticket, person: Any = None) -> dict[str, Any] | None:
    found: dict[str, Any] | None = world.api(person or world.customer).get(f"tickets/{ticket.pk}/").data["waiting"]
    return found


def every_agent(world: Any, **given: Any) -> None:
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.update(**given)


def test_the_place_is_that_of_the_queue(world: Any) -> None:
    made = [world.ticket() for _ in range(4)]
    with unit_of_work(world.pandar.id):
        Ticket.objects.filter(pk=made[2].pk).update(priority=4)
    listed = {row["ticket"]["id"]: row["position"] for row in world.api(world.manager).get("queue/").data}
    for ticket in made:
        shown = place(world, ticket)
        assert shown is not None
        assert (shown["position"], shown["exact"]) == (listed[str(ticket.pk)], True)
        assert shown == place(world, ticket, world.manager)


def test_others_of_another_organization_do_not_count(world: Any) -> None:
    world.ticket(world.acme.customer)
    shown = place(world, world.ticket())
    assert shown is not None
    assert shown["position"] == 1


def test_whoever_does_not_wait_has_no_place(world: Any) -> None:
    assert place(world, world.ticket(agent=world.agent)) is None


def test_far_behind_nobody_counts(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PLACES_MOST", 2)
    made = [world.ticket() for _ in range(4)]
    shown = [place(world, ticket) for ticket in made]
    assert [(one["position"], one["exact"]) for one in shown if one] == [(1, True), (2, True), (2, False), (2, False)]


@pytest.mark.parametrize(("availability", "capacity", "attended"), [
    ("available", 5, True), ("available", 0, True), ("away", 5, False), ("offline", 5, False)])
def test_whether_anybody_is_there(world: Any, availability: str, capacity: int, attended: bool) -> None:
    every_agent(world, availability=availability, capacity=capacity)
    shown = place(world, world.ticket())
    assert shown is not None
    assert shown["attended"] is attended


def test_a_paused_assignment_does_not_mean_that_nobody_is_there(world: Any) -> None:
    every_agent(world, availability="available")
    with unit_of_work(world.pandar.id):
        QueueSettings.objects.update_or_create(pk=world.pandar.id, defaults={"assigns_automatically": False})
    shown = place(world, world.ticket())
    assert shown is not None
    assert shown["attended"]


def test_nothing_is_counted_for_what_does_not_wait(world: Any) -> None:
    """The count costs what it reads; a ticket that somebody has reads nothing of the queue."""
    ticket = world.ticket(agent=world.agent)
    with CaptureQueriesContext(connection) as asked:
        place(world, ticket)
    assert not any("b.priority" in query["sql"] for query in asked.captured_queries)


@pytest.fixture
def no_memory() -> Iterator[None]:
    waiting._told.clear()
    yield
    waiting._told.clear()


def test_who_waits_hears_that_the_queue_moved(planted: Planted, server: Server, no_memory: None) -> None:
    world = planted.world
    first = world.ticket(world.customer)
    with world.socket(world.customer, server) as customer, world.socket(world.acme.customer, server) as stranger:
        for client in (customer, stranger):
            assert client.ask("watch-queue")["type"] == "ok"
        teammate = world.actor(world.teammate)
        world.available(world.teammate)
        with unit_of_work(teammate):
            moves.take(actor=teammate, ticket=first.pk)
        moved = customer.wait(lambda frame: frame["type"] == "queue-moved")
        assert moved == {"type": "queue-moved"}
        stranger.ask("watch-queue", watching=False)
        assert all(frame["type"] != "queue-moved" for frame in stranger.frames)


def test_who_did_not_ask_or_asks_no_more_hears_nothing(planted: Planted, server: Server, no_memory: None) -> None:
    world = planted.world
    first = world.ticket(world.customer)
    with world.socket(world.customer, server) as asked, world.socket(world.customer, server) as never, \
            world.socket(world.customer, server) as no_more:
        asked.ask("watch-queue")
        no_more.ask("watch-queue")
        no_more.ask("watch-queue", watching=False)
        teammate = world.actor(world.teammate)
        world.available(world.teammate)
        with unit_of_work(teammate):
            moves.take(actor=teammate, ticket=first.pk)
        asked.wait(lambda frame: frame["type"] == "queue-moved")
        for silent in (never, no_more):
            silent.ask("watch-queue", watching=False)
            assert all(frame["type"] != "queue-moved" for frame in silent.frames)


class Recorder:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def publish(self, group: str, frame: str, *, exclude: str = "") -> None:
        self.heard.append(group)


def test_it_is_said_once_however_fast_it_moves(world: Any, committed: None, monkeypatch: pytest.MonkeyPatch, no_memory: None) -> None:
    recorder, now = Recorder(), [100.0]
    monkeypatch.setattr("tickets.actions.waiting.events.hints", lambda: recorder)
    monkeypatch.setattr(waiting, "monotonic", lambda: now[0])
    group = waiting.waiting_group(world.pandar.id)
    for seconds, told in ((0.0, 1), (1.0, 1), (2.5, 2), (3.0, 2), (4.6, 3)):
        now[0] = 100.0 + seconds
        with unit_of_work(world.pandar.id):
            before = recorder.heard.count(group)
            waiting.queue_moved(world.pandar.id)
            assert recorder.heard.count(group) == before  # not before the commit
        assert recorder.heard.count(group) == told


def test_an_assignment_that_gives_nothing_moves_nothing(world: Any, committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr("tickets.actions.assigning.queue_moved", told.append)
    every_agent(world, availability="away")
    world.ticket()
    assign_queue(organization=world.pandar.id)
    assert told == []
    every_agent(world, availability="available")
    assert assign_queue(organization=world.pandar.id) == 1
    assert told == [world.pandar.id]


def test_another_order_is_a_move_too(world: Any, committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits loses or gains a place by what is done with others; what leaves the order as it is tells nobody."""
    told: list[Any] = []
    for module in ("moves", "escalating"):
        monkeypatch.setattr(f"tickets.actions.{module}.queue_moved", told.append)
    promise(world)
    waits, held = world.ticket(), world.ticket(agent=world.agent)
    api = world.api(world.manager)

    def tells(ticket: Ticket, path: str = "", **body: Any) -> int:
        before, address = len(told), f"tickets/{ticket.pk}/"
        given = {"version": api.get(address).data["version"], **body}
        answer = api.post(address + path, given) if path else api.patch(address, given)
        assert answer.status == 200, answer.text
        return len(told) - before

    assert tells(waits, priority="high") == 1
    assert [tells(waits, **what) for what in ({"priority": "high"}, {"subject": "Another"})] == [0, 0]
    assert tells(held, priority="high") == 0
    assert tells(held, "release/") == 1
    told.clear()
    later(world, waits, minutes=61)
    assert escalating.escalate_due(organization=world.pandar.id) == 1
    assert told == [world.pandar.id]


@pytest.mark.parametrize(("priority", "moves_others"), [(Priority.NORMAL, False), (Priority.HIGH, True)])
def test_a_new_ticket_that_comes_before_others_moves_them(
        world: Any, committed: None, monkeypatch: pytest.MonkeyPatch, priority: Priority, moves_others: bool) -> None:
    told: list[Any] = []
    monkeypatch.setattr("tickets.actions.opening.queue_moved", told.append)
    with unit_of_work(world.pandar.id):
        opening.open_within(actor=world.actor(world.customer), new=opening.NewTicket(subject="s", text="t", priority=priority))
    assert told == [world.pandar.id] * moves_others
