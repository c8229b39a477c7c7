"""The queue gives its tickets to agents: in the database, by any number of workers, against people who take and give back meanwhile."""
import json
from collections import Counter
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import AgentProfile, AgentSkill, AuditEntry, Skill
from accounts.tests.parallel import at_once
from chat.models import Conversation, Entry
from foundation import events
from foundation.errors import Conflict
from foundation.models import Delivery, Event
from foundation.tests.socket_world import eventually
from foundation.units import unit_of_work
from pandarchat.schedule import JOBS
from tickets import tasks
from tickets.actions import moves
from tickets.actions.assigning import assign_queue
from tickets.models import OPEN, Category, QueueSettings, Ticket


def run(world: Any) -> int:
    return assign_queue(organization=world.pandar.id)


def on_duty(world: Any, capacity: int = 5) -> None:
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.update(availability="available", capacity=capacity)


def tickets(world: Any) -> list[Ticket]:
    with unit_of_work(world.pandar.id):
        return list(Ticket.objects.order_by("created_at"))


def check(world: Any) -> None:
    """What holds at any moment: capacities, dense numbers, one entry for each time that a ticket became assigned."""
    with unit_of_work(world.pandar.id):
        for profile in AgentProfile.objects.all():
            assert Ticket.objects.filter(assignee_id=profile.pk, status__in=OPEN).count() <= profile.capacity
        for conversation in Conversation.objects.all():
            entries = Entry.objects.filter(conversation=conversation).order_by("staff_seq")
            assert [entry.staff_seq for entry in entries] == list(range(1, conversation.staff_seq + 1))
            public = [entry.public_seq for entry in entries if entry.public_seq is not None]
            assert public == list(range(1, conversation.public_seq + 1))
            state = "queued"
            data: Any
            for kind, data in entries.values_list("kind", "data"):
                if kind == "assignment":
                    assert state == data["from"] == "queued", "never twice"
                    state = "assigned"
                elif kind == "status":
                    assert state == data["from"]
                    state = data["to"]
            assert state == conversation.ticket.status
            given: Any = entries.filter(kind="assignment").values_list("data", flat=True)
            last = [data["assignee"]["id"] for data in given]
            assert str(conversation.ticket.assignee_id) == (last[-1] if state != "queued" else "None")


def test_everything_that_an_assignment_writes(world: Any) -> None:
    on_duty(world)
    made = [world.ticket() for _ in range(3)]
    assert run(world) == 3
    found = tickets(world)
    assert [t.assignee_id for t in found] == [world.agent.id, world.teammate.id, world.agent.id]
    assert {(t.status, t.version, t.assigned_at is not None, t.preferred_agent_id, t.released_by_id) for t in found} == {
        ("assigned", 2, True, None, None)
    }
    with unit_of_work(world.pandar.id):
        assert dict(AgentProfile.objects.values_list("pk", "turn")) == {world.agent.id: 3, world.teammate.id: 2}
        for ticket, person in zip(made, (world.agent, world.teammate, world.agent), strict=True):
            entry = Entry.objects.get(conversation_id=ticket.pk, kind="assignment")
            assert (entry.staff_seq, entry.public_seq, entry.sender_id, entry.sender_name) == (2, 2, None, "Pandar Chat")
            assert entry.data == {"assignee": {"id": str(person.id), "name": person.name}, "from": "queued"}
            conversation = Conversation.objects.get(id=ticket.pk)
            assert (conversation.staff_seq, conversation.public_seq, conversation.staff_wakes, conversation.customer_wakes) == (
                2,
                2,
                True,
                False,
            )
        told = Event.objects.filter(kind="ticket.assigned")
        assert {fact.payload["ticket"] for fact in told} == {str(ticket.pk) for ticket in made}
        assert not Delivery.objects.exists(), "all told"
        assert not AuditEntry.objects.filter(action="ticket_reassigned").exists()
    check(world)


