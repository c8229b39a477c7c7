"""Figures of an organization as they are now."""
from typing import Any

from django.db.models import Count, Q

from accounts.actor import Actor
from tickets import queries
from tickets.models import OPEN, Status


def overview(actor: Actor) -> dict[str, Any]:
    """Tickets by state, and each agent's load."""
    unresolved = [Status.QUEUED, *OPEN, Status.PENDING]
    counts = queries.visible_to(actor).filter(status__in=unresolved).aggregate(
        open=Count("pk"), **{status.value: Count("pk", filter=Q(status=status)) for status in unresolved})
    agents = [{key: agent[key] for key in ("id", "name", "availability", "load", "capacity")} for agent in queries.agents()]
    return {**counts, "agents": agents}
