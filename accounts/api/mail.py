"""A forgotten password, another address, and confirming one: by links that are mailed."""
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import recovering
from accounts.api import serializers
from accounts.api.factors import Own
from accounts.api.views import Public
from foundation.http.address import of_request
from foundation.http.validation import valid
from foundation.units import unit_of_work

SENT = "If there is such an account, an email is on its way to it."


class PasswordReset(Public):
    @extend_schema(request=serializers.Whose, responses={202: serializers.Asked}, auth=[])
    def post(self, request: Request) -> Response:
        """A letter with a link to choose a new password. The answer is the same whether or not the address is known."""
        recovering.ask_for_reset(**valid(serializers.Whose, request), address=of_request(request))
        return Response({"message": SENT}, 202)


class PasswordResetConfirm(Public):
    @extend_schema(request=serializers.NewPassword, responses=serializers.Asked, auth=[])
    def post(self, request: Request) -> Response:
        """The new password of whoever has the link: it works once, and everything that was open ends. 410 `dead_link` otherwise."""
        given = valid(serializers.NewPassword, request)
        recovering.finish_reset(token=given["token"], password=given["password"], address=of_request(request))
        return Response({"message": "Your password was changed, and you were signed out everywhere. Please sign in."})


class Confirmation(Public):
    @extend_schema(request=serializers.Whose, responses={202: serializers.Asked}, auth=[])
    def post(self, request: Request) -> Response:
        """Another letter with the link that confirms a new account's address. The answer is the same whether or not there is one."""
        recovering.ask_for_confirmation(**valid(serializers.Whose, request), address=of_request(request))
        return Response({"message": SENT}, 202)


class EmailConfirm(Public):
    @extend_schema(request=serializers.LinkGiven, responses=serializers.ConfirmedAddress, auth=[])
    def post(self, request: Request) -> Response:
        """The address of whoever has the link is confirmed, or changed to the one that it was mailed to."""
        email = recovering.confirm(token=valid(serializers.LinkGiven, request)["token"], address=of_request(request))
        return Response({"email": email})


class EmailChange(Own):
    @extend_schema(request=serializers.NewAddress, responses={202: serializers.Asked})
    def post(self, request: Request) -> Response:
        """Another address for oneself, by the password. It counts once it is confirmed there; the old one is told."""
        given = valid(serializers.NewAddress, request)
        with unit_of_work(self.actor):
            organization = self.me().organization
        assert organization is not None, "superusers do not call the API"  # noqa: S101
        recovering.ask_for_change(actor=self.actor, organization=organization.slug, **given, address=of_request(request))
        return Response({"message": "An email is on its way to the new address. Until it is confirmed there, the old one counts."}, 202)
