"""Taking, giving back, handing over and moving tickets. Lock order: the organization's assignment lock, conversation, ticket, agent."""
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from accounts import audit
from accounts.actions.agents import staff_group
from accounts.actions.people import SERVES
from accounts.actor import Actor, AnyActor
from accounts.models import AgentProfile, User
from chat import actions as chat
from chat.models import Kind
from chat.waking import Closed
from foundation import events
from foundation.errors import Conflict, Forbidden, Invalid, NotFound
from foundation.events import Push
from foundation.socket.frames import encode
from tickets import lifecycle, queries, wire
from tickets.actions import timing
from tickets.actions.waiting import queue_moved
from tickets.models import OPEN, Category, Priority, Status, Ticket


def lock_assignment(organization: UUID) -> None:
    """Nobody else assigns in this organization until the unit of work ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"assignment:{organization}"])


def locked(actor: AnyActor, ticket: UUID) -> Ticket:
    """A ticket that the actor may see, locked behind its conversation; raises NotFound."""
    if not queries.visible_to(actor).filter(pk=ticket).exists():
        raise NotFound("There is no such ticket.")
    chat.lock(ticket)
    return Ticket.objects.select_for_update(of=("self",)).select_related("assignee", "customer", "category", "skill").get(pk=ticket)


def check_version(ticket: Ticket, version: int | None, actor: AnyActor) -> None:
    """Raises Conflict with the current state where the client saw an older one."""
    if version is not None and version != ticket.version:
        raise Conflict("The ticket was changed in the meantime.", code="stale", current=queries.detail(actor, ticket.pk))


def take(*, actor: Actor, ticket: UUID, version: int | None = None) -> Ticket:
    """The actor takes a ticket out of the queue. Raises Forbidden for somebody who is no agent, Conflict at capacity."""
    needs(actor, "tickets.take_ticket", ticket)
    lock_assignment(actor.organization_id)
    found = locked(actor, ticket)
    check_version(found, version, actor)
    _check_move(found, Status.ASSIGNED, lifecycle.TAKE)
    return _give(found, actor.id, act=lifecycle.TAKE, actor=actor)


def reassign(*, actor: AnyActor, ticket: UUID, agent: UUID, version: int | None = None, requires_skill: bool = False) -> Ticket:
    """A manager gives a ticket to an agent; the old and the new one are told. Raises Conflict at capacity, Invalid for nobody, and, where
    asked to, Conflict for an agent who lacks the skill that the ticket needs."""
    needs(actor, "tickets.reassign_ticket", ticket)
    lock_assignment(actor.organization_id)
    found = locked(actor, ticket)
    check_version(found, version, actor)
    _check_move(found, Status.ASSIGNED, lifecycle.REASSIGN)
    if found.assignee_id == agent:
        raise Conflict("The ticket is this agent's already.", code="already_assigned")
    if requires_skill:
        _check_skill(found, agent)
    before = found.assignee
    found = _give(found, agent, act=lifecycle.REASSIGN, actor=actor)
    audit.record("ticket_reassigned", actor=actor, target=found, before={"assignee": str(before.id) if before else None},
                 after={"assignee": str(agent)})
    return found


def _check_move(ticket: Ticket, to: str, act: str) -> None:
    """Refuse an impossible move before anything else is looked at."""
    if to not in lifecycle.MACHINE.allowed(ticket.status, act):
        allowed = lifecycle.MACHINE.allowed(ticket.status, act)
        raise Conflict(f"A ticket that is {ticket.status.replace('_', ' ')} cannot be assigned this way.", code="move_refused",
                       allowed=allowed, state=ticket.status)


def _check_skill(ticket: Ticket, agent: UUID) -> None:
    skill = queries.needed_skill(ticket)
    person = AgentProfile.objects.select_related("user").filter(pk=agent).first()
    if skill and person and not person.skills.filter(pk=skill["id"]).exists():
        raise Conflict(f"{person.user.name} does not have the skill {skill['name']}.", code="lacks_skill", skill=skill)


def _give(ticket: Ticket, agent: UUID, *, act: str, actor: AnyActor) -> Ticket:
    profile = agent_with_room(agent)
    before = ticket.assignee_id
    AgentProfile.objects.filter(pk=agent).update(turn=queries.last_turn() + 1)

    def change(thing: Ticket) -> None:
        thing.assignee = profile.user
        thing.preferred_agent = thing.released_by = None
        thing.assigned_at = Now()
        save(thing)

    def entry(thing: Ticket, source: str) -> None:
        data = {"assignee": {"id": str(agent), "name": profile.user.name}, "from": source}
        chat.add(conversation=thing.pk, kind=Kind.ASSIGNMENT, actor=actor, data=data)

    def event(thing: Ticket, source: str) -> None:
        told_assigned(thing, before=before)
        if source == Status.QUEUED:
            queue_moved(thing.organization_id)
        if before is not None:
            events.emit("capacity.freed", {"agent": str(before)})

    return lifecycle.MACHINE.move(ticket, Status.ASSIGNED, acts=[act], change=change, entry=entry, event=event)


def agent_with_room(agent: UUID) -> AgentProfile:
    """An agent's locked row, if one more ticket fits; raises Invalid (nobody who receives tickets) or Conflict (at capacity)."""
    profile = AgentProfile.objects.select_for_update(of=("self",)).select_related("user__role").filter(pk=agent).first()
    if profile is not None and not profile.user.has_perm(SERVES):
        profile = None
    if profile is None:
        raise Invalid("This user receives no tickets.", fields={"agent": ["There is no such agent."]}, code="not_an_agent")
    load = Ticket.objects.filter(assignee_id=agent, status__in=OPEN).count()
    if load >= profile.capacity:
        raise Conflict(f"{profile.user.name} is at capacity ({load} of {profile.capacity}).", code="at_capacity", load=load,
                       capacity=profile.capacity)
    return profile


