"""The moves of a ticket: the table of the rules, row by row."""
from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from accounts.actor import AnyActor
from foundation.state import Machine, Move
from tickets.models import Status, Ticket

REOPENS_FOR = timedelta(days=7)

ASSIGN, TAKE, REASSIGN, RELEASE, TRANSFER, GONE = "assign", "take", "reassign", "release", "transfer", "gone"
REPLY, CUSTOMER_REPLY, AGENT, MANAGER, WEEK = "reply", "customer_reply", "agent", "manager", "week"
HELD = (Status.ASSIGNED, Status.IN_PROGRESS, Status.PENDING)


def moves() -> Iterator[Move]:
    for act in (ASSIGN, TAKE, REASSIGN):
        yield Move(Status.QUEUED, Status.ASSIGNED, act)
    for act in (REPLY, AGENT):
        yield Move(Status.ASSIGNED, Status.IN_PROGRESS, act)
    for status in HELD:
        for act in (RELEASE, TRANSFER, GONE):
            yield Move(status, Status.QUEUED, act)
        yield Move(status, Status.ASSIGNED, REASSIGN)
        yield Move(status, Status.RESOLVED, AGENT)
    yield Move(Status.QUEUED, Status.QUEUED, TRANSFER)  # it waits for somebody else
    for status in (Status.ASSIGNED, Status.IN_PROGRESS):
        yield Move(status, Status.PENDING, AGENT)
    for act in (CUSTOMER_REPLY, AGENT):
        yield Move(Status.PENDING, Status.IN_PROGRESS, act)
    yield Move(Status.RESOLVED, Status.QUEUED, CUSTOMER_REPLY)
    for act in (MANAGER, WEEK):
        yield Move(Status.RESOLVED, Status.CLOSED, act)


MACHINE: Machine[Ticket] = Machine(tuple(moves()))


def acts_by_hand(actor: AnyActor) -> list[str]:
    """The acts with which this actor may change a status directly."""
    return [
        act
        for act, permission in ((AGENT, "tickets.move_ticket"), (MANAGER, "tickets.close_ticket"))
        if actor.staff and actor.may(permission)
    ]


def allowed_by_hand(ticket: Ticket, actor: AnyActor) -> list[str]:
    """Where this actor may move the ticket directly."""
    return MACHINE.allowed(ticket.status, *acts_by_hand(actor))


def over(ticket: Ticket) -> bool:
    """Whether a customer's message does not reopen it any more."""
    if ticket.status == Status.RESOLVED and ticket.resolved_at is not None:
        return bool(ticket.resolved_at < timezone.now() - REOPENS_FOR)
    return ticket.status == Status.CLOSED


def writing(ticket: Ticket, actor: AnyActor) -> str:
    """Where this actor's next message goes: `here`, into a `follow_up`, or nowhere, as the ticket is `closed` to them, or as they may write
    nothing at all (`forbidden`)."""
    if not actor.may("chat.send_message"):
        return "forbidden"
    if actor.staff or not over(ticket):
        return "closed" if ticket.status == Status.CLOSED else "here"
    return "follow_up" if actor.may("tickets.open_ticket") else "closed"


def possible_actions(ticket: Ticket, actor: AnyActor) -> list[str]:
    """The actions besides a status that are open to this actor."""
    theirs = may_give_up(ticket, actor)
    doors = (
        ("take", TAKE, "tickets.take_ticket"),
        ("release", RELEASE, "tickets.release_ticket"),
        ("transfer", TRANSFER, "tickets.transfer_ticket"),
        ("reassign", REASSIGN, "tickets.reassign_ticket"),
    )
    possible = [name for name, act, permission in doors if actor.staff and actor.may(permission) and MACHINE.allowed(ticket.status, act)
                and (act not in (RELEASE, TRANSFER) or theirs)]
    return [*possible, *(["change"] if may_change(ticket, actor) else [])]


def may_change(ticket: Ticket, actor: AnyActor) -> bool:
    """Whether this actor may change subject, priority, category and tags, now or at all: a closed ticket stays as it is."""
    return actor.staff and actor.may("tickets.change_ticket") and ticket.status != Status.CLOSED


def may_give_up(ticket: Ticket, actor: AnyActor) -> bool:
    """Whether this actor may take the ticket from who has it: it is theirs or nobody's, or they may reassign."""
    return ticket.assignee_id in (None, actor.id) or actor.may("tickets.reassign_ticket")
