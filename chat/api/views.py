"""Conversations over REST: the same actions and answers as the socket's."""
from typing import Any
from uuid import UUID

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actor import Actor
from chat import actions, queries, sending, wire
from chat.api import serializers
from chat.attachments import kinds, picture
from chat.limits import SENDS
from chat.models import LONGEST_TEXT, MOST_ATTACHMENTS
from foundation.http.rendering import ready_made
from foundation.http.validation import valid, valid_query
from foundation.http.views import ApiView


class Messages(ApiView):
    own_units = True
    own_key = True

    @extend_schema(request=serializers.NewMessage, responses={201: serializers.MessageStored, 200: serializers.MessageStored})
    def post(self, request: Request, ticket: UUID) -> Response:
        """Send a message. Repeating it with the same `client_id` answers the stored one (200, `duplicate`). A customer's message to a
        ticket that is over goes into its follow-up, which the answer names."""
        given = valid(serializers.NewMessage, request)
        actor = self.actor
        SENDS.check(actor.id)
        draft = sending.Draft(conversation=ticket, client_id=given["client_id"], text=given["text"], internal=given["internal"],
                              attachments=tuple(given.get("attachments", ())))
        stored = sending.send(actor=actor, draft=draft)
        answer: dict[str, Any] = {"id": stored.id, "seq": stored.seq, "created_at": stored.created_at, "duplicate": stored.duplicate}
        if stored.place:
            answer["ticket"] = {"id": stored.place.id, "number": stored.place.number}
        return Response(answer, 200 if stored.duplicate else 201)


class Entries(ApiView):
    @extend_schema(parameters=[serializers.EntriesWanted], responses=serializers.EntryPage)
    def get(self, request: Request, ticket: UUID) -> Any:
        """Entries after a number, as the socket's `batch` has them, or before one, for reading upwards."""
        given = valid_query(serializers.EntriesWanted, request)
        actor = self.actor
        conversation = queries.get(actor, ticket)
        if "before" in given:
            page = queries.before(actor, conversation, given["before"])
        else:
            page = queries.after(actor, conversation, given.get("after", 0))
        return ready_made(encoded(page))


class History(ApiView):
    @extend_schema(parameters=[serializers.HistoryWanted], responses=serializers.HistoryPage)
    def get(self, request: Request, ticket: UUID) -> Any:
        """What happened to a ticket besides what was said: assignments, statuses, and for the staff changes, the last ones first."""
        actor = self.actor
        happened = queries.history(actor, queries.get(actor, ticket), **valid_query(serializers.HistoryWanted, request))
        return ready_made(wire.encoder.encode({"entries": happened.entries, "more": happened.more}))


def encoded(page: queries.Page) -> bytes:
    """A page as the API shows it."""
    return wire.encoder.encode({
        "from": page.first, "to": page.last, "head": page.head, "more": page.more, "entries": page.entries, "reads": page.reads})


class Limits(ApiView):
    own_units = True

    @extend_schema(responses=serializers.Limits)
    def get(self, request: Request) -> Response:
        """What a message may hold, so that a client can say so before anything is sent."""
        return Response({"message_characters": LONGEST_TEXT, "attachments": MOST_ATTACHMENTS, "file_bytes": kinds.MOST_BYTES,
                         "file_types": list(kinds.MEDIA_TYPES), "picture_pixels": picture.MOST_PIXELS})


class Message(ApiView):
    @extend_schema(responses=serializers.MessageActions)
    def get(self, request: Request, message: UUID) -> Response:
        """A message as it stands, and what the caller may do with it."""
        allowed = actions.possible_actions(actor=self.actor, message=message)
        return Response({"message": built(actions.row(message), self.actor), "allowed_actions": allowed})

    @extend_schema(request=serializers.EditedText, responses={200: serializers.ENTRY})
    def patch(self, request: Request, message: UUID) -> Response:
        """Edit one's own message within 15 minutes; what it said before stays on record."""
        text = valid(serializers.EditedText, request)["text"]
        return shown(actions.edit(actor=self.actor, message=message, text=text), self.actor)

    @extend_schema(responses={200: serializers.ENTRY})
    def delete(self, request: Request, message: UUID) -> Response:
        """Delete a message; it keeps its place, and what it said stays on record."""
        return shown(actions.delete(actor=self.actor, message=message), self.actor)


class Read(ApiView):
    @extend_schema(request=serializers.ReadTo, responses=serializers.ReadTo)
    def post(self, request: Request, ticket: UUID) -> Response:
        """Everything up to `seq` has been read; never moves backwards."""
        seq = valid(serializers.ReadTo, request)["seq"]
        return Response({"seq": actions.read(actor=self.actor, conversation=ticket, seq=seq)})


def shown(row: wire.Row, actor: Actor) -> Response:
    """An entry as the one who asks sees it."""
    return Response(built(row, actor))


def built(row: wire.Row, actor: Actor) -> Any:
    return msgspec.to_builtins(wire.shown(row, staff=actor.staff), enc_hook=str)
