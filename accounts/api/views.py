"""Signing up, in and out."""
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tokens
from accounts.actions import people, sessions
from accounts.actor import Actor
from accounts.api import serializers
from accounts.models import User
from foundation.http import address
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
        """Sign in with organization, address and password."""
        signed_in = sessions.sign_in(**valid(serializers.Credentials, request), address=address.of_request(request),
                                     user_agent=request.headers.get("User-Agent", ""))
        return Response(entered(signed_in))


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
        user = User.objects.select_related("role", "organization").get(id=self.actor.id)
        return Response(serializers.Me(user, context={"actor": self.actor}).data)


class SocketTicket(ApiView):
    own_key = True

    @extend_schema(request=None, responses={201: serializers.SocketTicketIssued})
    def post(self, request: Request) -> Response:
        """A single-use ticket for the socket's `authenticate`, so that no token needs to stand in a browser's memory."""
        ticket = sessions.socket_ticket(actor=self.actor)
        return Response({"ticket": ticket, "expires_in": int(tokens.TICKET_LIFETIME.total_seconds())}, 201)


def entered(signed_in: sessions.SignedIn) -> dict[str, Any]:
    """A sign-in as the API shows it."""
    return {**pair(signed_in), "user": signed_in.me}


def pair(signed_in: sessions.SignedIn) -> dict[str, Any]:
    """The tokens as the API shows them."""
    return {"access": signed_in.access, "refresh": signed_in.refresh, "expires_in": int(settings.ACCESS_LIFETIME.total_seconds())}
