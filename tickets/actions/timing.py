"""A ticket's clocks, as its row keeps them: what a move, a message or another priority does to them."""
from datetime import datetime
from typing import Any

import orjson
from django.utils import timezone

from accounts.actor import Actor
from tickets import service_levels
from tickets.models import Status, Ticket
from tickets.service_levels import Promises
from tickets.sla.agreement import PAUSES, Clocks, Policy, as_json, begin, of_json
from tickets.sla.clocks import Kind


def of(ticket: Ticket) -> Clocks | None:
    """The ticket's clocks; None where nothing was promised."""
    return None if ticket.clocks is None else of_json(orjson.loads(ticket.clocks))


def keep(ticket: Ticket, clocks: Clocks | None) -> None:
    """Put clocks into the row, with what lists and the sweep look for; the caller saves."""
    for name, value in columns(clocks, ticket.status).items():
        setattr(ticket, name, value if clocks is None or name != "clocks" else orjson.dumps(value).decode())
    responded = ticket.first_response_at is not None or (clocks is not None and Kind.FIRST_RESPONSE in clocks.clocks)
    ticket.customer_starts_clock = clocks is not None and clocks.awaits_question and responded


def columns(clocks: Clocks | None, status: str) -> dict[str, Any]:
    """The columns of a ticket's row; `clocks` as what becomes JSON."""
    if clocks is None:
        return dict.fromkeys(("clocks", "sla_warning_at", "sla_critical_at", "sla_due_at", "sla_next_at"))
    sought = clocks.columns(status)
    return {"clocks": as_json(clocks), "sla_warning_at": sought.warning_at, "sla_critical_at": sought.critical_at,
            "sla_due_at": sought.due_at, "sla_next_at": sought.next_at}


def opened(promises: Promises, category: str | None, priority: int, at: datetime) -> dict[str, Any]:
    """The columns of a ticket that is opened now; nothing where nothing is promised."""
    clocks = begin(promises.policy_of(category), priority, promises.calendars, at)
    return columns(clocks, Status.QUEUED) if clocks else {}


def follow(ticket: Ticket) -> Clocks | None:
    """Let the clocks follow the ticket's status: pending and resolved pause, closed ends. Returns them as they are then."""
    clocks = of(ticket)
    if clocks is None:
        return None
    resumes = clocks.paused_at is not None and ticket.status not in PAUSES
    calendars = service_levels.load().calendars if resumes else {}
    clocks = clocks.follow(ticket.status, timezone.now(), calendars)
    keep(ticket, clocks)
    return clocks


def replied(ticket: Ticket, actor: Actor) -> bool:
    """A message was said: the staff's ends what awaits a response, the customer's begins it. Returns whether a clock changed."""
    before = of(ticket)
    if before is None:
        return False
    after = before.answered(timezone.now()) if actor.staff else _asked(ticket, before)
    if after != before:
        keep(ticket, after)
    return after != before


def _asked(ticket: Ticket, clocks: Clocks) -> Clocks:
    if not ticket.customer_starts_clock:
        return clocks
    promises = service_levels.load()
    policy = promises.policies.get(clocks.policy)
    target = policy.targets.get((Kind.NEXT_RESPONSE, ticket.priority)) if policy else None
    return clocks.asked(timezone.now(), target, promises.calendars)


def fit(ticket: Ticket) -> None:
    """The targets of what the ticket is now: another priority or category was given to it by hand. Of which nothing was promised yet, what
    is promised now began when it was opened."""
    promises = service_levels.load()
    policy = promises.policy_of(ticket.category.slug if ticket.category else None)
    clocks = of(ticket) or (_nothing_yet(ticket, policy) if policy else None)
    if clocks is not None:
        keep(ticket, clocks.fit(policy, ticket.priority, promises.calendars, timezone.now(), opened_at=ticket.created_at,
                                responded_at=ticket.first_response_at))


def _nothing_yet(ticket: Ticket, policy: Policy) -> Clocks:
    """Nobody has kept when the ticket waited before; that it waits now, it has at least since it was changed last."""
    waits = (ticket.resolved_at or ticket.updated_at) if ticket.status in PAUSES else None
    return Clocks(policy.id, next_response_promised=False, paused_at=waits)
