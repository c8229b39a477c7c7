"""Bearer tokens, and the cookie of a browser's session."""
from copy import copy
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import browser, tokens
from accounts.actions import agents, sessions
from accounts.actor import Actor, load
from foundation.errors import Forbidden, Unauthenticated
from foundation.http import address

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


class CsrfFailed(Forbidden):
    code = "csrf_failed"


class OtherUser(Unauthenticated):
    code = "other_user"


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
            raise tokens.session_ended()
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


class BrowserSession(BaseAuthentication):
    """The session cookie, where no bearer token is given. Whatever may change something needs the CSRF token beside it."""

    @staticmethod
    def organization_of(request: HttpRequest) -> UUID | None:
        """The organization that the cookie's session names; None without one."""
        known = browser_of(request)
        return known.organization_id if known else None

    def authenticate(self, request: Request) -> tuple[Actor, browser.Browser] | None:
        known = browser_of(request._request)
        if known is None:
            return None
        check_user(request._request, known)
        actor = load(known.user_id, session=known.session_id, epoch=known.epoch, address=address.of_request(request))
        if actor is None:
            raise tokens.session_ended()
        check_csrf(request._request)
        sessions.used_after_commit(organization=actor.organization_id, session=known.session_id)
        if actor.staff:
            agents.seen_after_commit(organization=actor.organization_id, agent=actor.id)
        return actor, known

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def browser_of(request: HttpRequest) -> browser.Browser | None:
    """Whom the session cookie names; nobody where a token is given, which then decides alone."""
    if request.META.get("HTTP_AUTHORIZATION") or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return browser.of(request.session)


def check_user(request: HttpRequest, known: browser.Browser) -> None:
    """Raises OtherUser where a page says for whom it speaks, and the cookie is somebody else's who signed in beside it."""
    expected = request.META.get("HTTP_X_EXPECTED_USER")
    if expected is not None and expected != str(known.user_id):
        raise OtherUser("Somebody else is signed in in this browser now. Nothing was changed.")


class Csrf(CsrfViewMiddleware):
    """Django's check for views that its middleware leaves out."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        raise CsrfFailed("The request lacks the CSRF token that belongs to its cookie: send it as X-CSRFToken.")


def check_csrf(request: HttpRequest) -> None:
    """Raises CsrfFailed where another site may have made this browser send the request. A browser without the CSRF cookie gets one."""
    if request.method in SAFE:
        if "CSRF_COOKIE" not in request.META:
            get_token(request)
        return
    check, bare = Csrf(lambda request: HttpResponse()), copy(request)
    bare.method = "PUT"  # of a POST Django would read the form first, and with it the file of an upload; our token is in the header alone
    check.process_request(bare)
    check.process_view(bare, None, (), {})  # type: ignore[arg-type]


def check_own_page(request: HttpRequest) -> None:
    """Raises CsrfFailed where a browser says that another site's page sent this: nobody is signed in by somebody else's page."""
    origin = request.META.get("HTTP_ORIGIN")
    own = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    if (origin is not None and origin not in own) or request.META.get("HTTP_SEC_FETCH_SITE") == "cross-site":
        raise CsrfFailed("Browsers sign in from our own pages only.")


class AccessTokenScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api.authentication.AccessToken"
    name = "accessToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class BrowserSessionScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api.authentication.BrowserSession"
    name = "browserSession"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME,
                "description": "With X-CSRFToken, the value of the cookie csrftoken, on whatever may change something."}
