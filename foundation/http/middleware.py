"""What every request gets: an id in the logs and in the answer."""
import logging
import re
import time
from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from foundation import logs
from foundation.http import errors, metrics, reader
from foundation.ids import uuid7

logger = logging.getLogger("foundation.requests")
NEVER_STORED = "/api/v1/"
LONGEST_PATH = 300  # characters in the log
SAFE_ID = re.compile(r"[\w.-]{8,64}")


class RequestContext:
    """Names the request in logs and in `X-Request-Id`, and logs its end: method, path without query, status, milliseconds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id, started = begin(request.headers.get("X-Request-Id", "")), time.perf_counter()
        reader.begin(request)
        response = self.get_response(request) if known(request) else errors.unknown_host()
        response.headers["X-Request-Id"] = request_id
        if request.path.startswith(NEVER_STORED):
            response.headers.setdefault("Cache-Control", "no-store")
        route = request.resolver_match.route if request.resolver_match else metrics.UNMATCHED
        end(str(request.method), request.path, route, response.status_code, started)
        return response


def begin(given: str) -> str:
    """The id of a request that begins, the client's own where it is safe to log; whatever is logged from now on names it."""
    request_id = logs.fit(given) if SAFE_ID.fullmatch(given) else uuid7().hex
    for variable, value in ((logs.request_id, request_id), (logs.organization_id, ""), (logs.user_id, "")):
        variable.set(value)
    return request_id


def end(method: str, path: str, route: str, status: int, started: float) -> None:
    """Count and log the end of a request that began at this `perf_counter`; `route` is the template of its address."""
    seconds = time.perf_counter() - started
    metrics.count(route, method, status, seconds)
    logger.info("%s %s %s", method, path[:LONGEST_PATH], status, extra={"ms": round(seconds * 1000, 1)})


def known(request: HttpRequest) -> bool:
    """Whether the request's Host is one of ours."""
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True
