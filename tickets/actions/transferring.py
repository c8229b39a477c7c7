"""Sending a ticket to those who have a skill."""
from uuid import UUID

from accounts import audit
from accounts.actions.agents import staff_group
from accounts.actor import Actor
from accounts.models import Skill
from chat import actions as chat
from chat import sending
from chat.models import Kind
from foundation import events
from foundation.errors import Conflict, Forbidden, Invalid
from foundation.events import Push
from tickets import lifecycle
from tickets.actions.moves import check_version, locked, needs, queue_frame, requeue, save, updated
from tickets.models import Status, Ticket


def transfer(*, actor: Actor, ticket: UUID, skill: UUID | None, version: int | None = None, note: str = "") -> Ticket:
    """Back to the queue, for those who have the skill (None: that of its category); whoever had the ticket does not get it again. A ticket
    that waits keeps its place. `note` is told to the staff. Raises Forbidden, Conflict (stale; a ticket that is over), Invalid."""
    needs(actor, "tickets.transfer_ticket", ticket)
    found = locked(actor, ticket)
    check_version(found, version, actor)
    if not lifecycle.may_give_up(found, actor):
        raise Forbidden("Only its agent or a manager may send this ticket to others.")
    allowed = lifecycle.MACHINE.allowed(found.status, lifecycle.TRANSFER)
    if not allowed:
        raise Conflict(f"A ticket that is {found.status} cannot be sent to others.", code="move_refused", allowed=[], state=found.status)
    before, had = found.skill, found.assignee_id
    found.skill = _known(skill)
    if found.status == Status.QUEUED:
        if found.skill != before:
            _wait_for_others(found)
    else:
        requeue(found, act=lifecycle.TRANSFER, actor=actor, released_by=had)
    if found.skill != before:
        data = {"field": "skill", "from": before and before.name, "to": found.skill and found.skill.name}
        chat.add(conversation=found.pk, kind=Kind.CHANGE, actor=actor, data=data, internal=True)
    if had or found.skill != before:
        audit.record("ticket_transferred", actor=actor, target=found, before=_routed(before, had), after=_routed(found.skill, None))
    if note:
        sending.note(actor=actor, conversation=found.pk, text=note)
    return found


def _known(skill: UUID | None) -> Skill | None:
    found = Skill.objects.filter(pk=skill).first() if skill else None
    if skill and found is None:
        raise Invalid("Some fields are not valid.", fields={"skill": ["There is no such skill."]})
    return found


def _wait_for_others(ticket: Ticket) -> None:
    """It stays where it is in the queue, and may be assigned at once."""
    save(ticket)
    events.emit("ticket.queued", {"ticket": str(ticket.pk)}, push=[Push(staff_group(ticket.organization_id), queue_frame(ticket))])
    updated(ticket)


def _routed(skill: Skill | None, assignee: UUID | None) -> dict[str, str | None]:
    return {"skill": str(skill.pk) if skill else None, "assignee": str(assignee) if assignee else None}
