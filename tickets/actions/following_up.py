"""Where a customer's message goes whose ticket is over: into the follow-up that is open, or into a new one."""
from collections.abc import Sequence
from uuid import UUID

from accounts.actor import Actor
from chat import actions as chat
from chat.waking import Place
from tickets import lifecycle, queries
from tickets.actions import opening
from tickets.actions.moves import updated
from tickets.models import Ticket


def elsewhere(conversation: UUID, text: str, attached: Sequence[UUID], actor: Actor) -> Place | None:
    """Where a customer's message to this ticket goes, if the ticket is over and they may open another; None for anything else. In the
    message's unit of work, the ticket's conversation locked, so that of several messages one begins the follow-up."""
    ticket = Ticket.objects.select_related("category").filter(pk=conversation).first()
    if ticket is None or not lifecycle.over(ticket) or not opening.permitted(actor):
        return None
    for later in queries.open_follow_ups(actor, ticket.pk):
        chat.lock(later)
        if not lifecycle.over(Ticket.objects.get(pk=later)):
            return place(later)
    return _begin(ticket, text, attached, actor)


def place(ticket: UUID) -> Place:
    """A ticket as the answer to a message names it."""
    return Place(ticket, queries.numbers_of([ticket])[ticket])


def _begin(ticket: Ticket, text: str, attached: Sequence[UUID], actor: Actor) -> Place:
    """What the ticket is about, with this message as its first; whoever had the ticket gets it, if they are there."""
    tags = tuple(sorted(ticket.tags.values_list("name", flat=True)))
    category = ticket.category.slug if ticket.category else None
    new = opening.NewTicket(subject=ticket.subject, text=text, category=category, tags=tags, channel=ticket.channel)
    begun = opening.open_within(actor=actor, new=new, attached=attached)
    Ticket.objects.filter(pk=begun).update(follow_up_of=ticket, preferred_agent=ticket.assignee_id, skill=ticket.skill_id)
    updated(Ticket.objects.get(pk=begun))
    return Place(begun, queries.numbers_of([begun])[begun], begun=True)