def release(*, actor: AnyActor, ticket: UUID, version: int | None = None) -> Ticket:
    """Back to the queue, by its agent or whoever may reassign; the queue does not give it to the same agent again."""
    needs(actor, "tickets.release_ticket", ticket)
    found = locked(actor, ticket)
    check_version(found, version, actor)
    if not lifecycle.may_give_up(found, actor):
        raise Forbidden("Only its agent or a manager may give this ticket back.")
    return requeue(found, act=lifecycle.RELEASE, actor=actor, released_by=found.assignee_id)


def requeue(ticket: Ticket, *, act: str, actor: AnyActor, released_by: UUID | None = None, preferred: UUID | None = None) -> Ticket:
    """A locked ticket goes back into the queue, in the place that its creation gives it."""

    def change(thing: Ticket) -> None:
        thing.assignee = None
        thing.released_by_id = released_by
        thing.preferred_agent_id = preferred
        thing.queued_at = Now()
        thing.resolved_at = None
        save(thing)

    def event(thing: Ticket, source: str) -> None:
        events.emit("ticket.queued", {"ticket": str(thing.pk)}, push=[Push(staff_group(thing.organization_id), queue_frame(thing))])
        queue_moved(thing.organization_id)  # it comes in where its age has it, before others
        updated(thing)

    entry = status_entry(actor, internal=act != lifecycle.CUSTOMER_REPLY)  # who gave it back, and why, is the staff's business
    return lifecycle.MACHINE.move(ticket, Status.QUEUED, acts=[act], change=change, entry=entry, event=event)


def set_status(*, actor: AnyActor, ticket: UUID, to: str, version: int | None = None) -> Ticket:
    """Move a ticket by hand. Raises Conflict with the allowed moves for any that the table does not name."""
    acts = lifecycle.acts_by_hand(actor)
    found = locked(actor, ticket)
    if not acts:
        raise Forbidden("You may not change the status of tickets.")
    check_version(found, version, actor)
    return move(found, to, acts=acts, actor=actor)


