"""One writer task and one bounded queue per socket."""
import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from foundation.socket.options import Options

Send = Callable[[dict[str, Any]], Awaitable[None]]
HARD_LIMIT = 2  # times the queue: what the socket's own answers may take beyond the room frames


class Writer:
    """Room frames (`offer`) are dropped once the queue is full, until it has drained; own frames (`put`) wait in line.

    `on_resumed`: the reader caught up after frames were dropped. `on_too_slow`: it did not, within `behind_seconds`.
    """

    def __init__(self, send: Send, options: Options, *, on_resumed: Callable[[], None], on_too_slow: Callable[[], None]) -> None:
        self._send = send
        self._options = options
        self._on_resumed = on_resumed
        self._on_too_slow = on_too_slow
        self._loop = asyncio.get_running_loop()
        self._queue: deque[tuple[str, int]] = deque()
        self._bytes = 0
        self._behind: asyncio.TimerHandle | None = None
        self._wake: asyncio.Future[None] | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._closing: dict[str, Any] | None = None
        self._dead = False
        self.finished = asyncio.Event()
        self._task = self._loop.create_task(self._run(), name="socket writer")

    @property
    def behind(self) -> bool:
        return self._behind is not None

    @property
    def waiting_bytes(self) -> int:
        return self._bytes

    def offer(self, text: str) -> None:
        """A room frame: the client finds what was dropped by its number."""
        if self._behind is not None:
            return
        size = size_of(text)
        if self._full(size):
            self._fall_behind()
            return
        self._append(text, size)

    def put(self, text: str) -> None:
        """A frame of the socket's own."""
        size = size_of(text)
        if self._full(size) and self._behind is None:
            self._fall_behind()
        if len(self._queue) >= HARD_LIMIT * self._options.queue_frames or self._bytes + size > HARD_LIMIT * self._options.queue_bytes:
            self._on_too_slow()
            return
        self._append(text, size)

    async def room(self) -> None:
        """Waits until the queue is not full; at once when the socket is closing."""
        await self._room.wait()

    def close(self, code: int, reason: str, *, flush: bool) -> None:
        """After what waits (`flush`) or instead of it; `finished` is set when the close frame was handed over."""
        if self._closing is not None:
            return
        self._closing = {"type": "websocket.close", "code": code, "reason": reason}
        if not flush:
            self._clear()
        self._caught_up()
        self._nudge()

    def stop(self) -> None:
        self._die()
        self._task.cancel()

    def _full(self, size: int) -> bool:
        return len(self._queue) >= self._options.queue_frames or self._bytes + size > self._options.queue_bytes

    def _append(self, text: str, size: int) -> None:
        if self._dead or self._closing is not None:
            return
        self._queue.append((text, size))
        self._bytes += size
        self._nudge()

    def _nudge(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def _fall_behind(self) -> None:
        if self._dead or self._closing is not None:
            return
        self._behind = self._loop.call_later(self._options.behind_seconds, self._on_too_slow)
        self._room.clear()

    def _caught_up(self) -> bool:
        """Whether it was behind until now."""
        self._room.set()
        timer, self._behind = self._behind, None
        if timer is not None:
            timer.cancel()
        return timer is not None

    def _clear(self) -> None:
        self._queue.clear()
        self._bytes = 0

    def _die(self) -> None:
        self._dead = True
        self._clear()
        self._caught_up()
        self.finished.set()

    async def _run(self) -> None:
        # The peer goes away in whatever way the server words it; the reader hears of it.
        with contextlib.suppress(Exception):
            while await self._drain():
                self._wake = self._loop.create_future()
                await self._wake
        self._die()

    async def _drain(self) -> bool:
        """Sends what waits; False after the close frame."""
        while self._queue:
            text, size = self._queue[0]
            await self._send({"type": "websocket.send", "text": text})
            if self._queue:  # else cleared meanwhile
                self._queue.popleft()
                self._bytes -= size
        if self._closing is not None:
            await self._send(self._closing)
            return False
        if self._caught_up():
            self._on_resumed()
        return not self._queue or await self._drain()


def size_of(text: str) -> int:
    """Bytes on the wire."""
    return len(text) if text.isascii() else len(text.encode())
