"""Policies, calendars and what they would make of a ticket."""
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.http.rendering import Listed
from foundation.http.validation import valid, valid_query
from foundation.http.views import ApiView
from tickets import previewing, service_levels
from tickets.actions import promising
from tickets.api import sla_serializers as shapes


def needs(model: str) -> dict[str, str]:
    """Django's permissions for each method."""
    verbs = {"GET": "view", "POST": "add", "PATCH": "change", "DELETE": "delete"}
    return {method: f"tickets.{verb}_{model}" for method, verb in verbs.items()}


class Calendars(ApiView):
    listed = True
    needs: ClassVar[dict[str, str]] = needs("calendar")

    @extend_schema(responses=shapes.Calendar(many=True))
    def get(self, request: Request) -> Response:
        """When the organization works."""
        return listed(service_levels.calendars_shown(self.actor))

    @extend_schema(request=shapes.CalendarFields, responses={201: shapes.Calendar})
    def post(self, request: Request) -> Response:
        """A new calendar; one that never opens is refused."""
        row = promising.save_calendar(actor=self.actor, given=valid(shapes.CalendarFields, request))
        return Response(service_levels.calendar_shown(self.actor, row.pk), status=201)


class OneCalendar(ApiView):
    needs: ClassVar[dict[str, str]] = needs("calendar")

    @extend_schema(responses=shapes.Calendar)
    def get(self, request: Request, calendar: UUID) -> Response:
        """One calendar."""
        return Response(service_levels.calendar_shown(self.actor, calendar))

    @extend_schema(request=shapes.CalendarChanges, responses=shapes.Calendar)
    def patch(self, request: Request, calendar: UUID) -> Response:
        """Change it. Deadlines that run stay as they are."""
        given = valid(shapes.CalendarChanges, request)
        promising.save_calendar(actor=self.actor, seen=given.pop("version", None), given=given, key=calendar)
        return Response(service_levels.calendar_shown(self.actor, calendar))

    @extend_schema(responses={200: shapes.Calendar})
    def delete(self, request: Request, calendar: UUID) -> Response:
        """Delete it, and answer what it was; 409 while a policy counts by it."""
        was = service_levels.calendar_shown(self.actor, calendar)
        promising.delete_calendar(actor=self.actor, key=calendar)
        return Response(was)


class Policies(ApiView):
    listed = True
    needs: ClassVar[dict[str, str]] = needs("slapolicy")

    @extend_schema(responses=shapes.Policy(many=True))
    def get(self, request: Request) -> Response:
        """What the organization promises."""
        return listed(service_levels.policies_shown(self.actor))

    @extend_schema(request=shapes.PolicyFields, responses={201: shapes.Policy})
    def post(self, request: Request) -> Response:
        """A new policy. It holds for tickets that are opened from now on."""
        row = promising.save_policy(actor=self.actor, given=valid(shapes.PolicyFields, request))
        return Response(service_levels.policy_shown(self.actor, row.pk), status=201)


class OnePolicy(ApiView):
    needs: ClassVar[dict[str, str]] = needs("slapolicy")

    @extend_schema(responses=shapes.Policy)
    def get(self, request: Request, policy: UUID) -> Response:
        """One policy."""
        return Response(service_levels.policy_shown(self.actor, policy))

    @extend_schema(request=shapes.PolicyChanges, responses=shapes.Policy)
    def patch(self, request: Request, policy: UUID) -> Response:
        """Change it; `targets` and `categories` replace what was there. Deadlines that run stay as they are."""
        given = valid(shapes.PolicyChanges, request)
        promising.save_policy(actor=self.actor, seen=given.pop("version", None), given=given, key=policy)
        return Response(service_levels.policy_shown(self.actor, policy))

    @extend_schema(responses={200: shapes.Policy})
    def delete(self, request: Request, policy: UUID) -> Response:
        """Delete it, and answer what it was; clocks that run by it go on."""
        was = service_levels.policy_shown(self.actor, policy)
        promising.delete_policy(actor=self.actor, key=policy)
        return Response(was)


class Preview(ApiView):
    needs: ClassVar[dict[str, str]] = {"GET": "tickets.view_slapolicy", "POST": "tickets.view_slapolicy"}
    own_key = True  # it writes nothing

    @extend_schema(parameters=[shapes.PreviewWanted], responses=shapes.Preview)
    def get(self, request: Request) -> Response:
        """The deadlines that a ticket would have."""
        return Response(previewing.preview(**valid_query(shapes.PreviewWanted, request)))

    @extend_schema(request=shapes.Unsaved, responses={200: shapes.UnsavedPreview}, operation_id="sla_preview_unsaved")
    def post(self, request: Request) -> Response:
        """The same of targets and a calendar that are not saved. Writes nothing; refuses what could not be saved."""
        return Response(previewing.draft(**valid(shapes.Unsaved, request)))


def listed(found: list[dict[str, Any]]) -> Response:
    return Response(Listed(found, count=len(found)))
