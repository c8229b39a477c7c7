"""What is asked all day is answered on the event loop; whatever is out of the ordinary goes to Django, which has all the answers.

A handler takes only what it can answer in full: a known caller, well-formed input, success. For anything else it returns None, having
changed nothing, and Django gets the same request. So refusals, their order and their words have one home. Where the database is busy or
away Django would only be the second to find out: that is answered at once, in Django's words, and nothing is done twice. Signing
in is an exception too: by the time it is refused the try was counted, so it raises what Django's view raises and answers that.
"""
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import psycopg
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import resolve

from foundation.http import errors, middleware
from foundation.http.address import forwarded
from foundation.http.buffering import Application, Message, Receive, Send

logger = logging.getLogger(__name__)
Header = tuple[bytes, bytes]
LONGEST_QUERY = 1024  # bytes; what queries ask for is remembered by the thousand
AWAY = (psycopg.OperationalError, psycopg.InterfaceError, TimeoutError)
FORWARDED = b"x-forwarded-for"
REQUEST_ID = b"x-request-id"
JSON = {"*/*", "application/*", "application/json"}


@dataclass(frozen=True, slots=True)
class Call:
    """A request: each header once, its name in lower case; `named` holds what the route's pattern names in the path."""

    path: str
    named: Mapping[str, str]
    query: bytes
    headers: Mapping[bytes, bytes]
    body: bytes
    peer: str

    @property
    def address(self) -> str:
        """Where it comes from."""
        return forwarded(self.headers.get(FORWARDED, b"").decode("latin-1"), self.peer)


@dataclass(frozen=True, slots=True)
class Answer:
    """JSON, enveloped already: a success, that the database is away, or why nobody signs in."""

    body: bytes
    status: int = 200
    headers: Sequence[Header] = ()


Handler = Callable[[Call], Awaitable[Answer | None]]


@dataclass(frozen=True)
class Route:
    """`pattern` is a regular expression for the whole path; `view` is Django's view of that address, which answers all else."""

    method: str
    pattern: str
    handler: Handler
    view: Any
    expression: "re.Pattern[str]" = field(init=False)
    allow: Header = field(init=False)
    known_as: list[str] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        object.__setattr__(self, "expression", re.compile(self.pattern))
        view = self.view()
        view.setup(None)
        object.__setattr__(self, "allow", (b"allow", ", ".join(view.allowed_methods).encode()))

    def template(self, path: str) -> str:
        """Django's name for the route that such a path takes."""
        if not self.known_as:
            self.known_as.append(str(resolve(path).route))
        return self.known_as[0]


class FastPaths:
    """ASGI in front of Django's `application`, behind `BufferedBody`."""

    def __init__(self, application: Application, routes: Sequence[Route]) -> None:
        self.application = application
        self.routes = routes

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        found = self.route(scope["method"], scope["path"])
        headers = once(scope["headers"])
        if found is None or headers is None or len(scope["query_string"]) > LONGEST_QUERY or (usual := ordinary(headers)) is None:
            await self.application(scope, receive, send)
            return
        route, named = found
        message = await receive()
        started = time.perf_counter()
        request_id = middleware.begin(headers.get(REQUEST_ID, b"").decode("latin-1"))
        call = Call(scope["path"], named, scope["query_string"], headers, message.get("body", b""), (scope.get("client") or ("",))[0])
        answer = await attempt(route.handler, call)
        if answer is None:
            await self.application(named_as(scope, request_id), again(message, receive), send)
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": [
            (b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer.body)), route.allow, *usual,
            (REQUEST_ID, request_id.encode()), (b"cache-control", b"no-store"), *answer.headers]})
        await send({"type": "http.response.body", "body": answer.body})
        middleware.end(scope["method"], scope["path"], route.template(scope["path"]), answer.status, started)

    def route(self, method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
        """The route of an address, and what its pattern names."""
        for route in self.routes:
            if route.method == method and (found := route.expression.fullmatch(path)):
                return route, found.groupdict()
        return None


def once(given: Sequence[Header]) -> dict[bytes, bytes] | None:
    """Each header once; None where one came twice. Proxies each add a line to the hops of a request, which are one list for all that."""
    headers = dict(given)
    if len(headers) < len(given):
        hops = [value for name, value in given if name == FORWARDED]
        if len(headers) + len(hops) - 1 != len(given):
            return None
        headers[FORWARDED] = b", ".join(hops)
    return headers


async def attempt(handler: Handler, call: Call) -> Answer | None:
    """The handler's answer; None where it has none, or failed in a way that Django may not."""
    try:
        return await handler(call)
    except Exception as error:
        if away(error):
            errors.logger.warning("The database did not answer", exc_info=error)
            return unavailable()
        logger.exception("a fast path failed, Django answers")
        return None


def away(error: Exception) -> bool:
    """Whether the database is away or busy: no line was free in time, a lock was not given. A statement that took longer than a line may be
    held is neither: it gets the time it needs from Django's threads."""
    return isinstance(error, AWAY) and not isinstance(error, psycopg.errors.QueryCanceled)


def unavailable() -> Answer:
    """What Django says where the database is away. Whether anything was stored cannot be known, so nobody may try it again unasked."""
    response = errors.unavailable()
    return Answer(response.content, response.status_code, [(b"retry-after", response.headers["Retry-After"].encode())])


def named_as(scope: Any, request_id: str) -> Any:
    """The request under the name that it has in our log already."""
    return {**scope, "headers": [*(header for header in scope["headers"] if header[0] != REQUEST_ID), (REQUEST_ID, request_id.encode())]}


def again(message: Message, receive: Receive) -> Receive:
    """The stream of messages with the one that was read before it."""
    unread = [message]

    async def replay() -> Message:
        return unread.pop() if unread else await receive()

    return replay


def ordinary(headers: Mapping[bytes, bytes]) -> Sequence[Header] | None:
    """The headers that Django's middleware gives every answer; None where it would not let such a request through to a view that
    answers JSON."""
    if not takes_json(headers.get(b"accept", b"*/*")):
        return None
    return usual(headers.get(b"host", b""), headers.get(b"x-forwarded-proto", b""))


@lru_cache(maxsize=256)
def takes_json(accept: bytes) -> bool:
    """Whether somebody who accepts this takes JSON."""
    return any(part.partition(";")[0].strip() in JSON for part in accept.decode("latin-1").split(","))


@lru_cache(maxsize=256)
def usual(host: bytes, protocol: bytes) -> Sequence[Header] | None:
    """What the middleware has to say of a request to this host."""
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", middleware.NEVER_STORED, middleware.NEVER_STORED
    request.META = {"HTTP_HOST": host.decode("latin-1"), "HTTP_X_FORWARDED_PROTO": protocol.decode("latin-1"), "SERVER_NAME": "",
                    "SERVER_PORT": ""}
    if not middleware.known(request):
        return None
    response: Any = SecurityMiddleware(XFrameOptionsMiddleware(lambda request: HttpResponse()))(request)
    if response.status_code != 200:  # noqa: PLR2004
        return None
    return [(name.lower().encode(), value.encode()) for name, value in response.items() if name != "Content-Type"]
