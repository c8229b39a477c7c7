"""Bearer tokens."""
from uuid import UUID

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import tokens
from accounts.actions import agents
from accounts.actor import Actor, load
from foundation.http import address


class AccessToken(BaseAuthentication):
    """`Authorization: Bearer <access token>`, checked against the user, the session and the epoch on every request."""

    @staticmethod
    def organization_of(request: HttpRequest) -> UUID | None:
        """The organization that a good token names; None without a token or with a bad one."""
        try:
            claims = claims_of(request)
        except tokens.InvalidToken:
            return None
        return claims.organization_id if claims else None

    def authenticate(self, request: Request) -> tuple[Actor, tokens.Claims] | None:
        claims = claims_of(request._request)
        if claims is None:
            return None
        actor = load(claims.user_id, session=claims.session_id, epoch=claims.number, address=address.of_request(request))
        if actor is None:
            raise tokens.InvalidToken("This session has ended. Please sign in again.", code="session_ended")
        if actor.staff:
            agents.seen_after_commit(organization=actor.organization_id, agent=actor.id)
        return actor, claims

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def claims_of(request: HttpRequest) -> tokens.Claims | None:
    """What the bearer token says; None without one, InvalidToken for a bad one. Verified once per request."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if not header:
        return None
    kept: tokens.Claims | None = getattr(request, "_claims", None)
    if kept is None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise tokens.InvalidToken("Use Authorization: Bearer <access token>.")
        kept = tokens.read(token.strip(), tokens.ACCESS)
        request._claims = kept  # type: ignore[attr-defined]
    return kept


class AccessTokenScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api.authentication.AccessToken"
    name = "accessToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
