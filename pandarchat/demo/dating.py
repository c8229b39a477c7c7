"""Moves a demo conversation into the past, where its script says that it happened."""
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from chat.models import Conversation, Entry, Kind, ReadMark
from tickets import service_levels
from tickets.actions import timing
from tickets.models import Status, Ticket
from tickets.sla.agreement import Clocks, begin
from tickets.sla.clocks import Kind as Counts

SOON = timedelta(seconds=20)
CLOSES_AFTER = timedelta(days=1)
LAST = timedelta(seconds=10)


def date_back(ticket: UUID, *, opened_at: datetime, said_at: dict[UUID, datetime], not_after: datetime) -> None:
    """Give every entry its time, and the ticket the times that follow from its entries; inside a unit of work."""
    entries = list(Entry.objects.filter(conversation_id=ticket).order_by("staff_seq"))
    _date_entries(entries, opened_at, said_at, not_after - LAST)
    Entry.objects.bulk_update(entries, ["created_at", "edited_at", "deleted_at"])
    last = entries[-1].created_at
    ReadMark.objects.filter(conversation_id=ticket).update(at=last)
    Conversation.objects.filter(pk=ticket).update(created_at=opened_at, last_entry_at=last)
    row = Ticket.objects.select_related("category").get(pk=ticket)
    times = {"created_at": opened_at, "updated_at": last, **_ticket_times(row, entries)}
    for name, at in times.items():
        setattr(row, name, at)
    timing.keep(row, _clocks(row, entries))
    row.save()


def _date_entries(entries: list[Entry], opened_at: datetime, said_at: dict[UUID, datetime], latest: datetime) -> None:
    """What was said has its time; what the house added comes soon after what it followed, and never after what came next."""
    by_place = {entry.staff_seq: entry for entry in entries}
    at = opened_at - SOON
    for entry in entries:
        known = said_at.get(entry.client_id) if entry.client_id else None
        at = min(max(known or at, at + _pause(entry)), latest)
        entry.created_at = at
        if entry.kind == Kind.EDIT and entry.target_seq:
            by_place[entry.target_seq].edited_at = at
        if entry.kind == Kind.DELETION and entry.target_seq:
            by_place[entry.target_seq].deleted_at = at


def _pause(entry: Entry) -> timedelta:
    """How long after the entry before it this one came, at the least."""
    if _moved_to(entry) == Status.CLOSED:
        return CLOSES_AFTER
    if _moved_to(entry) == Status.IN_PROGRESS:
        return timedelta()  # of the same commit as the message that moved it
    return SOON


def _moved_to(entry: Entry) -> str | None:
    return entry.data["to"] if entry.kind == Kind.STATUS and entry.data else None


def _clocks(ticket: Ticket, entries: list[Entry]) -> Clocks | None:
    """The clocks as these entries moved them; what is past by now has been said."""
    promises = service_levels.load()
    policy = promises.policy_of(ticket.category.slug if ticket.category else None)
    clocks = begin(policy, ticket.priority, promises.calendars, ticket.created_at)
    if policy is None or clocks is None:
        return None
    for entry in entries[1:]:
        if to := _moved_to(entry):
            clocks = clocks.follow(to, entry.created_at, promises.calendars)
        elif entry.kind == Kind.MESSAGE and entry.sender_is_staff:
            clocks = clocks if entry.public_seq is None else clocks.answered(entry.created_at)
        elif entry.kind == Kind.MESSAGE:
            target = policy.targets.get((Counts.NEXT_RESPONSE, ticket.priority))
            clocks = clocks.asked(entry.created_at, target, promises.calendars)
    return replace(clocks.advance(timezone.now())[0], escalation_level=0)


def _ticket_times(ticket: Ticket, entries: list[Entry]) -> dict[str, datetime | None]:
    """The times that the ticket has, from the entries that tell of them."""
    def last(kind: str, to: str | None = None) -> datetime | None:
        return next((e.created_at for e in reversed(entries) if e.kind == kind and _moved_to(e) == to), None)

    replies = [e.created_at for e in entries if e.kind == Kind.MESSAGE and e.sender_is_staff and e.public_seq is not None]
    return {
        "queued_at": last(Kind.STATUS, Status.QUEUED) or entries[0].created_at,
        "assigned_at": last(Kind.ASSIGNMENT) if ticket.assigned_at else None,
        "first_response_at": replies[0] if ticket.first_response_at and replies else None,
        "resolved_at": last(Kind.STATUS, Status.RESOLVED) if ticket.resolved_at else None,
        "closed_at": last(Kind.STATUS, Status.CLOSED) if ticket.closed_at else None,
    }
