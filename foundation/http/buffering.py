"""Bodies are read on the event loop, before a thread is taken: a slow one costs memory for seconds, and never a thread."""
import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, nullcontext, suppress
from typing import Any
from urllib.parse import quote

import orjson

from foundation.http.address import forwarded, network_of
from foundation.http.errors import body as error_body

logger = logging.getLogger("foundation.requests")
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]
Sender = Callable[[Any], Awaitable[Hashable | None]]

SECONDS = 10.0  # the longest time that a body may take
LARGE_SECONDS = 60.0  # and a large one, where such are taken
LARGE_AT_ONCE, LARGE_OF_NETWORK, LARGE_OF_SENDER = 32, 16, 6  # large bodies in memory: of everybody, of one network, of one sender
SWALLOWED = 8 * 1024 * 1024  # bytes of a body too large that are still read, so that its sender hears the answer
FRAMING = {b"content-length", b"transfer-encoding"}
LONGEST_PATH = 300  # characters in the log
ASCII = "".join(map(chr, range(33, 127)))


class TooLarge(Exception):
    """The body is larger than we take."""


class Late(Exception):
    """The body was not there in time."""


class Disconnected(Exception):
    """The client is gone."""


class Crowded(Exception):
    """Too many large bodies are here already."""


async def anybody(scope: Any) -> Hashable:
    """Each body has a sender of its own."""
    return object()


class Large:
    """The large bodies in memory, from their first byte until they are answered: those of one sender and of one network have a part of the
    room."""

    def __init__(self) -> None:
        self.networks: Counter[Hashable] = Counter()
        self.senders: Counter[Hashable] = Counter()

    @contextmanager
    def place(self, scope: Any, sender: Hashable) -> Iterator[None]:
        """Raises Crowded where there is none."""
        network = network_of(origin(scope))
        if (self.networks.total() >= LARGE_AT_ONCE or self.networks[network] >= LARGE_OF_NETWORK
                or self.senders[sender] >= LARGE_OF_SENDER):
            raise Crowded
        shares = ((self.networks, network), (self.senders, sender))
        for theirs, whose in shares:
            theirs[whose] += 1
        try:
            yield
        finally:
            for theirs, whose in shares:
                theirs[whose] -= 1
                if not theirs[whose]:
                    del theirs[whose]


def origin(scope: Any) -> str:
    """The address that a request comes from."""
    peer = (scope.get("client") or ("",))[0]
    hops = b", ".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
    return forwarded(hops.decode("latin-1"), peer)


class BufferedBody:
    """ASGI around a blocking application: `application` gets the whole body at once, with a true Content-Length.

    most: bytes of the largest body; a larger one is answered 413. larger: the same for paths that take larger ones; these have more time,
    and are few at once. sender: whose a larger body is, by what its head says; of somebody who is nobody (None) nothing is kept, and the
    application, which gets an empty body, says so. seconds: until a body must be there, else 408. waiting: requests that may be with the
    application, its queue included, at one time; further ones are answered 503. Answers stand in the API's envelope.
    """

    def __init__(
        self, application: Application, *, most: int, larger: Mapping[str, int] | None = None, sender: Sender = anybody,
        seconds: float = SECONDS, waiting: int = 1000
    ) -> None:
        self.application = application
        self.most = most
        self.larger = larger or {}
        self.sender = sender
        self.seconds = seconds
        self.waiting = waiting
        self.inside = 0
        self.large = Large()

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        most = self.larger.get(scope["path"]) if scope["method"] == "POST" else None
        seconds = self.seconds
        try:
            sender = await self.whose(scope) if most else None
            seconds = LARGE_SECONDS if sender else seconds
            with self.large.place(scope, sender) if sender else nullcontext():
                await self.take(scope, most or self.most, seconds, receive, send, keep=not most or sender is not None)
        except Disconnected:
            return
        except Crowded:
            await self.turn_away(scope, receive, send)
        except TooLarge:
            await refuse(scope, send, 413, "too_large", f"The request is larger than {(most or self.most) // 1024} kB.")
        except Late:
            await refuse(scope, send, 408, "timeout", f"The request was not complete within {seconds:g} seconds.")

    async def whose(self, scope: Any) -> Hashable | None:
        """The sender of a larger body; raises Late where nobody can tell in time."""
        try:
            async with asyncio.timeout(self.seconds):
                return await self.sender(scope)
        except TimeoutError:
            raise Late from None

    async def turn_away(self, scope: Any, receive: Receive, send: Send) -> None:
        """A body for which there is no place is read and thrown away: who is still sending would not hear the answer."""
        with suppress(TooLarge, TimeoutError):
            async with asyncio.timeout(self.seconds):
                try:
                    await self.read(scope, 0, receive)
                except Disconnected:
                    return
        await refuse(scope, send, 503, "busy", "Too many files are being sent at this moment. Please try again.")

    async def take(self, scope: Any, most: int, seconds: float, receive: Receive, send: Send, *, keep: bool) -> None:
        """Read the body, then hand it on, or an empty one; raises TooLarge, Late or Disconnected before."""
        try:
            async with asyncio.timeout(seconds):
                content = await self.read(scope, most, receive, keep=keep)
        except TimeoutError:
            raise Late from None
        await self.hand_on(scope, content, receive, send)

    async def read(self, scope: Any, most: int, receive: Receive, *, keep: bool = True) -> bytes:
        """The whole body, or nothing where it is not kept; raises TooLarge or Disconnected."""
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
            if size <= most and keep:
                parts.append(part)
            else:
                parts.clear()
        if size > most:
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
