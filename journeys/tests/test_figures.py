"""Figures of a journey: starts, completions, where runs stand, and medians."""
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F

from foundation.units import unit_of_work
from journeys.models import Run, Visit
from journeys.tests.offering import SHORT, Customer, offered, publish, rows

pytestmark = pytest.mark.usefixtures("redis_url")


def figures(world: Any, journey: Any, **wanted: Any) -> Any:
    answer = world.api(world.manager).get(f"journeys/{journey.pk}/figures/", **wanted)
    assert answer.status == 200, answer.text
    return answer.data


def took(world: Any, seconds: dict[str, list[float]]) -> None:
    """The answered visits of a question took these times."""
    for node, times in seconds.items():
        for visit, time in zip(rows(world.pandar, Visit, node=node, answered=True), times, strict=True):
            with unit_of_work(world.pandar.id):
                Visit.objects.filter(pk=visit.pk).update(left_at=F("arrived_at") + timedelta(seconds=time))


def test_nothing_yet(world: Any) -> None:
    empty = {"reached": 0, "answered": 0, "dropped": 0, "drop_off": None, "median_seconds": None}
    assert figures(world, offered(world.pandar, SHORT)) == {
        "starts": 0, "completions": 0, "completion_rate": None, "median_seconds": None, "actions": [],
        "nodes": [{"node": node, "question": f"{node}?", **empty} for node in ("q", "why")]}


def test_who_came_how_far(world: Any) -> None:
    journey = offered(world.pandar, SHORT)
    Customer(world, journey)
    Customer(world, journey).goes(("q", "a"))
    Customer(world, journey).goes(("q", "b"))
    Customer(world, journey).goes(("q", "a"), ("why", "x"))
    returned = Customer(world, journey)
    returned.goes(("q", "a"))
    returned.back()
    took(world, {"q": [10, 20, 40, 90], "why": [7]})
    found = figures(world, journey)
    assert (found["starts"], found["completions"], found["completion_rate"]) == (5, 2, 0.4)
    assert found["actions"] == [{"action": "create_ticket", "completions": 1}, {"action": "none", "completions": 1}]
    assert found["nodes"] == [
        {"node": "q", "question": "q?", "reached": 5, "answered": 4, "dropped": 2, "drop_off": 0.4, "median_seconds": 30},
        {"node": "why", "question": "why?", "reached": 3, "answered": 1, "dropped": 1, "drop_off": 0.3333, "median_seconds": 7}]
    assert sum(node["dropped"] for node in found["nodes"]) == found["starts"] - found["completions"]


def test_of_a_version_and_of_a_time(world: Any) -> None:
    journey = offered(world.pandar, SHORT)
    old = Customer(world, journey)
    publish(world.pandar, journey)
    Customer(world, journey).goes(("q", "b"))
    with unit_of_work(world.pandar.id):
        Run.objects.filter(pk=old.run).update(started_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert [figures(world, journey, number=number)["starts"] for number in (1, 2)] == [1, 1]
    assert world.api(world.manager).get(f"journeys/{journey.pk}/figures/", number=3).status == 404
    assert figures(world, journey, until="2026-01-01T00:00:00Z")["starts"] == 0
    assert figures(world, journey, until="2026-01-02T00:00:00Z")["starts"] == 1
    assert figures(world, journey, since="2026-01-02T00:00:00Z")["completions"] == 1


def test_of_ones_own_organization_alone(world: Any) -> None:
    journey = offered(world.pandar, SHORT)
    Customer(world, journey)
    assert world.api(world.acme.manager).get(f"journeys/{journey.pk}/figures/").status == 404