def test_staff_and_customer_are_told_after_the_commit(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = world.ticket()
    on_duty(world)
    frames: list[tuple[str, Any]] = []
    monkeypatch.setattr(events.hints(), "publish", lambda group, frame, exclude="": frames.append((group, json.loads(frame))))
    run(world)
    kinds = Counter((group.rsplit(":", 1)[1], frame["type"]) for group, frame in frames)
    assert kinds == {("staff", "entry"): 1, ("public", "entry"): 1, ("staff", "ticket-assigned"): 1, ("staff", "queue-updated"): 1,
                     (str(world.customer.id), "ticket-updated"): 1, (str(world.pandar.id), "queue-moved"): 1}
    (assigned,) = [frame for _, frame in frames if frame["type"] == "ticket-assigned"]
    assert (assigned["ticket"], assigned["number"], assigned["assignee"]["name"]) == (str(ticket.pk), "PAN-1001", world.agent.name)


def test_a_process_that_dies_before_telling_still_owes_it(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from tickets.actions import assigning

    world.ticket()
    on_duty(world)
    monkeypatch.setattr(assigning, "_tell", lambda *given: None)
    run(world)
    with unit_of_work(world.pandar.id):
        owed = Delivery.objects.select_related("event").get()
        assert (owed.subscriber, owed.event.kind, len(owed.event.payload["push"])) == (events.PUSH, "ticket.assigned", 1)


def test_nobody_on_duty_nothing_happens(world: Any) -> None:
    world.ticket()
    assert run(world) == 0
    assert [t.status for t in tickets(world)] == ["queued"]


def test_a_category_names_the_skill_that_its_tickets_need(world: Any) -> None:
    """The older ticket waits for whoever knows it; the others go past it."""
    ids = {"organization_id": world.pandar.id}
    with unit_of_work(world.pandar.id):
        skill = Skill.objects.create(**ids, name="Payouts")
        Category.objects.create(**ids, slug="payouts", name="Payouts", skill=skill)
        Category.objects.create(**ids, slug="other", name="Other")
    needing, plain, other = world.ticket(category="payouts"), world.ticket(), world.ticket(category="other")
    on_duty(world)
    assert run(world) == 2
    assert [world.pandar.fresh(ticket).status for ticket in (needing, plain, other)] == ["queued", "assigned", "assigned"]
    with unit_of_work(world.pandar.id):
        AgentSkill.objects.create(**ids, agent_id=world.teammate.id, skill=skill)
    assert run(world) == 1
    assert world.pandar.fresh(needing).assignee_id == world.teammate.id


def test_switched_off_nothing_is_assigned(world: Any) -> None:
    world.ticket()
    on_duty(world)
    with unit_of_work(world.pandar.id):
        QueueSettings.objects.update(assigns_automatically=False)
    assert run(world) == 0
    with unit_of_work(world.pandar.id):
        QueueSettings.objects.update(assigns_automatically=True)
    assert run(world) == 1


def test_by_priority_while_there_is_room(world: Any) -> None:
    made = [world.ticket() for _ in range(4)]
    with unit_of_work(world.pandar.id):
        Ticket.objects.filter(pk=made[3].pk).update(priority=4)
    on_duty(world, capacity=1)
    assert run(world) == 2
    assert [t.status for t in tickets(world)] == ["assigned", "queued", "queued", "assigned"]
    assert run(world) == 0
    check(world)


def test_the_round_goes_on_over_runs(world: Any) -> None:
    on_duty(world, capacity=100)
    for _ in range(7):
        world.ticket()
        run(world)
    counts = Counter(t.assignee_id for t in tickets(world))
    assert sorted(counts.values()) == [3, 4]


def test_a_reopened_ticket_goes_back_to_its_agent(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    world.api(world.agent).post(f"tickets/{ticket.pk}/status/", {"status": "resolved"})
    world.say(world.customer, ticket)
    on_duty(world)
    run(world)
    assert world.pandar.fresh(ticket).assignee_id == world.agent.id
    assert world.pandar.fresh(ticket).preferred_agent_id is None


def test_a_released_ticket_goes_to_somebody_else(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    world.api(world.agent).post(f"tickets/{ticket.pk}/release/")
    on_duty(world)
    run(world)
    assert world.pandar.fresh(ticket).assignee_id == world.teammate.id


def test_one_organization_at_a_time(world: Any) -> None:
    foreign = world.ticket(world.acme.customer)
    on_duty(world)
    assert run(world) == 0
    assert world.acme.fresh(foreign).status == "queued"


def test_a_hundred_deliveries_are_answered_by_one_run(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []
    monkeypatch.setattr(tasks.assigning, "assign_queue", lambda **given: runs.append(assign_queue(**given)))
    with unit_of_work(world.pandar.id):
        for _ in range(100):
            events.emit("agent.available", {"agent": "x"})
        owed = list(Delivery.objects.values_list("id", flat=True))
    assert len(owed) == 100
    on_duty(world)
    world.ticket()
    for delivery in owed:
        tasks.assign(str(world.pandar.id), str(delivery))
    assert runs == [1]
    with unit_of_work(world.pandar.id):
        assert not Delivery.objects.filter(subscriber="tickets.tasks.assign").exists()


def test_a_run_that_fails_answers_nobody(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from tickets.actions import assigning

    on_duty(world)
    ticket = world.ticket()

    def fail(*given: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(assigning.events, "finish", fail)
    with suppress(ZeroDivisionError):
        run(world)
    assert world.pandar.fresh(ticket).status == "queued"
    with unit_of_work(world.pandar.id):
        assert Delivery.objects.filter(subscriber="tickets.tasks.assign").count() == 1


def test_beat_finds_every_queue(world: Any) -> None:
    ours, theirs = world.ticket(), world.ticket(world.acme.customer)
    world.available(world.agent)
    world.available(world.acme.agent)
    tasks.assign_all()
    assert (world.pandar.fresh(ours).status, world.acme.fresh(theirs).status) == ("assigned", "assigned")
    assert "tickets.tasks.assign_all" in {job.task for job in JOBS}


def test_eight_workers_assign_each_ticket_once(world: Any) -> None:
    for _ in range(12):
        world.ticket()
    on_duty(world, capacity=5)
    assert sum(at_once([lambda: run(world)] * 8)) == 10
    assert Counter(t.assignee_id for t in tickets(world)) == {world.agent.id: 5, world.teammate.id: 5, None: 2}
    check(world)


def test_workers_against_people(world: Any) -> None:
    """Assignments, takes, releases and messages all at once: no deadlock, never over capacity, never twice."""
    made = [world.ticket() for _ in range(10)]
    on_duty(world, capacity=3)
    actors = {person.id: world.actor(person) for person in (world.agent, world.teammate)}

    def work() -> int:
        return sum(run(world) for _ in range(8))

    def take_and_release(person: Any, order: int) -> int:
        done = 0
        for ticket in made[::order] * 2:
            for act in (moves.take, moves.release):
                with suppress(Conflict, moves.Forbidden), unit_of_work(world.pandar.id):
                    act(actor=actors[person.id], ticket=ticket.pk)
                    done += 1
        return done

    def talk() -> int:
        return len([world.say(world.customer, ticket) for ticket in made])

    at_once([work, work, work, lambda: take_and_release(world.agent, 1), lambda: take_and_release(world.agent, -1),
             lambda: take_and_release(world.teammate, 1), talk, talk])
    check(world)
    run(world)
    check(world)
    waiting = world.api(world.manager).get("queue/").data
    assert "next" not in {row["reason"] for row in waiting}, "nothing stood still"


def test_of_a_taker_and_an_assignment_one_gets_it(world: Any) -> None:
    on_duty(world, capacity=50)
    actor = world.actor(world.agent)
    for _ in range(6):
        ticket = world.ticket()

        def take(ticket: Ticket = ticket) -> int:
            with suppress(Conflict), unit_of_work(world.pandar.id):
                moves.take(actor=actor, ticket=ticket.pk)
                return 1
            return 0

        assert sum(at_once([take, lambda: run(world)])) == 1
        assert world.pandar.fresh(ticket).version == 2
    check(world)


def test_without_the_lock_the_check_would_see_it(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: two runs that decided before either wrote give one agent more than fits."""
    from tickets.actions import assigning

    for _ in range(2):
        world.ticket()
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.filter(user=world.agent).update(availability="available", capacity=1)
        decided = assigning._decide()
        (first, second) = tickets(world)
    with unit_of_work(world.pandar.id):
        assigning._give(world.pandar.id, decided)
    with unit_of_work(world.pandar.id):
        assigning._give(world.pandar.id, [assigning.Assigned(second.pk, world.agent.id, 9)])
    with pytest.raises(AssertionError):
        check(world)
    assert world.pandar.fresh(first).status == "assigned"


def test_a_ticket_that_was_taken_meanwhile_is_left_alone(world: Any) -> None:
    from tickets.actions import assigning

    ticket = world.ticket(agent=world.teammate)
    with unit_of_work(world.pandar.id):
        assigning._give(world.pandar.id, [assigning.Assigned(ticket.pk, world.agent.id, 9)])
    assert (world.pandar.fresh(ticket).assignee_id, world.pandar.fresh(ticket).version) == (world.teammate.id, 2)
    check(world)


def test_with_a_real_worker_it_is_assigned_by_itself(world: Any, redis_url: str, workers: Any, server: Any) -> None:
    workers()
    world.available(world.agent)
    with world.http(world.customer, server) as client:
        opened = client.post("tickets/", json={"subject": "Help", "text": "Please"}).json()["data"]
        shown = eventually(
            lambda: (row := client.get(f"tickets/{opened['id']}/").json()["data"])["status"] == "assigned" and row, "assigned"
        )
    assert shown["assignee"]["id"] == str(world.agent.id)
    with unit_of_work(world.pandar.id):
        eventually(lambda: not Delivery.objects.exists(), "nothing is owed any more")


def test_with_a_real_worker_beats_task_assigns(world: Any, redis_url: str, workers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from foundation import queueing

    monkeypatch.setattr(queueing, "enqueue", lambda *given: False)  # Redis took nothing
    ticket = world.ticket()
    world.available(world.agent)
    assert world.pandar.fresh(ticket).status == "queued"
    workers()
    tasks.assign_all.delay()
    eventually(lambda: world.pandar.fresh(ticket).status == "assigned", "assigned by beat's task")


def test_nobody_is_assigned_twice_by_a_repeated_task(world: Any) -> None:
    on_duty(world)
    ticket = world.ticket()
    for _ in range(3):
        tasks.assign(str(world.pandar.id), str(uuid4()))
    assert world.pandar.fresh(ticket).status == "queued", "an unknown delivery asks for nothing"
    run(world)
    run(world)
    assert world.pandar.fresh(ticket).version == 2


class Explained(Exception):
    """Instead of being given, the tickets were explained."""


def pairs_looked_at(world: Any, monkeypatch: pytest.MonkeyPatch, give: str, many: int) -> int:
    """How many pairs of rows of its own steps the statement that gives so many tickets joins in vain."""
    from django.db import connection

    from tickets.actions import assigning

    monkeypatch.setattr(assigning, "GIVE", give)

    def explain(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if sql != give:
            return execute(sql, params, many, context)
        execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params, many, context)
        (document,) = context["cursor"].fetchone()
        raise Explained(json.loads(document) if isinstance(document, str) else document)

    while len(tickets(world)) < many:
        world.ticket()
    on_duty(world, capacity=many)
    with pytest.raises(Explained) as found, connection.execute_wrapper(explain):
        run(world)
    return in_vain(found.value.args[0][0]["Plan"])


def in_vain(step: dict[str, Any]) -> int:
    below = step.get("Plans", ())
    both = sum(part["Node Type"] == "CTE Scan" for part in below) > 1  # in tables as small as these, all pairs are a good plan
    return sum(map(in_vain, below)) + (int(step.get("Rows Removed by Join Filter", 0) * step["Actual Loops"]) if both else 0)


def test_giving_joins_nothing_by_looking_at_all_pairs(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL expects one row of each step that writes, and joins two of them so. The second is the negative control."""
    from tickets.actions import assigning

    many, give = 20, assigning.GIVE
    joined = give.replace("FROM said e", "FROM said e JOIN moved m ON m.conversation_id = e.conversation_id")
    assert pairs_looked_at(world, monkeypatch, give, many) == 0
    assert pairs_looked_at(world, monkeypatch, joined, many) == many * (many - 1)
