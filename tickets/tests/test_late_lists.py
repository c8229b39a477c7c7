"""`GET tickets/?sla=…`: by the worst clock, at this moment and not as of the last sweep."""
from typing import Any

import pytest

from accounts.tests.admin_world import page, signed_in, text
from foundation.units import unit_of_work
from tickets import tasks
from tickets.models import Ticket
from tickets.tests.sla_world import later, many_open, promise
from tickets.tests.test_lists import walk

AGES = {"ok": 10, "warning": 31, "critical": 49, "breached": 61}


@pytest.fixture
def each(world: Any) -> dict[str, Ticket]:
    """A ticket in each state, by the age of its first response of an hour."""
    promise(world)
    found = {state: world.ticket() for state in AGES}
    for state, age in AGES.items():
        later(world, found[state], minutes=age)
    return found


@pytest.mark.parametrize("swept", [False, True])
def test_each_state_lists_its_own(world: Any, each: dict[str, Ticket], swept: bool) -> None:
    if swept:
        tasks.escalate_late()
    api = world.api(world.agent)
    for state in ("warning", "critical", "breached"):
        assert walk(api, sla=state) == [str(each[state].pk)], state
        assert api.get("tickets/", sla=state).body["count"] == 1
    assert len(walk(api)) == len(AGES)
    assert walk(api, sla="breached", status="closed") == [] and walk(api, sla="critical", priority="normal") == [str(each["critical"].pk)]


def test_django_admin_shows_them_in_their_colours(world: Any, each: dict[str, Ticket]) -> None:
    world.api(world.agent).post(f"tickets/{each['ok'].pk}/take/")
    world.api(world.agent).post(f"tickets/{each['ok'].pk}/status/", {"status": "resolved"})
    shown = text(signed_in(world.admin).get(page(Ticket, "changelist")))
    states = {state: shown.count(state) for state in ("🟢 ok", "🟡 warning", "🔴 critical", "🔴 breached")}
    assert states == {"🟢 ok": 0, "🟡 warning": 1, "🔴 critical": 1, "🔴 breached": 1}


def test_ok_is_no_filter(world: Any) -> None:
    assert world.api(world.agent).get("tickets/", sla="ok").status == 400


def test_what_is_answered_pending_or_resolved_leaves_the_list(world: Any, each: dict[str, Ticket]) -> None:
    api, ticket = world.api(world.agent), each["breached"]
    api.post(f"tickets/{ticket.pk}/take/")
    world.say(world.agent, ticket)
    assert walk(api, sla="breached") == [], "its resolution has hours"
    later(world, ticket, minutes=600)
    assert walk(api, sla="breached") == [str(ticket.pk)]
    api.post(f"tickets/{ticket.pk}/status/", {"status": "pending"})
    assert walk(api, sla="breached") == [str(ticket.pk)], "it is late, and waits"
    api.post(f"tickets/{ticket.pk}/status/", {"status": "resolved"})
    assert walk(api, sla="breached") == []


def test_customers_learn_nothing_by_it(world: Any, each: dict[str, Ticket]) -> None:
    assert world.api(world.customer).get("tickets/", sla="breached").status == 403
    assert world.api(world.acme.agent).get("tickets/", sla="breached").data == []


def test_an_index_serves_it(world: Any, each: dict[str, Ticket]) -> None:
    from django.db import connection

    from tickets import lists

    many_open(world)
    (sql, given), counting = lists.asked(world.actor(world.agent), lists.Wanted(sla="critical"))
    with unit_of_work(world.pandar.id), connection.cursor() as cursor:
        for statement, values in ((sql, given), counting):
            cursor.execute(f"EXPLAIN {statement}", values)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "ticket_sla_late" in plan, plan
