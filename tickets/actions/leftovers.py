"""What nobody does by hand: tickets of agents who are gone return to the queue, tickets resolved long ago close."""
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.actor import System
from accounts.models import AgentProfile
from foundation.units import unit_of_work
from tickets import lifecycle, queries
from tickets.actions.moves import locked, move, requeue
from tickets.models import Status, Ticket


def organizations(function: str, *arguments: Any) -> list[UUID]:
    """The organizations that one of the vetted functions names."""
    marks = ", ".join(["%s"] * len(arguments))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {function}({marks})", arguments)
        return [row[0] for row in cursor.fetchall()]


def requeue_abandoned(*, organization: UUID) -> int:
    """Return the tickets that await a first response of agents who have been offline for the organization's grace time."""
    with unit_of_work(organization):
        settings = queries.settings()
        gone = AgentProfile.objects.filter(
            availability="offline", went_offline_at__lt=timezone.now() - timedelta(seconds=settings.grace_seconds)
        )
        tickets = Ticket.objects.filter(status__in=lifecycle.HELD, first_response_at=None, assignee_id__in=gone.values("pk"))
        keys = list(tickets.order_by("pk").values_list("pk", flat=True))
    for key in keys:
        with unit_of_work(organization):
            _return_abandoned(organization, key)
    return len(keys)


def _return_abandoned(organization: UUID, key: UUID) -> None:
    ticket = locked(System(organization), key)
    agent = AgentProfile.objects.filter(pk=ticket.assignee_id, availability="offline").first()
    if agent is not None and ticket.first_response_at is None and ticket.status in lifecycle.HELD:
        requeue(ticket, act=lifecycle.GONE, actor=System(organization))


def close_resolved(*, organization: UUID, most: int = 500) -> int:
    """Close the tickets that were resolved a week ago and not reopened."""
    with unit_of_work(organization):
        due = Ticket.objects.filter(status=Status.RESOLVED, resolved_at__lt=timezone.now() - lifecycle.REOPENS_FOR)
        keys = list(due.order_by("resolved_at").values_list("pk", flat=True)[:most])
    for key in keys:
        with unit_of_work(organization):
            ticket = locked(System(organization), key)
            if ticket.status == Status.RESOLVED:
                move(ticket, Status.CLOSED, acts=[lifecycle.WEEK], actor=System(organization))
    return len(keys)
