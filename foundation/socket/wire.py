"""Text messages as a server puts them on the wire: built once, and given to every socket as the same bytes."""
import asyncio
from contextlib import suppress
from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from typing import Any, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State

PARKED_BYTES = 16 * 1024  # from here on, rounding up to whole pages costs less than a quarter


class Text:
    """One text message, kept once: as its payload until somebody asks for the frame. `size` is the payload's, in bytes."""

    __slots__ = ("_bytes", "_is_framed", "_is_parked", "size")

    def __init__(self, payload: bytes) -> None:
        self.size = len(payload)
        self._bytes: bytes | memoryview = payload
        self._is_framed = self._is_parked = False

    @classmethod
    def of(cls, text: str) -> "Text":
        return cls(text.encode())

    @property
    def framed(self) -> bytes | memoryview:
        """A whole WebSocket frame as servers send it: one fragment, no mask, no extension."""
        if not self._is_framed:
            self._bytes = Frame(Opcode.TEXT, self._bytes).serialize(mask=False)
            self._is_framed = True
        return self._bytes

    def park(self) -> None:
        """For one that has to wait. Large texts that wait among others that come and go leave holes in the allocator's heap, half as
        much again as they take themselves; on pages of their own they leave none, and the pages go back to the system with the last
        socket that waits (docs/decisions/0038)."""
        if self._is_parked or self.size < PARKED_BYTES:
            return
        framed = self.framed
        with suppress(OSError):  # a process may have only so many mappings
            pages = mmap(-1, len(framed), flags=MAP_PRIVATE | MAP_ANONYMOUS)
            pages.write(framed)
            self._bytes = memoryview(pages)
        self._is_parked = True

    def __str__(self) -> str:
        return str(self._bytes[len(self._bytes) - self.size:], "utf-8")


class Line:
    """A short way past ASGI's `send` for messages that the kernel takes at once.

    `send` costs a wake-up of a task, a dict, a frame and three copies for each socket, ten times as much as handing over bytes that
    are ready (docs/decisions/0032). While `clear()` is true the line may be used; when it is not, `send` waits, and knows all the rest.
    """

    __slots__ = ("_protocol",)

    def __init__(self, protocol: WebSocketsSansIOProtocol) -> None:
        self._protocol = protocol

    @classmethod
    def behind(cls, send: Any) -> "Line | None":
        """The line of the connection that an ASGI `send` belongs to; None under a server that this module does not know."""
        protocol = getattr(send, "__self__", None)
        return cls(protocol) if isinstance(protocol, WebSocketsSansIOProtocol) and not protocol.conn.extensions else None

    def clear(self) -> bool:
        """Whether the handshake is done, nobody says goodbye, and the transport's buffer is below its mark."""
        protocol = self._protocol
        return (protocol.conn.state is State.OPEN and protocol.writable.is_set() and not protocol.close_sent
                and not protocol.transport.is_closing())

    def write(self, text: Text) -> None:
        self._protocol.transport.write(text.framed)

    async def take(self, text: Text) -> None:
        """Writes as soon as the line is clear, the same bytes for all; raises ClientDisconnected where it will not be any more."""
        while not self._protocol.writable.is_set():
            await self._protocol.writable.wait()
        if not self.clear():
            raise ClientDisconnected
        self.write(text)

    def forget_handshake(self) -> None:
        """Drop the headers of an accepted handshake, which the server keeps thrice: 3 KB as long as the socket is open."""
        protocol = self._protocol
        if protocol.handshake_complete:
            protocol.request.headers.clear()
            protocol.response.headers.clear()
            cast(list[Any], protocol.scope["headers"]).clear()


def transport_of(send: Any) -> asyncio.Transport | None:
    """The server's transport behind an ASGI `send`: ASGI has no word for cutting a peer off that takes nothing."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    return transport if hasattr(transport, "abort") else None


def size_of(text: str) -> int:
    """Bytes on the wire."""
    return len(text) if text.isascii() else len(text.encode())
