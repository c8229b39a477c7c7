"""What comes of the answers at an end."""
from collections.abc import Callable, Mapping
from typing import Any

from journeys.graph import rendering
from journeys.graph.format import Graph, Node
from tickets.actions.opening import NewTicket
from tickets.models import Category, Priority


def has_category(slug: str) -> bool:
    """Whether the organization has a category of this slug."""
    return Category.objects.filter(slug=slug).exists()


def ticket(name: str, graph: Graph, end: Node, answers: Mapping[str, Any], has: Callable[[str], bool] = has_category) -> NewTicket:
    """The ticket that an end describes, of a journey of this name. A category that is not there any more is left out, as `has` says: no
    customer loses a ticket by that."""
    wanted = end.ticket
    category = rendering.inserted(str(wanted.get("category") or ""), graph, answers, raw=True).strip()
    priority = rendering.inserted(str(wanted.get("priority") or ""), graph, answers, raw=True).strip()
    return NewTicket(
        subject=rendering.subject(str(wanted.get("subject") or ""), graph, answers, otherwise=name),
        text=rendering.told(graph, answers) or name,
        category=category if category and has(category) else None,
        tags=rendering.tags(wanted.get("tags"), graph, answers),
        priority=Priority[priority.upper()] if priority.upper() in Priority.__members__ else Priority.NORMAL)
