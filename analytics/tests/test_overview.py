"""The figures of an organization are those of its tickets, now."""
from typing import Any

import pytest

from foundation.units import unit_of_work
from tickets.models import Ticket


def overview(world: Any, person: Any) -> dict[str, Any]:
    found: dict[str, Any] = world.api(person).get("analytics/overview/").data
    return found


def test_an_empty_desk(world: Any) -> None:
    found = overview(world, world.manager)
    assert {name: found[name] for name in ("open", "queued", "assigned", "in_progress", "pending")} == dict.fromkeys(
        ("open", "queued", "assigned", "in_progress", "pending"), 0)
    assert [(agent["id"], agent["load"], agent["capacity"]) for agent in found["agents"]] == [
        (str(world.agent.id), 0, 5),
        (str(world.teammate.id), 0, 5),
    ]


def test_each_status_is_counted_and_the_resolved_are_not(world: Any) -> None:
    for status, many in (("queued", 3), ("assigned", 2), ("in_progress", 1), ("pending", 2), ("resolved", 1), ("closed", 1)):
        for _ in range(many):
            ticket = world.ticket()
            with unit_of_work(world.pandar.id):
                assignee = None if status == "queued" else world.agent.id
                Ticket.objects.filter(pk=ticket.pk).update(status=status, assignee_id=assignee)
    world.ticket(world.acme.customer)
    found = overview(world, world.agent)
    loads = {agent["id"]: agent["load"] for agent in found.pop("agents")}
    assert found == {"open": 8, "queued": 3, "assigned": 2, "in_progress": 1, "pending": 2}
    assert loads == {str(world.agent.id): 3, str(world.teammate.id): 0}
    assert overview(world, world.acme.manager)["open"] == 1


@pytest.mark.parametrize(("person", "status"), [("customer", 403), ("agent", 200), ("manager", 200), ("admin", 200)])
def test_who_may_see_them(world: Any, person: str, status: int) -> None:
    assert world.api(getattr(world, person)).get("analytics/overview/").status == status


def test_nobody_without_a_token(world: Any) -> None:
    assert world.api(None).get("analytics/overview/").status == 401
