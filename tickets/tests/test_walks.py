"""People and workers do anything at all to a ticket, in any order: it never leaves the table, and nothing breaks."""
import random
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from accounts.models import AgentProfile, Skill
from foundation.units import unit_of_work
from tickets.actions import leftovers
from tickets.actions.assigning import assign_queue
from tickets.models import Status, Ticket
from tickets.tests.test_assigning import check
from tickets.tests.test_lifecycle import TABLE

STEPS = 45


@pytest.mark.parametrize("seed", range(6))
def test_any_walk_stays_in_the_table(world: Any, seed: int) -> None:
    rng = random.Random(seed)
    ticket = world.ticket()
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.update(availability="available", capacity=2)
        skill = str(Skill.objects.create(organization_id=world.pandar.id, name="Cards").pk)
    path, staff = f"tickets/{ticket.pk}", [world.agent, world.teammate, world.manager]

    def post(people: list[Any], act: str, **body: Any) -> Any:
        return world.api(rng.choice(people)).post(f"{path}/{act}/", body)

    def gone() -> None:
        with unit_of_work(world.pandar.id):
            AgentProfile.objects.update(availability="offline", went_offline_at="2020-01-01T00:00:00Z")
            Ticket.objects.exclude(assigned_at=None).update(assigned_at="2020-01-01T00:00:00Z")
        leftovers.requeue_abandoned(organization=world.pandar.id)
        with unit_of_work(world.pandar.id):
            AgentProfile.objects.update(availability="available", went_offline_at=None, last_seen_at=Now())

    doings: list[tuple[set[str], Any]] = [
        ({"take"}, lambda: post(staff, "take")),
        ({"release"}, lambda: post(staff, "release")),
        ({"transfer"}, lambda: post(staff, "transfer", skill=rng.choice([None, skill]))),
        ({"reassign"}, lambda: post([world.manager], "reassign", agent=str(rng.choice(staff).id))),
        (
            {"agent", "manager"},
            lambda: post(staff, "status", status=rng.choice([s for s in Status.values if s != "closed" or rng.random() < 0.2])),
        ),
        ({"reply"}, lambda: post(staff, "messages", client_id=str(uuid4()), text="Hello", internal=rng.random() < 0.3)),
        ({"customer_reply"}, lambda: post([world.customer], "messages", client_id=str(uuid4()), text="Hello?")),
        ({"assign"}, lambda: assign_queue(organization=world.pandar.id)),
        ({"gone"}, gone),
        ({"week"}, lambda: leftovers.close_resolved(organization=world.pandar.id)),
    ]
    visited = set()
    for _ in range(STEPS):
        acts, do = rng.choice(doings)
        before = world.pandar.fresh(ticket)
        answer = do()
        after = world.pandar.fresh(ticket)
        assert getattr(answer, "status", 200) in (200, 201, 400, 403, 409), answer
        assert after.version >= before.version
        if (before.status, before.assignee_id) != (after.status, after.assignee_id):
            assert after.status in set().union(*(TABLE.get((before.status, act), set()) for act in acts)), (
                before.status,
                acts,
                after.status,
            )
            assert after.version == before.version + 1
        assert (after.status == "queued") <= (after.assignee_id is None)
        assert (after.status in ("assigned", "in_progress", "pending")) <= (after.assignee_id is not None)
        visited.add(after.status)
    assert len(visited) >= 3


@pytest.mark.parametrize("seed", range(2))
def test_and_its_conversation_tells_the_whole_story(world: Any, seed: int) -> None:
    rng = random.Random(100 + seed)
    made = [world.ticket() for _ in range(3)]
    world.available(world.agent)
    for _ in range(25):
        ticket = rng.choice(made)
        rng.choice([
            lambda t=ticket: world.api(world.teammate).post(f"tickets/{t.pk}/take/"),
            lambda t=ticket: world.api(world.manager).post(f"tickets/{t.pk}/release/"),
            lambda t=ticket: world.say(world.customer, t),
            lambda t=ticket: world.api(world.agent).post(f"tickets/{t.pk}/status/", {"status": rng.choice(["in_progress", "pending"])}),
            lambda t=ticket: world.say(world.agent, t, internal=True),
            lambda t=ticket: assign_queue(organization=world.pandar.id),
        ])()
        check(world)
