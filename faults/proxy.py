"""A proxy of the tests' own between clients and servers: it shares connections out, and harms them on demand.

    async with Proxy([server.port for server in two]) as proxy:     # clients go to proxy.url
        proxy.pipes[0].freeze()                                     # open on both sides, and nothing passes
        proxy.pipes[1].lose_server()                                # half open: the server is gone, the client is not told
        proxy.pipes[2].lose_client()                                # half open the other way round
        proxy.pipes[3].mangle = Mangle(random.Random(1))            # WebSocket frames come doubled and in another order
"""
import asyncio
import contextlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
READ = 64 * 1024
HELD_MOST = 0.3  # seconds that a frame waits for one that overtakes it
TEXT = 0x1
SILENCE = b"pings unanswered"  # the reason in the close frame


@dataclass
class Mangle:
    """How often (of 1) a text frame is doubled, and how often the next one overtakes it."""

    chance: random.Random
    doubled: float = 0.3
    overtaken: float = 0.3


@dataclass
class Pipe:
    """One connection through the proxy."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    port: int
    websocket: bool = False
    mangle: Mangle | None = None
    frozen: bool = False
    client_ended: asyncio.Event = field(default_factory=asyncio.Event)
    server_ended: asyncio.Event = field(default_factory=asyncio.Event)
    given_up: asyncio.Event = field(default_factory=asyncio.Event)  # the server closed for silence, or its side is gone
    lost: set[asyncio.StreamWriter] = field(default_factory=set)
    doubled: int = 0
    overtaken: int = 0

    def freeze(self) -> None:
        """Nothing passes any more, in both directions; the sockets stay open."""
        self.frozen = True

    def lose_server(self) -> None:
        """The server's side is cut; the client's stays open and silent."""
        self._lose(self.server)

    def lose_client(self) -> None:
        """The client's side is cut; the server's stays open and silent."""
        self._lose(self.client)

    def _lose(self, side: asyncio.StreamWriter) -> None:
        self.lost |= {self.client, self.server}
        side.transport.abort()

    def close(self) -> None:
        for side in (self.client, self.server):
            side.transport.abort()


class Proxy:
    """On a free port; each new connection goes to the next of the ports that answers."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.ports = ports
        self.pipes: list[Pipe] = []
        self._turn = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, HOST, 0, backlog=1000)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.close()
        for pipe in self.pipes:
            pipe.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def sockets(self) -> list[Pipe]:
        """The pipes of open WebSockets, in the order in which they came."""
        return [pipe for pipe in self.pipes if pipe.websocket and not pipe.client_ended.is_set() and not pipe.server_ended.is_set()]

    async def _accept(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        for _ in self.ports:
            self._turn += 1
            port = self.ports[self._turn % len(self.ports)]
            with contextlib.suppress(OSError):
                answers, server = await asyncio.open_connection(HOST, port)
                break
        else:
            client.transport.abort()
            return
        pipe = Pipe(client, server, port)
        self.pipes.append(pipe)
        for way in (_Way(pipe, reader, server, pipe.client_ended), _Way(pipe, answers, client, pipe.server_ended)):
            task = asyncio.create_task(way.run())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


class _Way:
    """One direction of a pipe."""

    def __init__(self, pipe: Pipe, source: asyncio.StreamReader, sink: asyncio.StreamWriter, ended: asyncio.Event) -> None:
        self.pipe = pipe
        self.source = source
        self.sink = sink
        self.ended = ended
        self.unread = b""
        self.held = b""
        self.timer: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        try:
            while data := await self.source.read(READ):
                if self.ended is self.pipe.server_ended and SILENCE in data:
                    self.pipe.given_up.set()
                if not self.pipe.frozen and self.sink not in self.pipe.lost:
                    self._pass(data)
                    await self.sink.drain()
        except OSError:
            pass
        self.ended.set()
        if self.ended is self.pipe.server_ended:
            self.pipe.given_up.set()
        if self.sink not in self.pipe.lost and not self.pipe.frozen:
            self._release()
            self.sink.transport.close() if self.source.at_eof() else self.sink.transport.abort()

    def _pass(self, data: bytes) -> None:
        self.pipe.websocket = self.pipe.websocket or data.startswith(b"GET /ws/")
        if self.pipe.mangle is None and not self.unread and not self.held:
            self.sink.write(data)
            return
        self.unread += data
        while (frame := self._next()) is not None:
            self._pass_frame(frame)

    def _next(self) -> bytes | None:
        """The first whole frame of what was read; a pipe is mangled only once its headers are through."""
        head = self.unread
        if len(head) < 2:
            return None
        length, start = head[1] & 0x7F, 2
        if length == 126:
            length, start = int.from_bytes(head[2:4], "big"), 4
        elif length == 127:
            length, start = int.from_bytes(head[2:10], "big"), 10
        end = start + (4 if head[1] & 0x80 else 0) + length
        if len(head) < max(end, start):
            return None
        self.unread = head[end:]
        return head[:end]

    def _pass_frame(self, frame: bytes) -> None:
        mangle = self.pipe.mangle
        if mangle is None or frame[0] & 0x0F != TEXT:
            self._release()
            self.sink.write(frame)
            return
        if mangle.chance.random() < mangle.doubled:
            self.pipe.doubled += 1
            frame += frame
        if not self.held and mangle.chance.random() < mangle.overtaken:
            self.held = frame
            self.timer = asyncio.get_running_loop().call_later(HELD_MOST, self._release)
            return
        self.pipe.overtaken += bool(self.held)
        self.sink.write(frame)
        self._release()

    def _release(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.held and not self.sink.transport.is_closing():
            self.sink.write(self.held)
        self.held = b""
