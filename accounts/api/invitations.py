"""Inviting staff, and accepting that."""
from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import inviting
from accounts.api import serializers
from accounts.api.views import Public
from foundation.http.address import of_request
from foundation.http.rendering import Listed
from foundation.http.validation import valid
from foundation.http.views import ApiView
from foundation.units import unit_of_work


class Invitations(ApiView):
    listed = True
    needs: ClassVar[dict[str, str]] = {"GET": inviting.INVITES, "POST": inviting.INVITES}

    @extend_schema(responses=serializers.InvitationRow(many=True))
    def get(self, request: Request) -> Response:
        """Those that are open, the newest first."""
        found = inviting.visible_to(self.actor).select_related("role", "invited_by")
        rows = list(serializers.InvitationRow(found, many=True).data)
        return Response(Listed(rows, count=len(rows)))

    @extend_schema(request=serializers.NewInvitation, responses={201: serializers.InvitationRow})
    def post(self, request: Request) -> Response:
        """Mail somebody a link by which they join the staff in this role. 403 `escalation` for a role that holds more than the caller's."""
        row = inviting.invite(**valid(serializers.NewInvitation, request), actor=self.actor)
        return Response(serializers.InvitationRow(row).data, 201)


class OneInvitation(ApiView):
    needs: ClassVar[dict[str, str]] = {"DELETE": inviting.INVITES}

    @extend_schema(request=None, responses={200: serializers.Withdrawn})
    def delete(self, request: Request, invitation: UUID) -> Response:
        """Withdraw it: its link is dead."""
        inviting.withdraw(invitation=invitation, actor=self.actor)
        return Response({"withdrawn": True})


class Resend(ApiView):
    needs: ClassVar[dict[str, str]] = {"POST": inviting.INVITES}

    @extend_schema(request=None, responses=serializers.InvitationRow)
    def post(self, request: Request, invitation: UUID) -> Response:
        """Another letter with another link, good for another week; the earlier link is dead."""
        return Response(serializers.InvitationRow(inviting.resend(invitation=invitation, actor=self.actor)).data)


class Look(Public):
    @extend_schema(request=serializers.LinkGiven, responses=serializers.InvitationLooked, auth=[])
    def post(self, request: Request) -> Response:
        """What a link invites to; 410 `dead_link` where it does not work any more."""
        row = inviting.look(token=valid(serializers.LinkGiven, request)["token"], address=of_request(request))
        with unit_of_work(row.organization_id):
            return Response(serializers.InvitationLooked(row).data)


class Accept(Public):
    @extend_schema(request=serializers.InvitationAnswer, responses={201: serializers.ConfirmedAddress}, auth=[])
    def post(self, request: Request) -> Response:
        """Join, with a name and a password; sign in afterwards."""
        given = valid(serializers.InvitationAnswer, request)
        user = inviting.accept(token=given["token"], name=given["name"], password=given["password"], address=of_request(request))
        return Response({"email": user.email}, 201)
