"""Guards of delivery, taken away; and, below, deaths at a chosen point, which every run of their test has."""
import asyncio
import os
from dataclasses import replace
from typing import Any

LAST_WORDS = "last words"  # whoever publishes a frame with this text dies


def ping_heads() -> None:
    """Pings tell no heads, so that a lost last entry is never noticed."""
    from pandarchat.routing import HouseBackend

    pulse = HouseBackend.pulse

    async def without_heads(self: Any, *given: Any) -> Any:
        return replace(await pulse(self, *given), heads={})

    HouseBackend.pulse = without_heads  # type: ignore[method-assign, assignment]


def line_recovery() -> None:
    """A hint line that broke stays broken, and its canaries are missed by nobody."""
    from foundation.hub import Hub

    async def once(self: Any) -> None:
        try:
            await self._listen()
        except Exception:
            await asyncio.Event().wait()

    Hub._subscribe_forever = once  # type: ignore[method-assign]
    Hub._miss = lambda self: None  # type: ignore[method-assign]


def repetition() -> None:
    """A message that is repeated under its client_id is stored again."""
    from chat import sending
    from foundation.ids import uuid7

    send = sending.send_from_socket

    async def again(*, actor: Any, draft: Any, session: str) -> Any:
        stored = await send(actor=actor, draft=draft, session=session)
        return await send(actor=actor, draft=replace(draft, client_id=uuid7()), session=session) if stored.duplicate else stored

    sending.send_from_socket = again


def sweep() -> None:
    """Nobody comes back to a delivery."""
    from foundation import events

    events.sweep = lambda limit=500: 0


def limits_without_redis() -> None:
    """Limits take Redis' failure for their own."""
    from foundation import limits

    limits.FAILURES = ()  # type: ignore[assignment]


def silence_watch() -> None:
    """Pings that nobody answers are no reason to close."""
    from foundation.socket.pulse import Heartbeat

    Heartbeat._close_silent = lambda self, connections: None  # type: ignore[method-assign]


def writer_bound() -> None:
    """The queue of a socket takes everything, and nobody falls behind."""
    from foundation.socket.wire import Text
    from foundation.socket.writer import Writer

    def take(self: Writer, text: Text) -> None:
        if not self._at_once(text):
            self._append(text)

    Writer.offer = Writer.put = take  # type: ignore[method-assign]


def own_writers() -> None:
    """One writer for all sockets of the process: each frame waits until the one before was taken, whoever is to take it."""
    from foundation.socket.writer import Writer

    turn = asyncio.Lock()
    pass_on = Writer._pass_on

    async def in_turn(self: Writer, text: Any) -> None:
        async with turn:
            await pass_on(self, text)

    Writer._pass_on = in_turn  # type: ignore[method-assign]
    Writer._at_once = lambda self, text: False  # type: ignore[method-assign]


# What is done to a process, whatever its guards.

def dies_before_publishing() -> None:
    """The process is gone after the commit and before the frame with LAST_WORDS is published."""
    from foundation.layer import HintLayer

    publish = HintLayer.publish

    def die(self: Any, group: str, frame: str, *, exclude: str = "") -> None:
        if LAST_WORDS in frame:
            os._exit(1)
        publish(self, group, frame, exclude=exclude)

    HintLayer.publish = die  # type: ignore[method-assign]


def answers_late() -> None:
    """An acknowledgement leaves 0.2 s after the commit, so that a kill meets messages in between."""
    from chat import sending

    send = sending.send_from_socket

    async def late(**given: Any) -> Any:
        stored = await send(**given)
        await asyncio.sleep(0.2)
        return stored

    sending.send_from_socket = late
