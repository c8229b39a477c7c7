"""The second factor: at a sign-in, and one's own."""
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import browser
from accounts.actions import credentials, demanding, entering, factors
from accounts.actions.steps import run
from accounts.api import serializers
from accounts.api.authentication import check_own_page
from accounts.api.views import Public, browsing, entered, where
from accounts.models import SessionKind, User
from foundation.http.address import of_request
from foundation.http.validation import valid
from foundation.http.views import ApiView
from foundation.units import unit_of_work


def answered(request: Request, kind: str) -> tuple[entering.Entered, dict[str, Any]]:
    """The session of somebody who answered their challenge, and the recovery codes that they got on the way, where they did."""
    given = valid(serializers.ChallengeAnswered, request)
    passed = factors.answer(token=given["challenge"], code=given["code"], kind=kind, browser=browser.expected(request._request),
                            address=of_request(request))
    begun = run(entering.entering(tenant=passed.tenant, user=passed.user, digest=passed.digest, kind=kind, proved=passed.how,
                                  **where(request)))
    if begun is None:
        raise credentials.WrongCredentials
    return begun, {"recovery_codes": passed.codes} if passed.codes else {}


class LoginFactor(Public):
    @extend_schema(request=serializers.ChallengeAnswered, responses=serializers.SignedInTokensAndCodes, auth=[])
    def post(self, request: Request) -> Response:
        """Go on with a login: a code of the authenticator or a recovery code; or, where one was set up just now, its first code."""
        begun, more = answered(request, SessionKind.TOKENS)
        return Response({**entered(entering.signed_in(begun)), **more})


class BrowserFactor(Public):
    @extend_schema(request=serializers.ChallengeAnswered, responses=serializers.BrowserSessionAndCodes, auth=[])
    def post(self, request: Request) -> Response:
        """The same for a browser, which must be the one that was given the challenge."""
        check_own_page(request._request)
        begun, more = answered(request, SessionKind.BROWSER)
        return browsing(request, begun, **more)


class Enrolment(Public):
    @extend_schema(request=serializers.ChallengeGiven, responses={201: serializers.Enrolment}, auth=[])
    def post(self, request: Request) -> Response:
        """A secret for whoever may sign in with a second factor only and has none. Its first code goes to `auth/login/factor/` or
        `auth/session/factor/`."""
        token = valid(serializers.ChallengeGiven, request)["challenge"]
        return shown(factors.begin_enrolment(token=token, browser=browser.expected(request._request)))


def shown(enrolment: factors.Enrolment) -> Response:
    return Response({"secret": enrolment.secret, "uri": enrolment.uri, "picture": enrolment.picture}, 201)


class Own(ApiView):
    """One's own factor. A password is checked outside any unit of work."""

    own_units = True
    own_key = True

    def me(self) -> User:
        """The caller's row, in an open unit."""
        return User.objects.select_related("organization", "role").get(id=self.actor.id)

    def check_password(self, request: Request, password: str) -> User:
        """The caller, as of the moment when the password was theirs; raises Invalid, InvalidToken, RateLimited."""
        with unit_of_work(self.actor):
            organization = self.me().organization
        assert organization is not None, "superusers do not call the API"  # noqa: S101
        return credentials.check_own(organization=organization.slug, email=self.actor.email, password=password,
                                     address=of_request(request), epoch=self.actor.epoch)

    def prove(self, request: Request) -> User:
        """The caller, who knows the password and has the factor; raises Invalid, RateLimited."""
        given = valid(serializers.PasswordAndCode, request)
        me = self.check_password(request, given["password"])
        factors.prove(user=me, code=given["code"], address=of_request(request))
        return me


class Factor(Own):
    @extend_schema(responses=serializers.FactorState)
    def get(self, request: Request) -> Response:
        """Whether the caller has a second factor."""
        with unit_of_work(self.actor):
            me, factor = self.me(), factors.of(self.actor.id)
            return Response({"enabled": factor is not None, "since": factor.confirmed_at if factor else None,
                             "recovery_codes_left": factors.codes_left(me.id), "demanded": demanding.demanded(me)})

    @extend_schema(request=serializers.Password, responses={201: serializers.Enrolment})
    def post(self, request: Request) -> Response:
        """Begin to set one up: the secret for an authenticator app. It counts once its first code came to `auth/factor/confirm/`."""
        verified = self.check_password(request, valid(serializers.Password, request)["password"])
        with unit_of_work(self.actor):
            return shown(factors.enrol(user=credentials.still_own(verified=verified, actor=self.actor)))


class Confirm(Own):
    @extend_schema(request=serializers.Code, responses=serializers.Codes)
    def post(self, request: Request) -> Response:
        """The first code of the authenticator app: from now on the factor is needed at every sign-in."""
        code = valid(serializers.Code, request)["code"]
        factors.count(self.actor.organization_id, self.actor.id)
        with unit_of_work(self.actor):
            codes = factors.confirm(user=credentials.still_signed_in(self.actor), code=code, actor=self.actor)
        if codes is None:
            raise factors.WrongCode
        return Response({"recovery_codes": codes})


class Disable(Own):
    @extend_schema(request=serializers.PasswordAndCode, responses=serializers.FactorState)
    def post(self, request: Request) -> Response:
        """Without a second factor from now on, by password and a code; 403 where the organization demands one."""
        me = self.prove(request)
        with unit_of_work(self.actor):
            factors.disable(verified=me, actor=self.actor)
        return Response({"enabled": False, "since": None, "recovery_codes_left": 0, "demanded": False})


class Anothers(ApiView):
    needs: ClassVar[dict[str, str]] = {"DELETE": "accounts.change_user"}

    @extend_schema(request=None, responses={200: serializers.Removed}, operation_id="users_factor_destroy")
    def delete(self, request: Request, user: UUID) -> Response:
        """Take the second factor from somebody who lost it, and sign them out everywhere. 403 `escalation` for whoever may do more than the
        caller."""
        factors.reset(user=user, actor=self.actor)
        return Response({"removed": True})


class RecoveryCodes(Own):
    @extend_schema(request=serializers.PasswordAndCode, responses=serializers.Codes)
    def post(self, request: Request) -> Response:
        """Other recovery codes, by password and a code; the earlier ones are void."""
        me = self.prove(request)
        with unit_of_work(self.actor):
            return Response({"recovery_codes": factors.renew_codes(verified=me, actor=self.actor)})
