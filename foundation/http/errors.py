"""Errors as the API tells them: {"success": false, "error", "code", "fields"} with the true status."""
import logging
from typing import Any

import psycopg
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.csrf import csrf_failure as django_csrf_failure
from django.views.decorators.csrf import csrf_exempt
from psycopg_pool import PoolTimeout
from rest_framework import exceptions
from rest_framework.response import Response

from foundation.errors import DomainError
from foundation.http import reader

logger = logging.getLogger(__name__)
OUTAGES = (OperationalError, InterfaceError, PoolTimeout, psycopg.OperationalError)
API = "/api/"
CODES = {
    exceptions.ParseError: "malformed",
    exceptions.NotAuthenticated: "unauthenticated",
    exceptions.AuthenticationFailed: "invalid_token",
    exceptions.PermissionDenied: "forbidden",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "rate_limited",
}


# A page that needs nothing, since whatever else there is may be away.
PAGE = ('<!doctype html><html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><title>{message}</title><link rel="stylesheet" href="{styles}">'
        '<main><h1>{status}</h1><p>{message}</p></main></html>')
FRENCH = {
    "The service is briefly unavailable. Please look whether your change was made, and try again in a moment.":
        "Le service est brièvement indisponible. Regardez si votre changement a été fait, et réessayez dans un instant.",
    "Something went wrong on our side. Nothing was changed; please try again.":
        "Quelque chose a échoué de notre côté. Rien n’a été changé : réessayez.",
    "There is nothing at this address.": "Il n’y a rien à cette adresse.",
    "The request is malformed.": "La demande est mal formée.",
}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: the envelope, and the unit of work rolled back, since the exception ends here."""
    roll_back()
    if isinstance(error, DomainError):
        return refused(error)
    if isinstance(error, exceptions.ValidationError):
        return Response(body("Some fields are not valid.", "invalid", fields=flatten(error.detail)), 400)
    if isinstance(error, Http404):
        error = exceptions.NotFound("There is no such thing here.")
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.APIException):
        headers = {"WWW-Authenticate": "Bearer"} if error.status_code == 401 else {}  # noqa: PLR2004
        return Response(body(str(error.detail), CODES.get(type(error), "error")), error.status_code, headers=headers)
    return None


def refused(error: DomainError) -> Response:
    """A refusal of the domain in the envelope."""
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}  # noqa: PLR2004
    if error.retry_after_ms:
        headers["Retry-After"] = str(-(-error.retry_after_ms // 1000))
    return Response(body(error.message, error.code, fields=error.fields, **error.extra), error.status, headers=headers)


def body(message: str, code: str, *, fields: Any = None, **extra: Any) -> dict[str, Any]:
    """The envelope of an error."""
    return {"success": False, "error": message, "code": code, "fields": fields or {}, **extra}


def roll_back() -> None:
    """Undo the unit of work at its end, where an exception was turned into an answer within it."""
    if connection.in_atomic_block:
        connection.set_rollback(True)


def flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """DRF's nested validation errors by dotted field name."""
    if isinstance(detail, dict):
        parts = [flatten(value, f"{prefix}.{key}" if prefix else str(key)) for key, value in detail.items()]
        return {name: texts for part in parts for name, texts in part.items()}
    texts = [str(item) for item in (detail if isinstance(detail, list) else [detail]) if not isinstance(item, dict)]
    nested = [flatten(item, prefix) for item in detail if isinstance(item, dict)] if isinstance(detail, list) else []
    return {**({prefix or "input": texts} if texts else {}), **{k: v for part in nested for k, v in part.items()}}


def unavailable() -> HttpResponse:
    """The database is away. Whether a commit on its way was carried out cannot be known, but a repetition can be made harmless."""
    message = ("The service is briefly unavailable. Please try again in a moment; with the same client_id or Idempotency-Key "
               "that does nothing twice.")
    return JsonResponse(body(message, "unavailable", retry_after_ms=2000), status=503, headers={"Retry-After": "2"})


def crossed() -> HttpResponse:
    """What was written refers to what somebody else deleted at the same moment, or the other way round."""
    message = "Something that belongs to this was deleted, or came into use, at the same moment. Nothing was changed: look again."
    return JsonResponse(body(message, "conflict"), status=409)


def unavailable_page(request: HttpRequest) -> HttpResponse:
    """The same for a browser's reader."""
    message = "The service is briefly unavailable. Please look whether your change was made, and try again in a moment."
    response = answer(request, message, "unavailable", 503)
    response.headers["Retry-After"] = "2"
    return response


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """Django's handler500."""
    message = "Something went wrong on our side. Nothing was changed; please try again."
    return answer(request, message, "internal", 500)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    return answer(request, "There is nothing at this address.", "not_found", 404)


@csrf_exempt
def nothing_here(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """A view for addresses of the API that do not exist, in the envelope even while DEBUG is on."""
    return answer(request, "There is nothing at this address.", "not_found", 404)


def unknown_host() -> HttpResponse:
    """A Host header that is none of ours; answered before Django's own page could tell about us."""
    return JsonResponse(body("This host is not served here.", "unknown_host"), status=400)


def method_not_allowed(allowed: list[str]) -> HttpResponse:
    """Another method than these."""
    return JsonResponse(body("This method is not allowed here.", "method_not_allowed"), status=405, headers={"Allow": ", ".join(allowed)})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW."""
    if in_api(request):
        return answer(request, "The request lacks its CSRF token.", "forbidden", 403)
    with reader.speaking_to(request):
        return django_csrf_failure(request, reason=reason)


def in_api(request: HttpRequest) -> bool:
    """Whether a program asks, not a browser's reader."""
    return f"{request.path}/".startswith(API)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    return answer(request, "The request is malformed.", "malformed", 400)


def answer(request: HttpRequest, message: str, code: str, status: int) -> HttpResponse:
    """JSON for the API, a sentence in the reader's language for a browser."""
    if in_api(request):
        return JsonResponse(body(message, code), status=status)
    with reader.speaking_to(request):
        return HttpResponse(PAGE.format(language=reader.language(), styles=f"{settings.STATIC_URL}pandarchat/page.css", status=status,
                                        message=reader.said(message, FRENCH)), status=status)