def move(ticket: Ticket, to: str, *, acts: Iterable[str], actor: AnyActor) -> Ticket:
    """Move a locked ticket to a status that keeps its assignee."""

    def change(thing: Ticket) -> None:
        if to == Status.RESOLVED:
            thing.resolved_at = Now()
        if to == Status.CLOSED:
            thing.closed_at = Now()
        save(thing)

    def event(thing: Ticket, source: str) -> None:
        if source in OPEN and to not in OPEN:
            events.emit("capacity.freed", {"agent": str(thing.assignee_id)})
        updated(thing)

    return lifecycle.MACHINE.move(ticket, to, acts=acts, change=change, entry=status_entry(actor), event=event)


def status_entry(actor: AnyActor, *, internal: bool = False) -> Any:
    """Tells the conversation of a new status."""
    return lambda thing, source: chat.add(conversation=thing.pk, kind=Kind.STATUS, actor=actor, data={"from": source, "to": thing.status},
                                          internal=internal)


def woken(conversation: UUID, actor: Actor) -> None:
    """What a message moves: the customer's reply reopens, the staff's first one begins the work. Runs in the message's unit of work,
    its conversation locked."""
    ticket = Ticket.objects.select_for_update(of=("self",)).select_related("assignee").filter(pk=conversation).first()
    if ticket is not None:
        (_staff_replied if actor.staff else _customer_replied)(ticket, actor)


def _staff_replied(ticket: Ticket, actor: Actor) -> None:
    first = ticket.first_response_at is None
    if first:
        ticket.first_response_at = timezone.now()
    stopped = timing.replied(ticket, actor)
    if ticket.status == Status.ASSIGNED:
        move(ticket, Status.IN_PROGRESS, acts=[lifecycle.REPLY], actor=actor)
    elif first or stopped:
        save(ticket)
        updated(ticket)


def _customer_replied(ticket: Ticket, actor: Actor) -> None:
    started = timing.replied(ticket, actor)
    if ticket.status == Status.PENDING:
        move(ticket, Status.IN_PROGRESS, acts=[lifecycle.CUSTOMER_REPLY], actor=actor)
    elif ticket.status == Status.RESOLVED:
        if ticket.resolved_at is not None and ticket.resolved_at < timezone.now() - lifecycle.REOPENS_FOR:
            raise Closed("This ticket was resolved more than 7 days ago. Please open a new one.")
        requeue(ticket, act=lifecycle.CUSTOMER_REPLY, actor=actor, preferred=ticket.assignee_id)
    elif started:
        save(ticket)
        updated(ticket)


def update(*, actor: AnyActor, ticket: UUID, version: int, changes: dict[str, Any]) -> Ticket:
    """Change subject, priority, category or tags of the version that the client saw; each change is told to the staff."""
    found = locked(actor, ticket)
    needs(actor, "tickets.change_ticket", ticket)
    check_version(found, version, actor)
    if found.status == Status.CLOSED:
        raise Conflict("A closed ticket is not changed any more.", code="closed")
    told = [
        change for field, value in changes.items() if (change := _SETTERS[field](found, value)) and change[1] != change[2]
    ]
    if told:
        if {"priority", "category"} & {field for field, _, _ in told}:
            timing.fit(found)
        save(found)
        for field, before, after in told:
            chat.add(
                conversation=found.pk, kind=Kind.CHANGE, actor=actor, data={"field": field, "from": before, "to": after}, internal=True
            )
        if found.status == Status.QUEUED and any(field == "priority" for field, _, _ in told):
            queue_moved(found.organization_id)
        updated(found)
    return found


def _set_subject(ticket: Ticket, value: str) -> tuple[str, Any, Any]:
    before, ticket.subject = ticket.subject, value
    return "subject", before, value


