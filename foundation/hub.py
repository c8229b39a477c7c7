"""The groups of one server process and its one line to Redis."""
import asyncio
import contextlib
import logging
import random
import threading
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import msgspec

from foundation.redis_clients import FAILURES, async_client
from foundation.socket.wire import Text

STALE = "stale"  # the verb that tells a sink that hints were lost
LINE_LOST = 4491
MISSES_OF_AN_OUTAGE = 2
PACKET_BYTES = 1024 * 1024
OUTGOING_BYTES = 16 * 1024 * 1024
STOP_SECONDS = 1.0  # for what was accepted before the end
GATHER_SECONDS = 0.004  # after a packet; the first after a silence leaves at once
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)

logger = logging.getLogger("foundation.hintline")


class Sink(Protocol):
    """What a group holds: a socket's end in this process. Every method returns at once and never waits."""

    session: str

    def deliver(self, text: Text) -> None: ...

    def control(self, verb: str, data: dict[str, Any]) -> None: ...


class Hint(msgspec.Struct, array_like=True, frozen=True):
    """One hint on the line. `target` is a group, or a channel for `send`; `stale` says that its sender lost hints before."""

    kind: Literal["frame", "control", "group", "send", "stale"]
    target: str = ""
    body: Any = None
    exclude: str = ""


class Packet(msgspec.Struct, array_like=True, frozen=True):
    """What one PUBLISH carries: hints, each already packed, and the number of a canary (0 for none)."""

    origin: str
    hints: list[msgspec.Raw]
    canary: int = 0


encode = msgspec.msgpack.Encoder().encode
decode_hint = msgspec.msgpack.Decoder(Hint).decode
decode_packet = msgspec.msgpack.Decoder(Packet).decode


@dataclass
class Counters:
    """For metrics; only ever counted up, on the hub's loop."""

    published: int = 0
    packets: int = 0
    received: int = 0
    delivered: int = 0
    lost: int = 0
    subscriptions: int = 0
    canaries_missed: int = 0
    stale: int = 0
    outages: int = 0


