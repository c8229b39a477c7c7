"""The hint line as a channel layer: whatever knows Channels works, and entries take a faster way.

PostgreSQL is the truth; what travels here may be lost and is caught up. Each server (ASGI) process holds one subscription to
Redis and keeps its groups itself (`foundation/hub.py`); any other process only publishes.
"""
import asyncio
import logging
import threading
import uuid
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec
from channels.exceptions import ChannelFull
from channels.layers import BaseChannelLayer

from foundation.hub import PACKET_BYTES, Counters, Hint, Hub, Packet, Sink, decode_hint, encode
from foundation.redis_clients import FAILURES, Breaker, only_host, sync_client

Result = TypeVar("Result")

logger = logging.getLogger("foundation.hintline")


class HintLayer(BaseChannelLayer):
    """`hosts`: one Redis, as channels_redis takes it (a URL, or a dict, Sentinel's included).

    `canary_seconds`: how often the process checks its line; two misses close its sockets with 4491 within `jitter_seconds`.
    """

    extensions = ["groups", "flush"]

    def __init__(
        self, hosts: Sequence[Any] | None = None, *, prefix: str = "pandar", canary_seconds: float = 5.0, jitter_seconds: float = 10.0,
        expiry: int = 60, capacity: int = 100, channel_capacity: dict[Any, int] | None = None,
    ) -> None:
        super().__init__(expiry=expiry, capacity=capacity)
        self.channel_capacity = self.compile_capacities(channel_capacity or {})
        self.canary_seconds = canary_seconds
        self.jitter_seconds = jitter_seconds
        self._host = only_host(hosts)
        self._redis_channel = f"{prefix}:hints"
        self._hub: Hub | None = None
        self._direct = DirectPublisher(self._host, self._redis_channel)
        self._gathering = threading.local()
        self._channels: dict[str, asyncio.Queue[msgspec.Raw]] = {}
        self._channel_groups: dict[str, set[str]] = {}

    # Life.

    async def ensure_started(self, wait: float = 1.0) -> None:
        """Starts this process's line on the running loop; the first call waits at most `wait` seconds until it is heard."""
        if self._hub is not None and not self._hub.loop.is_closed():
            return
        self._hub = hub = Hub(
            self._host, channel=self._redis_channel, canary_seconds=self.canary_seconds, jitter_seconds=self.jitter_seconds,
            deliver_channel_hint=self._deliver,
        )
        try:
            async with asyncio.timeout(wait):
                await hub.up.wait()
        except TimeoutError:
            logger.warning("the hint line is not up yet; the server starts without it")

    async def stop(self) -> None:
        hub, self._hub = self._hub, None
        if hub is not None:
            await hub.stop()

    @property
    def healthy(self) -> bool:
        """In a server process: whether its own canary is heard. Elsewhere: whether the last publish got through."""
        return self._hub.healthy if self._hub else self._direct.breaker.closed

    @property
    def counters(self) -> Counters:
        return self._hub.counters if self._hub else Counters()

    # The fast way, for sockets.

    def publish(self, group: str, frame: str, *, exclude: str = "") -> None:
        """Hands an encoded frame to every socket of the group, in all processes, but the session `exclude`.

        From any thread, loop or process; never raises, never waits for longer than a failed connection (0.25 s).
        """
        self._emit(Hint("frame", group, frame, exclude))

    def control(self, group: str, verb: str, **data: str | int | float) -> None:
        """Like `publish`, for a server-internal hint: `sink.control(verb, data)`; it never reaches a client as it is."""
        self._emit(Hint("control", group, {"verb": verb, "data": data}))

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread publishes inside leaves at the end, in as few packets as hold it. In a server process it always does."""
        if self._gathered() is not None:
            yield
            return
        gathered = self._gathering.hints = []
        try:
            yield
        finally:
            self._gathering.hints = None
            for packet in packets_of(gathered):
                self._direct.publish(*packet)

    def _gathered(self) -> list[bytes] | None:
        gathered: list[bytes] | None = getattr(self._gathering, "hints", None)
        return gathered

    def attach(self, group: str, sink: Sink) -> None:
        """On the server's loop, after `ensure_started`."""
        self._running_hub().attach(group, sink)

    def detach(self, group: str, sink: Sink) -> None:
        if self._hub is not None:
            self._hub.detach(group, sink)

    def detach_all(self, sink: Sink) -> None:
        if self._hub is not None:
            self._hub.detach_all(sink)

    def _emit(self, hint: Hint) -> None:
        try:
            packed = encode(hint)
            hub = self._hub
            if hub is not None and hub.accept(hint, packed):
                return
            if (gathered := self._gathered()) is not None:
                gathered.append(packed)
            else:
                self._direct.publish(packed)
        except Exception:
            logger.exception("a hint was not published")

    def _running_hub(self) -> Hub:
        if self._hub is None:
            raise RuntimeError("The hint line is not started in this process: await ensure_started() first.")
        return self._hub

    # Channels' interface.

    async def new_channel(self, prefix: str = "specific.") -> str:
        await self.ensure_started()
        channel = f"{prefix}{self._running_hub().id}!{uuid.uuid4().hex}"
        await self._on_hub(self._open(channel))
        return channel

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        """To one channel of any process. A name without `!` reaches every process that receives on it."""
        self.require_valid_channel_name(channel)
        hint = Hint("send", channel, message)
        packed = encode(hint)
        if (queue := self._channels.get(channel)) is not None:
            await self._on_hub(self._put(channel, queue, msgspec.Raw(packed)))
        else:
            await self._publish_packed(hint, packed)

    async def receive(self, channel: str) -> dict[str, Any]:
        self.require_valid_channel_name(channel)
        await self.ensure_started()
        return await self._on_hub(self._receive(channel))

    async def group_add(self, group: str, channel: str) -> None:
        self.require_valid_group_name(group)
        self.require_valid_channel_name(channel)
        if channel not in self._channels:
            raise RuntimeError("group_add() takes a channel of this process, made by new_channel().")
        await self._on_hub(self._join(group, channel))

    async def group_discard(self, group: str, channel: str) -> None:
        self.require_valid_group_name(group)
        self.require_valid_channel_name(channel)
        if group in self._channel_groups:
            await self._on_hub(self._part(group, channel))

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.require_valid_group_name(group)
        hint = Hint("group", group, message)
        await self._publish_packed(hint, encode(hint))

    async def flush(self) -> None:
        """Forgets channels and their groups in this process; sockets keep theirs."""
        self._channels.clear()
        self._channel_groups.clear()

    async def close(self) -> None:
        await self.stop()

    async def _publish_packed(self, hint: Hint, packed: bytes) -> None:
        hub = self._hub
        if hub is None or not hub.accept(hint, packed):
            await asyncio.to_thread(self._direct.publish, packed)

    async def _on_hub(self, work: Coroutine[Any, Any, Result]) -> Result:
        hub = self._running_hub()
        if asyncio.get_running_loop() is hub.loop:
            return await work
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, hub.loop))

    async def _open(self, channel: str) -> asyncio.Queue[msgspec.Raw]:
        return self._channels.setdefault(channel, asyncio.Queue(self.get_capacity(channel)))

    async def _put(self, channel: str, queue: asyncio.Queue[msgspec.Raw], raw: msgspec.Raw) -> None:
        try:
            queue.put_nowait(raw)
        except asyncio.QueueFull:
            raise ChannelFull(channel) from None

    async def _receive(self, channel: str) -> dict[str, Any]:
        queue = await self._open(channel)
        try:
            raw = await queue.get()
        except asyncio.CancelledError:  # the consumer leaves: Channels has no other word for it
            await self._close(channel)
            raise
        return decode_hint(raw).body

    async def _close(self, channel: str) -> None:
        self._channels.pop(channel, None)
        for group in [group for group, members in self._channel_groups.items() if channel in members]:
            await self._part(group, channel)

    async def _join(self, group: str, channel: str) -> None:
        self._channel_groups.setdefault(group, set()).add(channel)

    async def _part(self, group: str, channel: str) -> None:
        members = self._channel_groups.get(group, set())
        members.discard(channel)
        if not members:
            self._channel_groups.pop(group, None)

    def _deliver(self, hint: Hint, raw: msgspec.Raw) -> None:
        channels = self._channel_groups.get(hint.target, ()) if hint.kind == "group" else (hint.target,)
        for channel in tuple(channels):
            queue = self._channels.get(channel)
            if queue is not None and not queue.full():
                queue.put_nowait(raw)


