"""Drafts over REST; the writer's other tabs hear of them on the socket."""
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat import drafts
from chat.api import serializers
from chat.limits import DRAFTS
from foundation.http.rendering import Listed
from foundation.http.validation import valid, valid_query
from foundation.http.views import ApiView


class Drafts(ApiView):
    listed = True

    @extend_schema(responses=serializers.DraftBrief(many=True))
    def get(self, request: Request) -> Response:
        """All drafts of the caller's, the newest first."""
        found = drafts.listed(self.actor)
        return Response(Listed(found, count=len(found)))


class TicketDraft(ApiView):
    own_key = True

    @extend_schema(responses=serializers.DraftsOfTicket)
    def get(self, request: Request, ticket: UUID) -> Response:
        """The caller's drafts in this ticket."""
        return Response(drafts.of_ticket(self.actor, ticket))

    @extend_schema(request=serializers.NewDraft, responses=serializers.DraftSaved)
    def put(self, request: Request, ticket: UUID) -> Response:
        """Save a draft, following the one that was `seen`; 409 with the `current` one where another tab was faster. The same text again is
        saved already."""
        DRAFTS.check(self.actor.id)
        given = valid(serializers.NewDraft, request)
        return Response({"saved_at": drafts.version(drafts.save(actor=self.actor, conversation=ticket, **given))})

    @extend_schema(parameters=[serializers.DraftWanted], responses={200: serializers.DraftSaved})
    def delete(self, request: Request, ticket: UUID) -> Response:
        """Discard a draft, whatever it says by now: it was sent, or nobody wants it."""
        DRAFTS.check(self.actor.id)
        drafts.discard(actor=self.actor, conversation=ticket, **valid_query(serializers.DraftWanted, request))
        return Response({"saved_at": None})
