"""Policies for tests, and a way to let a ticket's clocks be older than they are."""
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.utils import timezone

from accounts.actor import System
from chat.models import Conversation
from foundation.units import unit_of_work
from pandarchat.testing.database import owner
from tickets.actions import promising, timing
from tickets.models import Category, SlaPolicy, Ticket

SIMPLE = {
    "first_response": {"low": 120, "normal": 60, "high": 30, "urgent": 15}, "next_response": {"normal": 120, "high": 60, "urgent": 30},
    "resolution": {"low": 1200, "normal": 600, "high": 300, "urgent": 150},
}
MOMENTS = ("started_at", "warning_at", "critical_at", "due_at", "stopped_at")
HOURS = [{"weekday": day, "opens": "09:00", "closes": "17:00"} for day in range(5)]


def targets(given: dict[str, dict[str, int]], calendar: UUID | None = None) -> list[dict[str, Any]]:
    return [{"clock": clock, "priority": priority, "seconds": 60 * minutes, "calendar": calendar}
            for clock, each in given.items() for priority, minutes in each.items()]


def promise(world: Any, given: dict[str, dict[str, int]] | None = None, *, calendar: UUID | None = None, tenant: Any = None,
            **more: Any) -> SlaPolicy:
    """A policy; the default one unless `more` says otherwise."""
    tenant = tenant or world.pandar
    with unit_of_work(tenant.id):
        return promising.save_policy(actor=System(tenant.id), given={
            "name": "Standard", "is_default": True, "targets": targets(SIMPLE if given is None else given, calendar), **more})


def category(world: Any, slug: str, policy: SlaPolicy | None = None) -> Category:
    with unit_of_work(world.pandar.id):
        return Category.objects.create(organization_id=world.pandar.id, slug=slug, name=slug, sla_policy=policy)


def sla(world: Any, ticket: Ticket, person: Any = None) -> Any:
    """The clocks as the API shows them."""
    return world.api(person or world.agent).get(f"tickets/{ticket.pk}/").data["sla"]


def later(world: Any, ticket: Ticket, **delta: float) -> Ticket:
    """As if so much time had passed: everything that the ticket's clocks remember is that much longer ago."""
    shift = timedelta(**delta)
    with unit_of_work(ticket.organization_id):
        row = Ticket.objects.get(pk=ticket.pk)
        kept = orjson.loads(row.clocks or b"null")
        for clock in ("first_response", "next_response", "resolution"):
            for name in MOMENTS if kept[clock] else ():
                kept[clock][name] = moved(kept[clock][name], shift)
        kept["paused_at"] = moved(kept["paused_at"], shift)
        kept["pauses"] = [[moved(begins, shift), moved(ends, shift)] for begins, ends in kept["pauses"]]
        row.clocks, row.created_at = orjson.dumps(kept).decode(), row.created_at - shift
        timing.keep(row, timing.of(row))
        row.save()
        return row


def many_open(world: Any, many: int = 3000) -> None:
    """So many tickets that are in time, known to the planner."""
    with unit_of_work(world.pandar.id):
        mine = {"organization_id": world.pandar.id, "customer": world.other_customer}
        conversations = Conversation.objects.bulk_create(Conversation(**mine) for _ in range(many))
        at = timezone.now() + timedelta(days=1)
        Ticket.objects.bulk_create(
            Ticket(conversation=row, **mine, number=10_000 + number, subject="in time", sla_warning_at=at, sla_critical_at=at,
                   sla_due_at=at, sla_next_at=at) for number, row in enumerate(conversations))
    with owner(connection.settings_dict["NAME"]) as session:
        session.execute("ANALYZE tickets_ticket")


def moved(moment: str | None, shift: timedelta) -> str | None:
    return (datetime.fromisoformat(moment) - shift).isoformat() if moment else None


def minutes_left(clock: dict[str, Any], name: str = "due_at") -> float:
    """From its start to one of its moments."""
    return (datetime.fromisoformat(clock[name]) - datetime.fromisoformat(clock["started_at"])).total_seconds() / 60
