"""One bounded queue per socket, and a writer task while something waits in it."""
import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from foundation.socket.options import Options
from foundation.socket.wire import Line, Text

Send = Callable[[dict[str, Any]], Awaitable[None]]
HARD_LIMIT = 2  # times the queue: what the socket's own answers may take beyond the room frames


def nothing() -> None:
    """What a writer tells when it has ended."""


class Writer:
    """Room frames (`offer`) are dropped once the queue is full, until it has drained; own frames (`put`) wait in line.

    What nothing waits before goes out at once, if the server's connection lets it (`Line`); otherwise it waits for the writer task.
    `on_resumed`: the reader caught up after frames were dropped. `on_too_slow`: it did not, within `behind_seconds`.
    """

    __slots__ = ("_behind", "_bytes", "_closing", "_dead", "_line", "_on_resumed", "_on_too_slow", "_options", "_queue", "_room", "_send",
                 "_task")

    def __init__(
        self, send: Send, line: Line | None, options: Options, *, on_resumed: Callable[[], None], on_too_slow: Callable[[], None],
    ) -> None:
        self._send = send
        self._line = line
        self._options = options
        self._on_resumed = on_resumed
        self._on_too_slow = on_too_slow
        self._queue: deque[Text] | None = None  # made when it is needed: an empty one takes 624 bytes
        self._bytes = 0
        self._behind: asyncio.TimerHandle | None = None
        self._room: asyncio.Event | None = None
        self._closing: dict[str, Any] | None = None
        self._dead = False
        self._task: asyncio.Task[None] | None = None

    @property
    def behind(self) -> bool:
        return self._behind is not None

    @property
    def waiting_bytes(self) -> int:
        return self._bytes

    @property
    def direct(self) -> bool:
        """Whether the server's connection takes frames past ASGI."""
        return self._line is not None

    def offer(self, text: Text) -> None:
        """A room frame: the client finds what was dropped by its number."""
        if self._at_once(text) or self._behind is not None:
            return
        if self._full(text.size):
            self._fall_behind()
            return
        self._append(text)

    def put(self, text: Text) -> None:
        """A frame of the socket's own."""
        if self._at_once(text):
            return
        if self._full(text.size) and self._behind is None:
            self._fall_behind()
        if self._waiting >= HARD_LIMIT * self._options.queue_frames or self._bytes + text.size > HARD_LIMIT * self._options.queue_bytes:
            self._on_too_slow()
            return
        self._append(text)

    async def room(self) -> None:
        """Waits until the queue is not full; at once when the socket is closing."""
        while self._room is not None:
            await self._room.wait()

    def close(self, code: int, reason: str, *, flush: bool) -> None:
        """The close frame, after what waits (`flush`) or instead of it."""
        if self._closing is not None or self._dead:
            return
        self._closing = {"type": "websocket.close", "code": code, "reason": reason}
        if not flush:
            self._clear()
        self._caught_up()
        self._work()

    def stop(self) -> None:
        self._die()
        if self._task is not None:
            self._task.cancel()

    def _at_once(self, text: Text) -> bool:
        """Whether it went out: nothing waits, so that it overtakes nothing."""
        if self._task is None and self._line is not None and self._line.clear():
            self._line.write(text)
            return True
        return False

    @property
    def _waiting(self) -> int:
        return len(self._queue) if self._queue else 0

    def _full(self, size: int) -> bool:
        return self._waiting >= self._options.queue_frames or self._bytes + size > self._options.queue_bytes

    def _append(self, text: Text) -> None:
        if self._dead or self._closing is not None:
            return
        if self._queue is None:
            self._queue = deque()
        text.park()
        self._queue.append(text)
        self._bytes += text.size
        self._work()

    def _work(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name="socket writer")

    def _fall_behind(self) -> None:
        if self._dead or self._closing is not None:
            return
        self._behind = asyncio.get_running_loop().call_later(self._options.behind_seconds, self._on_too_slow)
        self._room = asyncio.Event()
        self._work()

    def _caught_up(self) -> bool:
        """Whether it was behind until now."""
        room, self._room = self._room, None
        if room is not None:
            room.set()
        timer, self._behind = self._behind, None
        if timer is not None:
            timer.cancel()
        return timer is not None

    def _clear(self) -> None:
        self._queue = None
        self._bytes = 0

    def _die(self) -> None:
        self._dead = True
        self._line = None
        self._on_resumed = self._on_too_slow = nothing  # a circle would wait for the collector, which comes seldom (settling.py)
        self._clear()
        self._caught_up()

    async def _run(self) -> None:
        # The peer goes away in whatever way the server words it; the reader hears of it.
        with contextlib.suppress(Exception):
            while self._closing is None:
                await self._drain()
                if self._closing is None and self._caught_up():
                    self._on_resumed()
                if self._closing is None and not self._queue:
                    self._queue = self._task = None
                    return
            await self._drain()
            await self._send(self._closing)
        self._die()

    async def _drain(self) -> None:
        while self._queue:
            text = self._queue[0]
            await self._pass_on(text)
            if self._queue:  # else cleared meanwhile
                self._queue.popleft()
                self._bytes -= text.size

    async def _pass_on(self, text: Text) -> None:
        """A socket that waits on ASGI's `send` holds the text once more, at up to four bytes for each character."""
        if self._line is not None:
            await self._line.take(text)
        else:
            await self._send({"type": "websocket.send", "text": str(text)})
