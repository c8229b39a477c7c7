"""A page of a long conversation costs what the page costs, whatever PostgreSQL believes of its length."""
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from chat import queries
from foundation.units import unit_of_work
from pandarchat.tests.world import World
from tickets.models import Ticket

ENTRIES = 3_000
FILL = """
INSERT INTO chat_entry (organization_id, conversation_id, staff_seq, public_seq, kind, sender_name, sender_is_staff, text)
SELECT %s, %s, n, n, 'message', 'somebody', false, 'text' FROM generate_series(2, %s) n
"""
JOINED_FIRST = """
SELECT e.*, t.text FROM chat_entry e
LEFT JOIN chat_entry t ON t.organization_id = e.organization_id AND t.conversation_id = e.conversation_id AND t.staff_seq = e.target_seq
WHERE e.organization_id = %(organization)s::uuid AND e.conversation_id = %(conversation)s::uuid AND e.staff_seq > %(number)s::bigint
ORDER BY e.staff_seq LIMIT 200
"""


@pytest.fixture
def long(world: World) -> Ticket:
    ticket = world.ticket()
    with unit_of_work(world.pandar.id), connection.cursor() as cursor:
        cursor.execute(FILL, [world.pandar.id, ticket.pk, ENTRIES])
    return ticket


def rows_read(world: World, sql: str, given: dict[str, Any], **settings: str) -> int:
    """The most rows that any step of the generic plan passed on."""
    with unit_of_work(world.pandar.id), connection.cursor() as cursor:
        for name, value in {"plan_cache_mode": "force_generic_plan", **settings}.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", given)
        (document,) = cursor.fetchone()
    plan = (json.loads(document) if isinstance(document, str) else document)[0]["Plan"]
    return max(int(step["Actual Rows"] * step["Actual Loops"]) for step in steps(plan))


def steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from steps(below)


@pytest.mark.parametrize("by", ["agent", "customer"])
@pytest.mark.parametrize("asked", [queries.asked_after, queries.asked_before])
def test_no_step_reads_more_than_the_page(world: World, long: Ticket, by: str, asked: Any) -> None:
    actor = world.actor(getattr(world, by))
    (sql, given), _ = asked(actor, long.pk, ENTRIES // 2)
    assert rows_read(world, sql, given) <= queries.BATCH_ENTRIES


def test_joined_before_the_limit_all_of_it_may_be_read(world: World, long: Ticket) -> None:
    """The negative control: the join that PostgreSQL hashes, because it takes the conversation for a short one."""
    _, given = queries.asked_after(world.actor(world.agent), long.pk, 1)[0]
    assert rows_read(world, JOINED_FIRST, given, enable_nestloop="off", enable_mergejoin="off") > queries.BATCH_ENTRIES
