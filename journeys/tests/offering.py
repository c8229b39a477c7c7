"""Journeys that are offered, and customers on their way through them."""
from typing import Any
from uuid import UUID

from foundation.units import unit_of_work
from journeys.actions import building
from journeys.models import Journey, Run, TicketAnswer, Visit
from journeys.tests.graphs import SINGLE, ask, end, example, graph
from pandarchat.tests.world import Answer, Tenant, World

SHORT = graph(ask("q", SINGLE, nextNodeMap={"a": "why"}, nextNode="end"), ask("why", nextNode="ticket"), end(),
              end("ticket", "create_ticket", ticket={"subject": "{{why}}", "priority": "high", "tags": ["{{q}}"]}))


def draft(tenant: Tenant, data: Any = None, **settings: Any) -> Journey:
    """A journey with this draft."""
    with unit_of_work(tenant.id):
        return building.create(actor=tenant.actor(tenant.admin), graph=example() if data is None else data,
                               **{"name": f"Help {tenant.canary}", **settings})


def publish(tenant: Tenant, journey: Journey) -> Journey:
    with unit_of_work(tenant.id):
        building.publish(actor=tenant.actor(tenant.admin), journey=journey.pk, version=Journey.objects.get(pk=journey.pk).version)
        return Journey.objects.get(pk=journey.pk)


def offered(tenant: Tenant, data: Any = None, **settings: Any) -> Journey:
    """One that is published."""
    return publish(tenant, draft(tenant, data, **settings))


class Customer:
    """Somebody on their way, by the API."""

    def __init__(self, world: World, journey: Journey, person: Any = None) -> None:
        self.api = world.api(person or world.customer)
        begun = self.api.post(f"journeys/{journey.pk}/runs/")
        assert begun.status == 201, begun.text
        self.run = begun.data["id"]
        self.first = begun.data

    def answers(self, node: str, value: Any, *, key: str | None = None) -> Answer:
        return self.api.post(f"runs/{self.run}/answers/", {"node": node, "value": value}, key=key)

    def goes(self, *steps: tuple[str, Any]) -> Any:
        """Answers these, each of which is taken; what stands then."""
        data = self.first
        for node, value in steps:
            answer = self.answers(node, value)
            assert answer.status == 200, answer.text
            data = answer.data
        return data

    def back(self) -> Answer:
        return self.api.post(f"runs/{self.run}/back/")

    def now(self) -> Any:
        return self.api.get(f"runs/{self.run}/").data


def rows(tenant: Tenant, model: type[Run | Visit | TicketAnswer], by: str = "pk", **which: Any) -> list[Any]:
    with unit_of_work(tenant.id):
        return list(model.objects.filter(**which).order_by(by))


def run_row(tenant: Tenant, key: str | UUID) -> Run:
    with unit_of_work(tenant.id):
        return Run.objects.get(pk=key)
