"""`/metrics`, and the counting of requests."""
from functools import cache
from hmac import compare_digest
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram

from foundation import metrics
from foundation.health import for_reading
from foundation.http import errors

UNMATCHED = "unmatched"
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")
REQUESTS = metrics.counter("pandar_http_requests", "Answered requests by route template", ["route", "method", "status"])
SECONDS = metrics.histogram("pandar_http_request_seconds", "Time to answer, without waiting for a thread", ["route", "method"])


def count(route: str, method: str, status: int, seconds: float) -> None:
    """Counts an answered request under its route's template; never under its path, which anybody may make up."""
    answered, lasted = series(route, method if method in METHODS else "other", status)
    answered.inc()
    lasted.observe(seconds)


@cache
def series(route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    """Found once: looking labels up costs more than counting."""
    return REQUESTS.labels(route, method, status), SECONDS.labels(route, method)


@for_reading
def view(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus; 401 without the token, 403 where none is set and not this machine itself asks."""
    refused = refusal(request.META)
    if refused is not None:
        return refused
    return HttpResponse(metrics.exposition(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def refusal(meta: dict[str, str]) -> HttpResponse | None:
    """None for who may look: the bearer of the token, or without one this machine where no proxy can stand in between."""
    if token := metrics.access_token():
        if compare_digest(meta.get("HTTP_AUTHORIZATION", "").encode(), f"Bearer {token}".encode()):
            return None
        headers = {"WWW-Authenticate": "Bearer"}
        return JsonResponse(errors.body("The token for metrics is missing or wrong.", "unauthenticated"), status=401, headers=headers)
    if loopback(meta.get("REMOTE_ADDR", "")) and not settings.TRUSTED_PROXIES and not any(meta.get(name) for name in FORWARDED):
        return None
    message = "Metrics are told to this machine alone while PANDAR_METRICS_TOKEN is not set."
    return JsonResponse(errors.body(message, "forbidden"), status=403)


def loopback(address: str) -> bool:
    """Whether a peer's address is this machine's."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
