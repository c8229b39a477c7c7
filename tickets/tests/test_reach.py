"""What one decision reads of the queue: no more than it can decide, and enough to decide as with the whole of it."""
import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AgentProfile, AgentSkill, Skill
from chat.models import Conversation
from foundation.ids import uuid7
from foundation.units import unit_of_work
from tickets import queries
from tickets.actions.assigning import assign_queue
from tickets.assignment import Reach, assign, reach, within
from tickets.models import Category, Status, Ticket

AGENTS = ("agent", "teammate")


def queue_of(world: Any, dice: random.Random, many: int) -> None:
    """A queue of all sorts, and agents of all sorts, all at random."""
    organization = world.pandar.organization
    people: list[UUID | None] = [None, None, world.agent.id, world.teammate.id]
    with unit_of_work(organization.id):
        skills = [Skill.objects.create(organization=organization, name=name) for name in ("cards", "money")]
        kinds: list[Category | None] = [None]
        for number in range(5):
            skill = dice.choice([None, *skills])
            kinds.append(Category.objects.create(organization=organization, slug=f"kind-{number}", name="A kind", skill=skill))
        for key in (world.agent.id, world.teammate.id):
            AgentProfile.objects.filter(pk=key).update(availability="available", capacity=dice.randrange(6))
            for skill in dice.sample(skills, dice.randrange(3)):
                AgentSkill.objects.create(organization=organization, agent_id=key, skill=skill)
        rooms = Conversation.objects.bulk_create(
            Conversation(id=uuid7(), organization=organization, customer_id=world.customer.id) for _ in range(many))
        Ticket.objects.bulk_create(
            Ticket(conversation=room, organization=organization, number=5000 + number, subject="Some", customer_id=world.customer.id,
                   priority=dice.randrange(1, 5), category=dice.choice(kinds), status=Status.QUEUED,
                   skill=dice.choice([None, None, *skills]), released_by_id=dice.choice(people), preferred_agent_id=dice.choice(people))
            for number, room in enumerate(rooms))
        for ticket in Ticket.objects.all():
            Ticket.objects.filter(pk=ticket.pk).update(created_at=timezone.now() - timedelta(seconds=dice.randrange(many)))


@pytest.mark.parametrize("seed", range(12))
def test_the_database_reads_the_part_that_the_rule_takes(world: Any, seed: int) -> None:
    dice = random.Random(seed)
    queue_of(world, dice, 60)
    with unit_of_work(world.pandar.id):
        whole, candidates = queries.waiting(), queries.candidates()
        part = queries.within_reach(reach(candidates))
        assert len(whole) == 60
        assert part == within(whole, reach(candidates))
        decided = assign(whole, candidates, turn=0)
        assert assign(part, candidates, turn=0) == decided
    assert assign_queue(organization=world.pandar.id) == len(decided)
    with unit_of_work(world.pandar.id):
        assert dict(Ticket.objects.filter(status="assigned").values_list("pk", "assignee_id")) == {a.ticket: a.agent for a in decided}


def test_another_organizations_queue_is_not_read(world: Any) -> None:
    queue_of(world, random.Random(1), 5)
    with unit_of_work(world.acme.id):
        assert queries.within_reach(Reach(10, {}, frozenset())) == []
        assert queries.waiting_among([w.ticket for w in queries.waiting()]) == []


def test_a_long_queue_is_not_read_to_its_end(world: Any) -> None:
    """The plan reads the ends of indexes; the negative control reads all of them."""
    queue_of(world, random.Random(3), 400)
    organization = world.pandar.id
    with unit_of_work(organization), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        given = {"organization": organization, "anybody": 1, "skills": [], "knowing": [], "agents": [world.agent.id]}

        def rows_read(sql: str, values: Any) -> float:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values)
            plan = cursor.fetchone()[0]
            return total((orjson.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])

        Ticket.objects.filter(released_by_id=world.agent.id).update(released_by=None)
        assert rows_read(queries.WITHIN, given) < 40
        skill = Skill.objects.all()[0]
        Ticket.objects.filter(priority__gt=1).update(skill=skill)
        assert rows_read(queries.WITHIN, given) < 40, "what nobody here can take does not stand before the others"
        assert rows_read(queries.WITHIN, given | {"skills": [skill.pk], "knowing": [3]}) < 40
        assert rows_read(queries.QUEUE, [organization, None, 0]) >= 400


def total(plan: dict[str, Any]) -> float:
    """Rows that the plan's scans of tickets gave or threw away."""
    mine = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) if plan.get("Relation Name") == "tickets_ticket" else 0
    return float(mine * plan["Actual Loops"] + sum(total(part) for part in plan.get("Plans", ())))
