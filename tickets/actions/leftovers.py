"""What nobody does by hand: tickets of agents who are gone return to the queue, tickets resolved long ago close."""
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
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
        since = timezone.now() - timedelta(seconds=queries.settings().grace_seconds)
        keys = list(_abandoned(since).order_by("pk").values_list("pk", flat=True))
    for key in keys:
        with unit_of_work(organization):
            ticket = locked(System(organization), key)
            if _abandoned(since).filter(pk=key).exists():  # still, now that nobody else moves it
                requeue(ticket, act=lifecycle.GONE, actor=System(organization))
    return len(keys)


def _abandoned(since: datetime) -> QuerySet[Ticket]:
    """Tickets that nobody answered, of agents who are offline since then. Whoever was so already when a ticket became theirs, by hand,
    has the same time from that moment on."""
    gone = AgentProfile.objects.filter(Q(went_offline_at=None) | Q(went_offline_at__lt=since), availability="offline")
    return Ticket.objects.filter(status__in=lifecycle.HELD, first_response_at=None, assigned_at__lt=since, assignee__in=gone.values("pk"))


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
