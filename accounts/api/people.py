"""People, roles and the organization, for whoever administers them."""
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import queries
from accounts.actions import organizations, people, roles, sessions
from accounts.api import serializers
from accounts.api import settings_serializers as shapes
from foundation.http.rendering import Listed
from foundation.http.validation import valid, valid_query
from foundation.http.views import ApiView


def needs(model: str) -> dict[str, str]:
    """Django's permissions for each method."""
    verbs = {"GET": "view", "POST": "add", "PATCH": "change", "DELETE": "delete"}
    return {method: f"accounts.{verb}_{model}" for method, verb in verbs.items()}


class Users(ApiView):
    listed = True
    needs: ClassVar[dict[str, str]] = {"GET": queries.SEES}

    @extend_schema(parameters=[shapes.UsersWanted], responses=shapes.UserRow(many=True))
    def get(self, request: Request) -> Response:
        """The people of the organization by name, 50 a page."""
        wanted = {name: value for name, value in valid_query(shapes.UsersWanted, request).items() if value is not None}
        found, about = queries.users_shown(self.actor, **wanted)
        return Response(Listed(found, **about))


class OneUser(ApiView):
    needs: ClassVar[dict[str, str]] = needs("user")

    @extend_schema(responses=shapes.UserRow)
    def get(self, request: Request, user: UUID) -> Response:
        """Somebody, and what the caller may do with them."""
        return self.shown(user)

    @extend_schema(request=shapes.UserChanges, responses=shapes.UserRow)
    def patch(self, request: Request, user: UUID) -> Response:
        """Another name or role, switched off or on, an address that is known to be theirs. Another role and switching off end all that they
        have open. 403 `escalation` for whoever may do more than the caller and for a role that may, `own_account` for oneself."""
        queries.user_seen(self.actor, user)
        people.change(user=user, actor=self.actor, **renamed(valid(shapes.UserChanges, request)))
        return self.shown(user)

    def shown(self, user: UUID) -> Response:
        return Response(queries.user_shown(self.actor, queries.user_seen(self.actor, user)))


class UserSessions(ApiView):
    needs: ClassVar[dict[str, str]] = needs("session")

    @extend_schema(request=None, responses={200: shapes.SignedOut}, operation_id="users_sessions_destroy")
    def delete(self, request: Request, user: UUID) -> Response:
        """Sign somebody out everywhere; their sockets close. 403 `escalation` for whoever may do more than the caller."""
        queries.user_seen(self.actor, user)
        sessions.end_all(user=user, actor=self.actor)
        return Response({"signed_out": True})


class Roles(ApiView):
    listed = True
    needs: ClassVar[dict[str, str]] = needs("role")

    @extend_schema(responses=shapes.RoleRow(many=True))
    def get(self, request: Request) -> Response:
        """The roles of the organization, and what each may do."""
        found = queries.roles_shown(self.actor)
        return Response(Listed(found, count=len(found)))

    @extend_schema(request=shapes.NewRole, responses={201: shapes.RoleRow})
    def post(self, request: Request) -> Response:
        """A role of the organization's own. 403 `escalation` for permissions that the caller does not hold."""
        row = roles.create(actor=self.actor, **valid(shapes.NewRole, request))
        return Response(queries.role_shown(self.actor, row), 201)


class OneRole(ApiView):
    needs: ClassVar[dict[str, str]] = needs("role")

    @extend_schema(responses=shapes.RoleRow)
    def get(self, request: Request, role: UUID) -> Response:
        """One role."""
        return Response(queries.role_seen(self.actor, role))

    @extend_schema(request=shapes.RoleChanges, responses=shapes.RoleRow)
    def patch(self, request: Request, role: UUID) -> Response:
        """Another name, other permissions; whoever has it feels that with their next request. 403 `own_account` for the caller's own role,
        `escalation` for what they do not hold, `shipped_role` for the name of a role that every organization has."""
        row = roles.change(role=role, actor=self.actor, **renamed(valid(shapes.RoleChanges, request)))
        return Response(queries.role_shown(self.actor, row))

    @extend_schema(request=None, responses={200: serializers.Removed})
    def delete(self, request: Request, role: UUID) -> Response:
        """Delete it; 409 `in_use` while somebody has it or is invited to it, 403 `shipped_role` for one that every organization has."""
        roles.delete(role=role, actor=self.actor)
        return Response({"removed": True})


class Permissions(ApiView):
    listed = True
    needs: ClassVar[dict[str, str]] = {"GET": "accounts.view_role"}

    @extend_schema(responses=shapes.PermissionSubject(many=True))
    def get(self, request: Request) -> Response:
        """What a role can be given, by what it is about."""
        found = queries.permissions_shown(self.actor)
        return Response(Listed(found, count=len(found)))


class Organization(ApiView):
    needs: ClassVar[dict[str, str]] = {"GET": "accounts.view_organization", "PATCH": "accounts.change_organization"}

    @extend_schema(responses=shapes.OrganizationSettings)
    def get(self, request: Request) -> Response:
        """The caller's organization."""
        return Response(queries.organization_shown(self.actor, queries.organization()))

    @extend_schema(request=shapes.OrganizationChanges, responses=shapes.OrganizationSettings)
    def patch(self, request: Request) -> Response:
        """Change it. Whoever demands a second factor has one: 409 `own_factor_first`; staff without one are signed out."""
        given = valid(shapes.OrganizationChanges, request)
        seen = given.pop("version", None)
        row = organizations.change(organization=self.actor.organization_id, given=given, actor=self.actor, seen=seen)
        return Response(queries.organization_shown(self.actor, row))


def renamed(given: dict[str, Any]) -> dict[str, Any]:
    """`version` is `seen` to the actions."""
    return {("seen" if name == "version" else name): value for name, value in given.items()}
