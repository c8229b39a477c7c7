"""One's own password, by the one that one has."""
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import browser
from accounts.actions import recovering
from accounts.api import serializers
from accounts.api.factors import Own
from foundation.http.validation import valid
from foundation.units import unit_of_work


class OwnPassword(Own):
    @extend_schema(request=serializers.PasswordChange, responses=serializers.Asked)
    def post(self, request: Request) -> Response:
        """Another password for oneself. Everything that was open ends, but for the browser that asks: its session begins anew."""
        given = valid(serializers.PasswordChange, request)
        verified = self.check_password(request, given["password"])
        user = recovering.change_own_password(actor=self.actor, verified=verified, password=given["new_password"])
        if isinstance(request.auth, browser.Browser):
            with unit_of_work(self.actor):
                browser.renew(request._request, user)
        return Response({"message": "Your password was changed, and you were signed out everywhere else."})
