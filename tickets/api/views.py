"""Tickets, the queue and the agents over REST."""
from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actor import Actor
from foundation.http import idempotency
from foundation.http.rendering import Listed, beside, ready_made
from foundation.http.validation import valid, valid_query
from foundation.http.views import ApiView
from foundation.units import unit_of_work
from tickets import counting, lists, queries
from tickets.actions import moves, opening, transferring
from tickets.api import serializers


class Tickets(ApiView):
    listed = True
    own_units = True

    @extend_schema(parameters=[serializers.TicketsWanted], responses=serializers.ListedTicket(many=True))
    def get(self, request: Request) -> HttpResponse:
        """Tickets that the caller may see, 25 a page."""
        wanted = lists.Wanted(**valid_query(serializers.TicketsWanted, request))
        actor = self.actor
        with unit_of_work(actor):
            return listed(lists.tickets(actor, wanted))

    @extend_schema(request=serializers.NewTicket, responses={201: serializers.TicketRow})
    def post(self, request: Request) -> HttpResponse:
        """Open a ticket with its first message. It is queued and, where an agent is free, assigned within a second."""
        given = valid(serializers.NewTicket, request)
        given.pop("priority", None)
        attached = given.pop("attachments", ())
        key = idempotency.key_of(request)
        new = opening.NewTicket(**{**given, "tags": tuple(sorted(set(given.get("tags", ()))))})
        opened = opening.open_ticket(actor=self.actor, new=new, attached=attached, key=key,
                                     fingerprint=idempotency.fingerprint(request) if key else None)
        response = ready_made(opened.body, status=201)
        if opened.repeated:
            response.headers["Idempotent-Replay"] = "true"
        return response


class Counts(ApiView):
    needs: ClassVar[dict[str, str]] = {"GET": "tickets.view_queue"}

    @extend_schema(responses=serializers.ViewCounts)
    def get(self, request: Request) -> Response:
        """How many tickets each view of the inbox has, all in one answer; no count goes beyond 10,000."""
        return Response(counting.counts(self.actor))


def listed(found: lists.Listed) -> HttpResponse:
    """A list whose JSON PostgreSQL built, in its envelope."""
    return ready_made(found.data, beside(found.about))


class Ticket(ApiView):
    @extend_schema(responses=serializers.TicketDetail)
    def get(self, request: Request, ticket: UUID) -> Response:
        """One ticket, with what the caller may do with it."""
        return detail(self.actor, ticket)

    @extend_schema(request=serializers.TicketChanges, responses=serializers.TicketDetail)
    def patch(self, request: Request, ticket: UUID) -> Response:
        """Change subject, priority, category or tags of the `version` that was seen; 409 with the current state for an older one."""
        given = valid(serializers.TicketChanges, request)
        version = given.pop("version")
        moves.update(actor=self.actor, ticket=ticket, version=version, changes=given)
        return detail(self.actor, ticket)


class Take(ApiView):
    @extend_schema(request=serializers.Versioned, responses=serializers.TicketDetail)
    def post(self, request: Request, ticket: UUID) -> Response:
        """Take a ticket out of the queue."""
        moves.take(actor=self.actor, ticket=ticket, **valid(serializers.Versioned, request))
        return detail(self.actor, ticket)


class Release(ApiView):
    @extend_schema(request=serializers.Versioned, responses=serializers.TicketDetail)
    def post(self, request: Request, ticket: UUID) -> Response:
        """Give a ticket back to the queue."""
        moves.release(actor=self.actor, ticket=ticket, **valid(serializers.Versioned, request))
        return detail(self.actor, ticket)


class Reassign(ApiView):
    @extend_schema(request=serializers.Reassignment, responses=serializers.TicketDetail)
    def post(self, request: Request, ticket: UUID) -> Response:
        """Give a ticket to an agent."""
        moves.reassign(actor=self.actor, ticket=ticket, **valid(serializers.Reassignment, request))
        return detail(self.actor, ticket)


class Transfer(ApiView):
    @extend_schema(request=serializers.Transfer, responses=serializers.Transferred)
    def post(self, request: Request, ticket: UUID) -> Response:
        """Send a ticket to those who have a skill: back to the queue, though not to whoever had it. The answer says why it waits."""
        found = transferring.transfer(actor=self.actor, ticket=ticket, **valid(serializers.Transfer, request))
        return Response({**queries.detail(self.actor, ticket), **queries.why_waits(found)})


class TicketStatus(ApiView):
    @extend_schema(request=serializers.StatusWanted, responses=serializers.TicketDetail)
    def post(self, request: Request, ticket: UUID) -> Response:
        """Move a ticket; 409 with `allowed` for a move that does not exist."""
        given = valid(serializers.StatusWanted, request)
        moves.set_status(actor=self.actor, ticket=ticket, to=given["status"], version=given.get("version"))
        return detail(self.actor, ticket)


def detail(actor: Actor, ticket: UUID) -> Response:
    """The ticket as it is now."""
    return Response(queries.detail(actor, ticket))


class Queue(ApiView):
    listed = True
    needs: ClassVar[dict[str, str]] = {"GET": "tickets.view_queue"}

    @extend_schema(parameters=[serializers.QueueWanted], responses=serializers.QueueItem(many=True))
    def get(self, request: Request) -> HttpResponse:
        """The waiting tickets in the order of their assignment, each with the reason why it waits."""
        return listed(lists.queue(self.actor, valid_query(serializers.QueueWanted, request)["page"]))


class MyTickets(ApiView):
    listed = True
    needs: ClassVar[dict[str, str]] = {"GET": "tickets.view_queue"}

    @extend_schema(responses=serializers.Held(many=True))
    def get(self, request: Request) -> Response:
        """The caller's tickets that are not over, with what is unread of each: what a client announces and counts."""
        found = queries.held(self.actor)
        return Response(Listed(found, count=len(found)))
