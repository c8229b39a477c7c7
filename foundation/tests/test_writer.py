"""Whatever the connection takes when, and by whichever way: frames keep their order, and none is written twice or after the close."""
import asyncio
import gc
import weakref
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.socket.connection import Connection
from foundation.socket.options import Options
from foundation.socket.wire import Text
from foundation.socket.writer import Writer

STEPS = st.lists(st.sampled_from(["offer", "put", "shut", "open", "tick", "tick"]), max_size=60)


class Pipe:
    """A connection that takes frames while it is open; `line` is the way past its `send`."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.by_asgi = 0
        self.opened = asyncio.Event()
        self.opened.set()

    async def send(self, message: dict[str, Any]) -> None:
        self.by_asgi += 1
        await self.opened.wait()
        self.written.append(message.get("text") or f"close {message['code']}")

    def clear(self) -> bool:
        return self.opened.is_set()

    def write(self, text: Text) -> None:
        self.written.append(str(text))

    async def take(self, text: Text) -> None:
        await self.opened.wait()
        self.write(text)


class Reader:
    """A writer on such a pipe, and what it said of its reader."""

    def __init__(self, *, direct: bool = True, **options: Any) -> None:
        self.pipe = Pipe()
        self.said: list[str] = []
        line = cast(Any, self.pipe) if direct else None
        self.writer = Writer(self.pipe.send, line, Options(**options), on_resumed=lambda: self.said.append("resumed"),
                             on_too_slow=lambda: self.said.append("too slow"))
        self.given = 0

    async def step(self, what: str) -> None:
        if what in ("offer", "put"):
            self.given += 1
            getattr(self.writer, what)(Text.of(str(self.given)))
        elif what == "shut":
            self.pipe.opened.clear()
        elif what == "open":
            self.pipe.opened.set()
        else:
            await ticks()


async def ticks(many: int = 3) -> None:
    for _ in range(many):
        await asyncio.sleep(0)


@pytest.mark.parametrize("direct", [True, False])
@settings(max_examples=150, deadline=None)
@given(steps=STEPS)
def test_frames_keep_their_order_and_come_once(direct: bool, steps: list[str]) -> None:
    async def play() -> None:
        reader = Reader(direct=direct)
        for step in steps:
            await reader.step(step)
        await reader.step("open")
        await ticks(20)
        reader.writer.close(4403, "revoked", flush=True)
        reader.writer.put(Text.of("late"))
        reader.writer.offer(Text.of("late"))
        await ticks()
        assert reader.pipe.written == [*(str(number) for number in range(1, reader.given + 1)), "close 4403"]
        assert reader.writer.waiting_bytes == 0

    asyncio.run(play())


def test_a_frame_that_finds_others_waiting_waits_behind_them() -> None:
    """The negative control is the pipe itself: it is clear again, and would take the frame at once."""
    async def play() -> None:
        reader = Reader()
        for step in ("shut", "offer", "tick", "open"):
            await reader.step(step)
        assert reader.pipe.clear()
        reader.writer.offer(Text.of("second"))
        assert reader.pipe.written == [], "the first is still on its way"
        await ticks()
        assert reader.pipe.written == ["1", "second"]

    asyncio.run(play())


@pytest.mark.parametrize("direct", [True, False])
def test_what_waits_goes_past_asgi_too_where_it_can(direct: bool) -> None:
    """A message of ASGI that waits is the text once more, for each socket, and at up to four bytes for a character."""
    async def play() -> None:
        reader = Reader(direct=direct)
        for step in ("shut", "offer", "put", "tick", "open", "tick"):
            await reader.step(step)
        assert reader.pipe.written == ["1", "2"]
        assert reader.pipe.by_asgi == (0 if direct else 2)

    asyncio.run(play())


@pytest.mark.parametrize("direct", [True, False])
def test_a_full_queue_drops_room_frames_until_it_drained(direct: bool) -> None:
    async def play() -> None:
        reader = Reader(direct=direct, queue_frames=2)
        for step in ("shut", "offer", "offer", "offer", "offer", "tick"):
            await reader.step(step)
        assert reader.writer.behind
        assert reader.said == []
        for step in ("open", "tick", "tick", "offer", "tick"):
            await reader.step(step)
        assert reader.pipe.written == ["1", "2", "5"]
        assert (reader.said, reader.writer.behind) == (["resumed"], False)

    asyncio.run(play())


def test_a_frame_greater_than_the_queue_is_dropped_and_the_reader_told() -> None:
    async def play() -> None:
        reader = Reader(direct=False, queue_bytes=2)
        reader.writer.offer(Text.of("abc"))
        assert reader.writer.behind
        await ticks()
        assert (reader.pipe.written, reader.said, reader.writer.behind) == ([], ["resumed"], False)

    asyncio.run(play())


def test_after_the_end_nothing_is_written() -> None:
    async def play() -> None:
        reader = Reader()
        reader.writer.stop()
        await reader.step("put")
        await reader.step("offer")
        await ticks()
        assert reader.pipe.written == []

    asyncio.run(play())


class Holder:
    """As a consumer holds its connection."""

    def __init__(self, application: Any) -> None:
        self.connection = Connection(application, Pipe().send, "127.0.0.1")
        self.connection.on_abort = self.cut_off

    def cut_off(self) -> None:
        self.connection.abort()


@pytest.mark.parametrize("disposed", [True, False])
def test_a_socket_that_ended_needs_no_collector(disposed: bool) -> None:
    """The collector looks at what has lived long only after millions of new objects; the control is a socket that is not disposed."""
    async def play() -> bool:
        layer = SimpleNamespace(detach_all=lambda sink: None)
        holder = Holder(cast(Any, SimpleNamespace(layer=layer, options=Options())))
        gone = weakref.ref(holder)
        if disposed:
            holder.connection.dispose()
        del holder
        return gone() is None

    gc.disable()
    try:
        assert asyncio.run(play()) == disposed
    finally:
        gc.enable()
