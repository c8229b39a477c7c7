from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Availability
from analytics import queries
from foundation.http.views import ApiView


class AgentLoad(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    availability = serializers.ChoiceField(choices=Availability.choices)
    load = serializers.IntegerField()
    capacity = serializers.IntegerField()


class OverviewFigures(serializers.Serializer[Any]):
    """`open` counts everything that is not resolved: queued, assigned, in progress and pending."""

    open = serializers.IntegerField()
    queued = serializers.IntegerField()
    assigned = serializers.IntegerField()
    in_progress = serializers.IntegerField()
    pending = serializers.IntegerField()
    agents = AgentLoad(many=True)


class Overview(ApiView):
    needs: ClassVar[dict[str, str]] = {"GET": "tickets.view_overview"}

    @extend_schema(responses=OverviewFigures)
    def get(self, request: Request) -> Response:
        """How many tickets are open, queued and assigned, and each agent's load."""
        return Response(queries.overview(self.actor))
