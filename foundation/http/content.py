"""Answering with bytes that people sent: never as a page, with ranges (RFC 9110, 14) and validators, and held by no thread while they
travel, where the server has an event loop (`Streams`)."""
import asyncio
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, parse_etags
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from foundation.http.buffering import Application, Message, Receive, Send

CHUNK = 128 * 1024  # bytes
STALLED = 30.0  # seconds in which a client takes nothing, after which it is left
SLOT = "pandar.stream"
ONE_RANGE = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII)
# Whoever opens it as a page gets one that may run nothing, load nothing, and is of no origin.
NEVER_A_PAGE = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
                "Cross-Origin-Resource-Policy": "same-origin"}


class Anything(DefaultContentNegotiation):
    """Whatever the client accepts: the content has one type, and errors are JSON."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type or ""


@dataclass(frozen=True)
class About:
    """`etag` names these very bytes, without quotes. `download`: a browser saves it instead of showing it."""

    media_type: str
    name: str
    etag: str
    download: bool


def answer(request: HttpRequest, about: About, open_file: Callable[[], IO[bytes]]) -> HttpResponseBase:
    """The content or the range that is asked for: 200, 206, 304 or 416. Raises what opening raises."""
    tag = f'"{about.etag}"'
    headers = {**NEVER_A_PAGE, "ETag": tag, "Cache-Control": "private, no-cache", "Accept-Ranges": "bytes", "Vary": "Authorization, Cookie",
               "Content-Disposition": content_disposition_header(about.download, about.name) or "attachment"}
    if known(request.headers.get("If-None-Match", ""), tag):
        return empty(304, headers)
    file = open_file()
    size = file.seek(0, 2)
    ranged = request.method == "GET" and request.headers.get("If-Range", tag) == tag
    asked = wanted(request.headers.get("Range", ""), size) if ranged else None
    if asked == ():
        file.close()
        return empty(416, {**headers, "Content-Range": f"bytes */{size}"})
    first, last = asked or (0, size - 1)
    headers |= {"Content-Type": about.media_type, "Content-Length": str(last - first + 1)}
    if asked:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return sent(request, Window(file, first, last - first + 1), 206 if asked else 200, headers)


def empty(status: int, headers: dict[str, str]) -> HttpResponse:
    """An answer without content, and so without a type of it."""
    response = HttpResponse(status=status, headers=headers)
    del response.headers["Content-Type"]
    return response


def known(header: str, tag: str) -> bool:
    """Whether If-None-Match names the tag, compared weakly."""
    return any(given == "*" or given.removeprefix("W/") == tag for given in parse_etags(header))


def wanted(header: str, size: int) -> tuple[int, int] | tuple[()] | None:
    """The first and the last byte of the one range that is asked for; () where it begins behind the end; None where no range, several or
    something else is asked for, which all mean the whole."""
    found = ONE_RANGE.fullmatch(header)
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return (max(0, size - int(last)), size - 1) if int(last) and size else ()
    if last and int(last) < int(first):
        return None
    return (int(first), min(int(last), size - 1) if last else size - 1) if int(first) < size else ()


class Window:
    """So many bytes of a file from one on."""

    def __init__(self, file: IO[bytes], first: int, length: int) -> None:
        self.file = file
        self.left = length
        file.seek(first)

    def read(self) -> bytes:
        """The next chunk, empty at the end."""
        part = self.file.read(min(CHUNK, self.left)) if self.left else b""
        self.left -= len(part)
        return part

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.read, b"")

    def close(self) -> None:
        self.file.close()


def sent(request: HttpRequest, window: Window, status: int, headers: dict[str, str]) -> HttpResponseBase:
    """The answer whose content the event loop sends, where there is one."""
    if request.method == "HEAD":
        window.close()
        return HttpResponse(status=status, headers=headers)
    slot = request.META.get("asgi.scope", {}).get(SLOT)
    if slot is None:
        return StreamingHttpResponse(window, status=status, headers=headers)
    slot.window = window
    return HttpResponse(status=status, headers=headers)


class Slot:
    """Where a view leaves what is to be sent."""

    window: Window | None = None


class Streams:
    """ASGI around a blocking application: content that its view left in the slot is sent from here, so that whoever takes it slowly holds
    no thread, and no more memory than a chunk."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        slot = Slot()

        async def pass_on(message: Message) -> None:
            if slot.window is None or message["type"] != "http.response.body":
                await send(message)
            elif not message.get("more_body"):
                await self.stream(slot.window, send)

        try:
            await self.application({**scope, SLOT: slot}, receive, pass_on)
        finally:
            if slot.window is not None:
                slot.window.close()

    @staticmethod
    async def stream(window: Window, send: Send) -> None:
        """Raises TimeoutError for a client that takes nothing."""
        while part := await asyncio.to_thread(window.read):
            async with asyncio.timeout(STALLED):
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