class Hub:
    """Lives on one event loop. All but `accept` is called there."""

    def __init__(
        self, host: dict[str, Any], *, channel: str, canary_seconds: float, jitter_seconds: float,
        deliver_channel_hint: Callable[[Hint, msgspec.Raw], None],
    ) -> None:
        self.id = uuid.uuid4().hex
        self.loop = asyncio.get_running_loop()
        self.thread = threading.get_ident()
        self.channel = channel
        self.canary_seconds = canary_seconds
        self.jitter_seconds = jitter_seconds
        self.counters = Counters()
        self.up = asyncio.Event()
        self._deliver_channel_hint = deliver_channel_hint
        self._groups: dict[str, set[Sink]] = {}
        self._sinks: dict[Sink, set[str]] = {}
        self._publisher = async_client(host, seconds=min(1.0, canary_seconds))
        self._subscriber = async_client(host, seconds=min(2.0, canary_seconds))
        self._outgoing: deque[bytes] = deque()
        self._outgoing_bytes = 0
        self._queued = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._lost_hints = False
        self._canary_sent = 0
        self._canary_due = False
        self._canary_heard = 0
        self._missed = 0
        self._shaken = True
        self._stale_timer: asyncio.TimerHandle | None = None
        self._listening: asyncio.Task[None] | None = None
        self._tasks = [self.loop.create_task(run(), name=f"hub {run.__name__}")
                       for run in (self._subscribe_forever, self._publish_forever, self._canary_forever)]

    async def stop(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await self._idle.wait()
        tasks = [*self._tasks, *([self._listening] if self._listening else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._stale_timer:
            self._stale_timer.cancel()
        for client in (self._publisher, self._subscriber):
            await client.aclose(close_connection_pool=True)

    @property
    def healthy(self) -> bool:
        """True while the process hears its own canary."""
        return self.up.is_set() and self._missed < MISSES_OF_AN_OUTAGE

    # Groups.

    def attach(self, group: str, sink: Sink) -> None:
        self._groups.setdefault(group, set()).add(sink)
        self._sinks.setdefault(sink, set()).add(group)

    def detach(self, group: str, sink: Sink) -> None:
        self._sinks.get(sink, set()).discard(group)
        self._forget(group, sink)

    def detach_all(self, sink: Sink) -> None:
        for group in self._sinks.pop(sink, set()):
            self._forget(group, sink)

    def _forget(self, group: str, sink: Sink) -> None:
        members = self._groups.get(group)
        if members is not None:
            members.discard(sink)
            if not members:
                del self._groups[group]

    # Hints going out.

    def accept(self, hint: Hint, packed: bytes) -> bool:
        """Takes a hint from any thread; False when the loop is gone."""
        if threading.get_ident() == self.thread:
            self._take(hint, packed)
            return True
        try:
            self.loop.call_soon_threadsafe(self._take, hint, packed)
        except RuntimeError:
            return False
        return True

    def _take(self, hint: Hint, packed: bytes) -> None:
        self._deliver(hint, msgspec.Raw(packed))
        if self._outgoing_bytes + len(packed) > OUTGOING_BYTES:
            self._lose(1)
            return
        self._outgoing.append(packed)
        self._outgoing_bytes += len(packed)
        self._idle.clear()
        self._queued.set()

    async def _publish_forever(self) -> None:
        while True:
            await self._queued.wait()
            self._queued.clear()
            while self._outgoing or self._canary_due:
                await self._publish_packet()
                await asyncio.sleep(GATHER_SECONDS)
            self._idle.set()

    async def _publish_packet(self) -> None:
        hints = self._next_hints()
        canary, self._canary_due = (self._canary_sent if self._canary_due else 0), False
        notice = [msgspec.Raw(encode(Hint("stale")))] if self._lost_hints else []
        packet = encode(Packet(self.id, notice + hints, canary))
        try:
            async with asyncio.timeout(min(2.0, 2 * self.canary_seconds)):
                await self._publisher.publish(self.channel, packet)
        except FAILURES:
            self._lose(len(hints))
            return
        except Exception:  # the line lives on: nobody would start it again
            logger.exception("a packet of hints was not published")
            self._lose(len(hints))
            return
        self._lost_hints = self._lost_hints and not notice
        self.counters.packets += 1
        self.counters.published += len(hints)

    def _next_hints(self) -> list[msgspec.Raw]:
        hints: list[msgspec.Raw] = []
        size = 0
        while self._outgoing and size < PACKET_BYTES:
            packed = self._outgoing.popleft()
            size += len(packed)
            hints.append(msgspec.Raw(packed))
        self._outgoing_bytes -= size
        return hints

    def _lose(self, hints: int) -> None:
        """The other processes are told with the next packet that gets through."""
        if hints:
            self._lost_hints = True
            self.counters.lost += hints

    # Hints coming in.

    async def _subscribe_forever(self) -> None:
        pause = 0.05
        while True:
            subscriptions = self.counters.subscriptions
            self._listening = self.loop.create_task(self._listen(), name="hub listen")
            await asyncio.wait([self._listening])
            if not self._listening.cancelled() and (error := self._listening.exception()) and not isinstance(error, FAILURES):
                logger.error("the hint line failed", exc_info=error)
            self._line_away()
            pause = 0.05 if self.counters.subscriptions > subscriptions else min(pause * 2, 2.0)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311

    async def _listen(self) -> None:
        """Subscribes and hears until the connection fails; a new one each time, so that no reconnection stays unseen."""
        pubsub = self._subscriber.pubsub()
        try:
            async with asyncio.timeout(5):
                await pubsub.subscribe(self.channel)
            while True:
                message = await pubsub.get_message(timeout=60)
                if message is None:
                    continue
                if message["type"] == "subscribe":
                    self._subscribed()
                elif message["type"] == "message":
                    self._hear(message["data"])
        finally:
            await self._discard(pubsub)

    async def _discard(self, pubsub: Any) -> None:
        try:
            async with asyncio.timeout(1):
                await pubsub.aclose()
        except FAILURES:
            pass

    def _subscribed(self) -> None:
        self.counters.subscriptions += 1
        self._send_canary()

    def _hear(self, data: bytes) -> None:
        try:
            packet = decode_packet(data)
        except UNREADABLE:
            logger.warning("the hint line carried something that is no packet")
            return
        if packet.origin == self.id:
            self._hear_canary(packet.canary)
            return
        for raw in packet.hints:
            self.counters.received += 1
            self._hear_hint(raw)

    def _hear_hint(self, raw: msgspec.Raw) -> None:
        try:
            hint = decode_hint(raw)
        except UNREADABLE:  # a process of another release
            return
        if hint.kind == "stale":
            self._stale_soon()
        else:
            self._deliver(hint, raw)

    def _deliver(self, hint: Hint, raw: msgspec.Raw) -> None:
        if hint.kind not in ("frame", "control"):
            self._deliver_channel_hint(hint, raw)
            return
        if (members := self._groups.get(hint.target)) is not None:
            self._hand_to([sink for sink in members if sink.session != hint.exclude], hint)

    def _hand_to(self, sinks: Sequence[Sink], hint: Hint) -> None:
        text = Text.of(hint.body) if hint.kind == "frame" else None  # the same bytes for all
        for sink in sinks:
            try:
                if text is not None:
                    sink.deliver(text)
                else:
                    sink.control(hint.body["verb"], dict(hint.body["data"]))
            except Exception:
                logger.exception("a socket did not take a hint")
            else:
                self.counters.delivered += 1

    # The canary.

    async def _canary_forever(self) -> None:
        while True:
            await asyncio.sleep(self.canary_seconds)
            if self._canary_heard < self._canary_sent or not self._canary_sent:
                self._miss()
            self._send_canary()

    def _send_canary(self) -> None:
        self._canary_sent += 1
        self._canary_due = True
        self._queued.set()

    def _hear_canary(self, number: int) -> None:
        if number <= self._canary_heard:
            return
        self._canary_heard = number
        self._missed = 0
        self.up.set()
        if self._shaken:
            self._shaken = False
            self._say_stale()

    def _miss(self) -> None:
        self._missed += 1
        self._shaken = True
        self.counters.canaries_missed += 1
        if self._missed == MISSES_OF_AN_OUTAGE:
            self._outage()
        if self._missed % MISSES_OF_AN_OUTAGE == 0 and self._listening:
            self._listening.cancel()

    def _line_away(self) -> None:
        self._shaken = True
        self.up.clear()

    def _outage(self) -> None:
        """Once for all sockets that are open now; those that come during the outage hear `stale` at its end."""
        self.counters.outages += 1
        self.up.clear()
        logger.error("the hint line is lost: %s canaries missed, %s sockets are closed", self._missed, len(self._sinks))
        closing = Hint("control", body={"verb": "close", "data": {"code": LINE_LOST, "within": self.jitter_seconds}})
        self._hand_to(tuple(self._sinks), closing)

    def _stale_soon(self) -> None:
        """Many senders can lose hints in the same outage: one `stale` a second at most."""
        if self._stale_timer is None:
            self._stale_timer = self.loop.call_later(1.0, self._say_stale)

    def _say_stale(self) -> None:
        self._stale_timer = None
        if not self._sinks:
            return
        self.counters.stale += 1
        self._hand_to(tuple(self._sinks), Hint("control", body={"verb": STALE, "data": {}}))