def packets_of(hints: Iterable[bytes]) -> Iterator[list[bytes]]:
    """In their order, as many as fit into a packet."""
    packet: list[bytes] = []
    size = 0
    for packed in hints:
        if packet and size + len(packed) > PACKET_BYTES:
            yield packet
            packet, size = [], 0
        packet.append(packed)
        size += len(packed)
    if packet:
        yield packet


class DirectPublisher:
    """Publishes from a process without a line of its own (HTTP, Celery, commands). Thread-safe."""

    def __init__(self, host: dict[str, Any], channel: str) -> None:
        self.breaker = Breaker("hint line")
        self._host = host
        self._channel = channel
        self._client: Any = None
        self._lost_hints = False

    def publish(self, *packed: bytes) -> None:
        """Hints in one packet."""
        if not self.breaker.allows():
            self._lost_hints = True
            return
        notice = [msgspec.Raw(encode(Hint("stale")))] if self._lost_hints else []
        try:
            self._connected().publish(self._channel, encode(Packet("", [*notice, *map(msgspec.Raw, packed)])))
        except FAILURES as error:
            self._lost_hints = True
            self.breaker.failed(error)
            return
        if notice:
            self._lost_hints = False
        self.breaker.succeeded()

    def _connected(self) -> Any:
        if self._client is None:
            self._client = sync_client(self._host, seconds=0.25)
        return self._client
