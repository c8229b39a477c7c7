"""Signing up, in and out."""
from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import browser, tokens
from accounts.actions import entering, people, sessions
from accounts.actor import Actor
from accounts.api import serializers, settings_serializers
from accounts.api.authentication import check_own_page
from accounts.models import User
from foundation.http import address
from foundation.http.rendering import Listed
from foundation.http.validation import valid
from foundation.http.views import ApiView, Everyone


class Public(ApiView):
    """Nobody is signed in yet; the units of work are the actions'."""

    authentication_classes = ()
    permission_classes = (Everyone,)
    own_units = True

    def organization_of(self, request: Any) -> None:
        return None


class Register(Public):
    @extend_schema(request=serializers.Registration, responses={201: serializers.Registered}, auth=[])
    def post(self, request: Request) -> Response:
        """Sign up as a customer. The answer is the same whether or not the address was known; sign in afterwards."""
        given = valid(serializers.Registration, request)
        people.register(**given, address=address.of_request(request))
        message = "Thank you. If this address was free, the account is ready: please sign in."
        return Response({"email": given["email"], "message": message}, 201)


class Login(Public):
    @extend_schema(request=serializers.Credentials, responses=serializers.SignedInTokens, auth=[])
    def post(self, request: Request) -> Response:
        """Sign in with organization, address and password. 401 `second_factor_required` or `second_factor_enrolment_required` with a
        `challenge` where the password was right and is not enough."""
        return Response(entered(entering.sign_in(**valid(serializers.Credentials, request), **where(request))))


def where(request: Request) -> dict[str, str]:
    """From where a session begins."""
    return {"address": address.of_request(request), "user_agent": request.headers.get("User-Agent", "")}


class Browser(ApiView):
    """Signing in asks nobody who they are; everything else here does."""

    own_key = True

    def get_authenticators(self) -> Any:
        return [] if self.begins(self.request) else super().get_authenticators()

    def get_permissions(self) -> Any:
        return [Everyone()] if self.begins(self.request) else super().get_permissions()

    def organization_of(self, request: Any) -> Any:
        return None if self.begins(request) else super().organization_of(request)

    @staticmethod
    def begins(request: Any) -> bool:
        return getattr(request, "method", None) == "POST"

    @extend_schema(request=serializers.Credentials, responses=serializers.BrowserSession, auth=[])
    def post(self, request: Request) -> Response:
        """Sign in a browser: sets the session cookie, which no script reads, and the CSRF cookie, whose value goes into X-CSRFToken."""
        check_own_page(request._request)
        try:
            return browsing(request, entering.enter_browser(**valid(serializers.Credentials, request), **where(request)))
        except entering.SecondFactorNeeded as needed:
            browser.expect(request._request, needed.key)
            raise

    @extend_schema(request=None, responses={200: serializers.Ended})
    def delete(self, request: Request) -> Response:
        """Sign this browser out; its sockets close."""
        key = request._request.session.session_key
        sessions.sign_out(actor=self.actor)
        if key:
            request._request.session.flush()
            sessions.browser_signed_out(key)
        return Response({"ended": "this"})


def browsing(request: Request, begun: entering.Entered, **more: Any) -> Response:
    """The cookies of a session that has begun; `more` is answered beside it."""
    browser.begin(request._request, tenant=begun.tenant, user=begun.user, session=begun.session, epoch=begun.epoch, hashed=begun.hashed)
    return Response({"expires_in": settings.SESSION_COOKIE_AGE, "user": begun.me, **more})


class Sessions(ApiView):
    listed = True

    @extend_schema(responses=serializers.OwnSession(many=True))
    def get(self, request: Request) -> Response:
        """Where the caller is signed in, the last used first."""
        found = list(serializers.OwnSession(sessions.running(self.actor), many=True, context={"actor": self.actor}).data)
        return Response(Listed(found, count=len(found)))

    @extend_schema(request=None, responses={200: serializers.EndedSessions}, operation_id="auth_sessions_destroy_others")
    def delete(self, request: Request) -> Response:
        """Sign out everywhere else; the sockets there close."""
        return Response({"ended": sessions.end_others(actor=self.actor)})


class OneSession(ApiView):
    @extend_schema(request=None, responses={200: serializers.Ended})
    def delete(self, request: Request, session: UUID) -> Response:
        """End one of the caller's own sessions; its sockets close."""
        sessions.end_own(actor=self.actor, session=session)
        return Response({"ended": "this"})


class Refresh(Public):
    @extend_schema(request=serializers.RefreshToken, responses=serializers.TokenPair, auth=[])
    def post(self, request: Request) -> Response:
        """The next access and refresh token. Each refresh token works once; a second use ends the session."""
        given = valid(serializers.RefreshToken, request)
        return Response(pair(sessions.refresh(token=given["refresh"], address=address.of_request(request))))


class Logout(ApiView):
    @extend_schema(request=serializers.Logout, responses=serializers.Ended)
    def post(self, request: Request) -> Response:
        """End this session, or with `everywhere` all sessions, tokens and sockets of the user."""
        everywhere = valid(serializers.Logout, request)["everywhere"]
        actor: Actor = self.actor
        if everywhere:
            sessions.sign_out_everywhere(actor=actor, user=User.objects.get(id=actor.id))
        else:
            sessions.sign_out(actor=actor)
        return Response({"ended": "all" if everywhere else "this"})


class MeView(ApiView):
    @extend_schema(responses=serializers.Me)
    def get(self, request: Request) -> Response:
        """Who is signed in, and what their role allows."""
        return self.shown()

    @extend_schema(request=settings_serializers.OwnName, responses=serializers.Me)
    def patch(self, request: Request) -> Response:
        """Another name for oneself."""
        me = User.objects.select_for_update().get(id=self.actor.id)
        people.rename(user=me, actor=self.actor, **valid(settings_serializers.OwnName, request))
        return self.shown()

    def shown(self) -> Response:
        user = User.objects.select_related("role", "organization").get(id=self.actor.id)
        return Response(serializers.Me(user, context={"actor": self.actor}).data)


class SocketTicket(ApiView):
    own_key = True

    @extend_schema(request=None, responses={201: serializers.SocketTicketIssued})
    def post(self, request: Request) -> Response:
        """A single-use ticket for the socket's `authenticate`, so that no token needs to stand in a browser's memory."""
        ticket = sessions.socket_ticket(actor=self.actor)
        return Response({"ticket": ticket, "expires_in": int(tokens.TICKET_LIFETIME.total_seconds())}, 201)


def entered(signed_in: entering.SignedIn) -> dict[str, Any]:
    """A sign-in as the API shows it."""
    return {**pair(signed_in), "user": signed_in.me}


def pair(signed_in: entering.SignedIn) -> dict[str, Any]:
    """The tokens as the API shows them."""
    return {"access": signed_in.access, "refresh": signed_in.refresh, "expires_in": int(settings.ACCESS_LIFETIME.total_seconds())}
