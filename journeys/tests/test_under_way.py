"""What one can go on with, on whatever device, and whether an answer would be one while it is typed."""
from typing import Any

import pytest

from foundation.units import unit_of_work
from journeys.actions import building
from journeys.models import Journey, Run, Visit
from journeys.tests.graphs import ask, end, graph
from journeys.tests.offering import SHORT, Customer, offered, rows, run_row

pytestmark = pytest.mark.usefixtures("redis_url")


def under_way(world: Any, person: Any = None) -> list[str]:
    return [run["id"] for run in world.api(person or world.customer).get("runs/").data]


def test_one_finds_what_one_began_and_nobody_elses(world: Any) -> None:
    first, second = offered(world.pandar, SHORT), offered(world.pandar)
    begun, other = Customer(world, first), Customer(world, second, world.other_customer)
    later = Customer(world, second)
    later.goes(("node-1", "order_issue"))
    assert under_way(world) == [later.run, begun.run]
    assert under_way(world, world.other_customer) == [other.run]
    assert under_way(world, world.manager) == [later.run, other.run, begun.run]
    (shown, _) = world.api(world.customer).get("runs/").data
    assert shown == later.now()


def test_what_is_completed_is_not_under_way(world: Any) -> None:
    customer = Customer(world, offered(world.pandar, SHORT))
    customer.goes(("q", "a"), ("why", "Because."))
    assert under_way(world) == []


def test_a_journey_that_is_archived_meanwhile_is_gone_on_with_to_its_end(world: Any) -> None:
    journey = offered(world.pandar, SHORT)
    customer = Customer(world, journey)
    customer.goes(("q", "a"))
    with unit_of_work(world.pandar.id):
        building.archive(actor=world.actor(world.admin), journey=journey.pk, version=Journey.objects.get(pk=journey.pk).version)
    assert under_way(world) == [customer.run]
    assert world.api(world.customer).post(f"journeys/{journey.pk}/runs/").status == 404
    assert customer.goes(("why", "It never came."))["ticket"] is not None


PATTERN = graph(ask("q", validation={"pattern": "[A-Z]{2}[0-9]+", "maxLength": 6}, nextNode="end"), end())


@pytest.mark.parametrize(("value", "problem"), [
    ("AB12", None), (" AB12 ", None), ("ab12", "This does not have the form that is asked for."),
    ("AB12345", "Please write at most 6 characters."), ("", "Please answer this question."), (7, "Please write a text.")])
def test_an_answer_is_checked_and_not_stored(world: Any, value: Any, problem: str | None) -> None:
    customer = Customer(world, offered(world.pandar, PATTERN))
    before = run_row(world.pandar, customer.run)
    answer = customer.api.post(f"runs/{customer.run}/check/", {"node": "q", "value": value})
    assert (answer.status, answer.data) == (200, {"valid": problem is None, "problem": problem})
    after = run_row(world.pandar, customer.run)
    assert (after.answers, after.updated_at) == (before.answers, before.updated_at)
    assert [visit.answered for visit in rows(world.pandar, Visit)] == [False]
    assert (customer.answers("q", value).status == 200) == (problem is None)


def test_only_ones_own_and_only_its_questions_are_checked(world: Any) -> None:
    customer = Customer(world, offered(world.pandar, PATTERN))
    assert customer.api.post(f"runs/{customer.run}/check/", {"node": "other", "value": "x"}).status == 404
    assert world.api(world.other_customer).post(f"runs/{customer.run}/check/", {"node": "q", "value": "x"}).status == 404
    assert len(rows(world.pandar, Run)) == 1