def _set_priority(ticket: Ticket, value: str) -> tuple[str, Any, Any]:
    before = Priority(ticket.priority).name.lower()
    ticket.priority = Priority[value.upper()]
    return "priority", before, value


def _set_category(ticket: Ticket, value: str | None) -> tuple[str, Any, Any]:
    category = Category.objects.filter(slug=value).first() if value else None
    if value and category is None:
        raise Invalid("Some fields are not valid.", fields={"category": ["There is no such category."]})
    before = ticket.category.slug if ticket.category else None
    if category != ticket.category:
        ticket.skill = None  # a category that is chosen now says better what the ticket needs than an earlier transfer
    ticket.category = category
    return "category", before, value or None


def _set_tags(ticket: Ticket, value: list[str]) -> tuple[str, Any, Any]:
    before = sorted(ticket.tags.values_list("name", flat=True))
    after = sorted(set(value))
    ticket.tags.exclude(name__in=after).delete()
    ticket.tags.model.objects.bulk_create(
        ticket.tags.model(organization_id=ticket.organization_id, ticket=ticket, name=name) for name in after if name not in before)
    return "tags", before, after


_SETTERS: dict[str, Callable[[Ticket, Any], tuple[str, Any, Any]]] = {
    "subject": _set_subject,
    "priority": _set_priority,
    "category": _set_category,
    "tags": _set_tags,
}


def save(ticket: Ticket) -> None:
    """Store a changed ticket under its next version, its clocks with it, and tell its conversation whose next message does more than
    being stored."""
    clocks = timing.follow(ticket)
    ticket.version += 1
    ticket.updated_at = Now()
    ticket.save()
    closed = ticket.status == Status.CLOSED
    chat.set_wakes(
        conversation=ticket.pk,
        by_customer=ticket.status in (Status.PENDING, Status.RESOLVED) or (ticket.customer_starts_clock and not closed),
        by_staff=ticket.status == Status.ASSIGNED or (ticket.first_response_at is None and not closed)
        or (clocks is not None and clocks.owes_response),
        closed=closed)


def updated(ticket: Ticket) -> None:
    """`ticket-updated`: a hint to fetch it again."""
    frame = encode(wire.TicketUpdated(ticket=ticket.pk, status=ticket.status, version=ticket.version))
    events.hint(Push(staff_group(ticket.organization_id), frame))
    events.hint(Push(f"user:{ticket.customer_id}", frame))


def told_assigned(ticket: Ticket, *, before: UUID | None = None) -> None:
    """`ticket-assigned` to the staff, the old and the new agent among them; a delivery, so that no crash swallows it."""
    frame = assigned_frame(ticket.pk, queries.numbers_of([ticket.pk])[ticket.pk], ticket.assignee, before)
    events.emit("ticket.assigned", {"ticket": str(ticket.pk)}, push=[Push(staff_group(ticket.organization_id), frame)])
    updated(ticket)


def assigned_frame(ticket: UUID, number: str, assignee: User | Any, before: UUID | None = None) -> str:
    """`ticket-assigned`; `previous` is whose ticket it was."""
    someone = wire.Someone(id=assignee.id, name=assignee.name)
    return encode(wire.TicketAssigned(ticket=ticket, number=number, assignee=someone, previous=before))


def queue_frame(ticket: Ticket) -> str:
    """`queue-updated`: fetch the queue again."""
    return encode(wire.QueueUpdated(ticket=ticket.pk))


def needs(actor: AnyActor, permission: str, ticket: UUID) -> None:
    """Raises NotFound for a ticket that the actor does not see, Forbidden where they see it and lack the permission."""
    if actor.staff and actor.may(permission):
        return
    if not queries.visible_to(actor).filter(pk=ticket).exists():
        raise NotFound("There is no such ticket.")
    raise Forbidden("You may not do this.")
