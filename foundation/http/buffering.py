"""Bodies are read on the event loop, before a thread is taken: a slow one costs memory for seconds, and never a thread."""
import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote

import orjson

from foundation.http.errors import body as error_body

logger = logging.getLogger("foundation.requests")
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]

SECONDS = 10.0  # the longest time that a body may take
SWALLOWED = 8 * 1024 * 1024  # bytes of a body too large that are still read, so that its sender hears the answer
FRAMING = {b"content-length", b"transfer-encoding"}
LONGEST_PATH = 300  # characters in the log
ASCII = "".join(map(chr, range(33, 127)))


class TooLarge(Exception):
    """The body is larger than we take."""


class Disconnected(Exception):
    """The client is gone."""


class BufferedBody:
    """ASGI around a blocking application: `application` gets the whole body at once, with a true Content-Length.

    most: bytes of the largest body; a larger one is answered 413. seconds: until a body must be there, else 408.
    waiting: requests that may be with the application, its queue included, at one time; further ones are answered 503.
    Answers stand in the API's envelope.
    """

    def __init__(self, application: Application, *, most: int, seconds: float = SECONDS, waiting: int = 1000) -> None:
        self.application = application
        self.most = most
        self.seconds = seconds
        self.waiting = waiting
        self.inside = 0

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(self.seconds):
                content = await self.read(scope, receive)
        except Disconnected:
            return
        except TooLarge:
            await refuse(scope, send, 413, "too_large", f"The request is larger than {self.most // 1024} kB.")
        except TimeoutError:
            await refuse(scope, send, 408, "timeout", f"The request was not complete within {self.seconds:g} seconds.")
        else:
            await self.hand_on(scope, content, receive, send)

    async def read(self, scope: Any, receive: Receive) -> bytes:
        """The whole body; raises TooLarge or Disconnected."""
        if announced(scope) > SWALLOWED:
            raise TooLarge
        parts: list[bytes] = []
        size = 0
        more = True
        while more and size <= SWALLOWED:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            part = message.get("body", b"")
            more = message.get("more_body", False)
            size += len(part)
            if size <= self.most:
                parts.append(part)
            else:
                parts.clear()
        if size > self.most:
            raise TooLarge
        return b"".join(parts)

    async def hand_on(self, scope: Any, content: bytes, receive: Receive, send: Send) -> None:
        if self.inside >= self.waiting:
            await refuse(scope, send, 503, "unavailable", "The service is busy. Nothing was changed; please try again in a moment.")
            return
        unread = [{"type": "http.request", "body": content, "more_body": False}]

        async def replay() -> Message:
            return unread.pop() if unread else await receive()

        self.inside += 1
        try:
            await self.application(framed(scope, len(content)), replay, send)
        finally:
            self.inside -= 1


def announced(scope: Any) -> int:
    """What Content-Length says, 0 without one."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def framed(scope: Any, length: int) -> Any:
    """The scope with the true length; without names that would pass for others once WSGI has turned their hyphens into underscores."""
    headers = [(name, value) for name, value in scope["headers"] if name not in FRAMING and b"_" not in name]
    query = quote(scope["query_string"], safe=ASCII).encode()
    return {**scope, "headers": [*headers, (b"content-length", str(length).encode())], "query_string": query}


async def refuse(scope: Any, send: Send, status: int, code: str, message: str) -> None:
    """An error in the envelope, and the end of the connection: what is left of the body is not read."""
    logger.info("%s %s %s", scope["method"], scope["path"][:LONGEST_PATH], status)
    again = [(b"retry-after", b"2")] if status == 503 else []  # noqa: PLR2004
    content = orjson.dumps(error_body(message, code))
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode()), (b"cache-control", b"no-store"),
               (b"connection", b"close"), *again]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
