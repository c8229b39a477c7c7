"""Who a ticket's customer is, and which tags are in use."""
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.http.rendering import Listed
from foundation.http.validation import valid_query
from foundation.http.views import ApiView
from tickets import customers


class TicketsOfCustomer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    count_exact = serializers.BooleanField(help_text="Whether there are no more; nobody counts beyond 1,000.")
    open = serializers.IntegerField(help_text="Of these, neither resolved nor closed.")


class Customer(serializers.Serializer[Any]):
    """A customer as the staff know them."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()
    email_confirmed = serializers.BooleanField(help_text="Whether they showed that the address is theirs.")
    active = serializers.BooleanField(help_text="Whether they may sign in.")
    since = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField(allow_null=True, help_text="When they last used a sign-in of theirs; null where none is left.")
    tickets = TicketsOfCustomer()


class TagsWanted(serializers.Serializer[Any]):
    search = serializers.CharField(max_length=50, required=False, help_text="A part of the name.")


class OneCustomer(ApiView):
    needs: ClassVar[dict[str, str]] = {"GET": "tickets.view_queue"}

    @extend_schema(responses=Customer)
    def get(self, request: Request, customer: UUID) -> Response:
        """Who a customer is, and how many tickets they have; the tickets themselves are `GET tickets/?customer=`."""
        return Response(customers.customer(self.actor, customer))


class Tags(ApiView):
    listed = True
    needs: ClassVar[dict[str, str]] = {"GET": "tickets.view_queue"}

    @extend_schema(parameters=[TagsWanted], responses=serializers.ListSerializer(child=serializers.CharField()))
    def get(self, request: Request) -> Response:
        """Tags that tickets have, up to 50 by name: suggestions for another ticket."""
        found = customers.tags(**valid_query(TagsWanted, request))
        return Response(Listed(found, count=len(found)))
