import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, nullcontext, suppress
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.consumer import AsyncConsumer
from channels.exceptions import ChannelFull
from channels.layers import channel_layers

from foundation.hub import PACKET_BYTES, STALE
from foundation.layer import HintLayer, packets_of
from foundation.socket.wire import Text
from foundation.tests.socket_world import ROOT, Proxy, RedisServer, running_redis


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


class Ear:
    """A sink that remembers."""

    def __init__(self, session: str = "ear") -> None:
        self.session = session
        self.frames: list[str] = []
        self.controls: list[tuple[str, dict[str, Any]]] = []

    def deliver(self, text: Text) -> None:
        self.frames.append(str(text))

    def control(self, verb: str, data: dict[str, Any]) -> None:
        self.controls.append((verb, data))

    @property
    def stale(self) -> int:
        return sum(verb == STALE for verb, _ in self.controls)

    def closes(self) -> int:
        return sum(verb == "close" and data["code"] == 4491 for verb, data in self.controls)


async def until(look: Callable[[], Any], what: str = "", seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, f"not seen: {what}"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def layers(*urls: str, canary_seconds: float = 0.5) -> Any:
    """One layer per URL: each has its own line, as if in a process of its own."""
    made = [HintLayer([url], canary_seconds=canary_seconds, jitter_seconds=0.0) for url in urls]
    for layer in made:
        await layer.ensure_started(wait=5)
    try:
        yield made
    finally:
        for layer in made:
            await layer.stop()


def run(play: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(90):
            await play()

    asyncio.run(bounded())


def test_a_frame_reaches_every_process_once_but_not_the_excluded_session(redis_server: RedisServer) -> None:
    async def play() -> None:
        async with layers(redis_server.url, redis_server.url) as (here, there):
            ears = {name: Ear(name) for name in ("near", "sender", "far", "sender-far", "elsewhere")}
            for name, layer, group in (("near", here, "g"), ("sender", here, "g"), ("far", there, "g"), ("elsewhere", there, "h")):
                layer.attach(group, ears[name])
            here.publish("g", "one", exclude="sender")
            assert ears["near"].frames == ["one"], "one's own sockets do not wait for Redis"
            here.publish("g", "two")
            await until(lambda: ears["far"].frames == ["one", "two"])
            here.publish("h", "end")
            await until(lambda: ears["elsewhere"].frames == ["end"])
            assert ears["near"].frames == ["one", "two"], "its own hints come back through Redis and are not told twice"
            assert ears["sender"].frames == ["two"]

    run(play)


def test_the_line_outlives_an_error_that_nobody_foresaw(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:
    """What was in the packet counts as lost, and the other processes are told."""
    async def play() -> None:
        async with layers(redis_server.url, redis_server.url, canary_seconds=5) as (here, there):
            ear = Ear()
            there.attach("g", ear)
            publisher = here._running_hub()._publisher
            publish = publisher.publish

            async def breaks(*given: Any) -> None:
                monkeypatch.setattr(publisher, "publish", publish)
                raise ZeroDivisionError

            monkeypatch.setattr(publisher, "publish", breaks)
            here.publish("g", "lost")
            await until(lambda: here.counters.lost == 1, "it was tried")
            here.publish("g", "heard")
            await until(lambda: ear.frames == ["heard"], "the line lives")
            await until(lambda: ear.stale, "others were told")
        assert "a packet of hints was not published" in caplog.text

    run(play)


def test_the_excluded_session_is_excluded_in_other_processes_too(redis_server: RedisServer) -> None:
    async def play() -> None:
        async with layers(redis_server.url, redis_server.url) as (here, there):
            ear = Ear("me")
            there.attach("g", ear)
            here.publish("g", "one", exclude="me")
            here.publish("g", "two", exclude="other")
            await until(lambda: ear.frames)
            assert ear.frames == ["two"]

    run(play)


def test_control_reaches_sinks_as_verb_and_data(redis_server: RedisServer) -> None:
    async def play() -> None:
        async with layers(redis_server.url, redis_server.url) as (here, there):
            ear = Ear()
            there.attach("user:1", ear)
            here.control("user:1", "revoke", code=4403, reason="disabled")
            await until(lambda: ear.controls)
            assert ear.controls == [("revoke", {"code": 4403, "reason": "disabled"})]
            assert not ear.frames

    run(play)


def test_what_is_queued_in_one_turn_travels_together(redis_server: RedisServer) -> None:
    async def play() -> None:
        async with layers(redis_server.url, redis_server.url, canary_seconds=60) as (here, there):
            ear = Ear()
            there.attach("g", ear)
            packets = here.counters.packets
            for number in range(500):
                here.publish("g", str(number))
            await until(lambda: len(ear.frames) == 500)
            assert ear.frames == [str(number) for number in range(500)]
            assert here.counters.packets == packets + 1

    run(play)


def test_what_was_accepted_before_the_end_still_leaves(redis_server: RedisServer) -> None:
    async def play() -> None:
        async with layers(redis_server.url, redis_server.url) as (here, there):
            ear = Ear()
            there.attach("g", ear)
            for number in range(20):
                here.publish("g", str(number))
            await here.stop()
            await until(lambda: ear.frames == [str(number) for number in range(20)])

    run(play)


def test_detached_hears_nothing(redis_server: RedisServer) -> None:
    async def play() -> None:
        async with layers(redis_server.url) as (layer,):
            stays, leaves, gone = Ear(), Ear(), Ear()
            for ear in (stays, leaves, gone):
                layer.attach("g", ear)
                layer.attach("h", ear)
            layer.detach("g", leaves)
            layer.detach_all(gone)
            layer.publish("g", "one")
            layer.publish("h", "two")
            assert (stays.frames, leaves.frames, gone.frames) == (["one", "two"], ["two"], [])
            layer.detach_all(stays)
            layer.detach_all(leaves)
            assert not layer._hub._groups
            assert not layer._hub._sinks

    run(play)


def test_a_sink_that_fails_does_not_keep_the_frame_from_others(redis_server: RedisServer) -> None:
    class Broken(Ear):
        def deliver(self, text: Text) -> None:
            raise ZeroDivisionError

    async def play() -> None:
        async with layers(redis_server.url) as (layer,):
            ears = [Ear(), Broken(), Ear()]
            for ear in ears:
                layer.attach("g", ear)
            layer.publish("g", "one")
            assert (ears[0].frames, ears[2].frames) == (["one"], ["one"])

    run(play)


def test_publish_from_threads_of_the_server(redis_server: RedisServer) -> None:
    async def play() -> None:
        async with layers(redis_server.url, redis_server.url) as (here, there):
            near, far = Ear(), Ear()
            here.attach("g", near)
            there.attach("g", far)
            threads = [threading.Thread(target=lambda: [here.publish("g", "x") for _ in range(100)]) for _ in range(8)]
            for thread in threads:
                thread.start()
            await until(lambda: len(near.frames) == len(far.frames) == 800)

    run(play)


PUBLISH = """
import sys
from foundation.layer import HintLayer
HintLayer([sys.argv[1]]).publish("g", "from a worker")
"""


def test_publish_from_a_process_without_a_line(redis_server: RedisServer) -> None:
    async def play() -> None:
        async with layers(redis_server.url) as (layer,):
            ear = Ear()
            layer.attach("g", ear)
            await asyncio.to_thread(subprocess.run, [sys.executable, "-c", PUBLISH, redis_server.url], check=True,
                                    env={**os.environ, "PYTHONPATH": str(ROOT)})
            await until(lambda: ear.frames == ["from a worker"])

    run(play)


@pytest.mark.parametrize("together", [True, False])
def test_what_a_worker_publishes_together_leaves_in_one_packet(redis_server: RedisServer, together: bool) -> None:
    async def play() -> None:
        worker = HintLayer([redis_server.url])
        async with layers(redis_server.url) as (layer,):
            ear = Ear()
            layer.attach("g", ear)
            before = packets(redis_server)

            def work() -> None:
                for number in range(20):
                    worker.publish("g", str(number))
                raise ZeroDivisionError

            worker.publish("g", "alone")
            outer, inner = (worker.together(), worker.together()) if together else (nullcontext(), nullcontext())
            with suppress(ZeroDivisionError), outer, inner:
                work()
            await until(lambda: ear.frames == ["alone", *map(str, range(20))])
            # The canaries of the layer that listens come in between.
            assert (packets(redis_server) - before < 15) == together

    run(play)


def packets(server: RedisServer) -> int:
    with server.client() as client:
        return int(client.info("commandstats")["cmdstat_publish"]["calls"])


def test_packets_are_filled_and_keep_the_order() -> None:
    hints = [bytes([number]) * 400_000 for number in range(5)] + [b"x" * (2 * PACKET_BYTES)]
    assert list(packets_of(hints)) == [hints[0:2], hints[2:4], hints[4:5], hints[5:6]]
    assert list(packets_of([])) == []


def test_a_dead_redis_neither_raises_nor_is_tried_each_time(redis_server: RedisServer) -> None:
    direct = HintLayer([redis_server.url])
    tries = []
    connected = direct._direct._connected

    def counted() -> Any:
        tries.append(1)
        return connected()

    direct._direct._connected = counted  # type: ignore[method-assign]
    redis_server.kill()
    for _ in range(1000):
        direct.publish("g", "lost")
    assert 1 <= len(tries) <= 3
    assert not direct.healthy


def test_hints_lost_by_a_worker_are_told_with_its_next_one(redis_server: RedisServer) -> None:
    async def play() -> None:
        worker = HintLayer([redis_server.url])
        worker._direct.breaker.pause = 0.05
        redis_server.kill()
        worker.publish("g", "lost")
        redis_server.start()
        async with layers(redis_server.url) as (layer,):
            ear = Ear()
            layer.attach("g", ear)

            def heard() -> bool:
                worker.publish("g", "again")
                return "again" in ear.frames

            await until(heard)
            await until(lambda: ear.stale)

    run(play)


JUNK = [b"", b"\xc1", b"null", os.urandom(5000), b"\x93\xa1x\x91\x93\xa5frame\xc0\x01\x00", b"\x93\xa1x\x91\x05\x00",
        b"\x93\xa1\xee\x90\x00", b"\x93\xa1x\x91\x92\xa5frame\xa1\xee\x00", b"\x91" * 100_000, b"\x93\xa1x" + b"\x91" * 100_000]


def test_what_no_packet_is_does_no_harm(redis_server: RedisServer) -> None:
    async def play() -> None:
        async with layers(redis_server.url, redis_server.url) as (here, there):
            ear = Ear()
            here.attach("g", ear)
            with redis_server.client() as client:
                for junk in JUNK:
                    client.publish("pandar:hints", junk)
            subscriptions = here.counters.subscriptions
            there.publish("g", "alive")
            await until(lambda: ear.frames == ["alive"])
            assert here.counters.subscriptions == subscriptions, "nor was the line taken down"

    run(play)


# Faults of the line.


def kill_line(server: RedisServer) -> None:
    with server.client() as client:
        client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")


def flush(server: RedisServer) -> None:
    with server.client() as client:
        client.flushall()


def restart(server: RedisServer) -> None:
    server.kill()
    server.start()


async def heard_again(here: HintLayer, there: HintLayer, ear: Ear, frame: str) -> None:
    def hears() -> bool:
        here.publish("g", frame)
        return frame in ear.frames

    await until(hears, f"{frame} heard")


@pytest.mark.parametrize(("fault", "stale"), [(kill_line, True), (restart, True), (flush, False)])
def test_a_short_fault_heals_and_says_stale(redis_server: RedisServer, fault: Callable[[RedisServer], None], stale: bool) -> None:
    async def play() -> None:
        async with layers(redis_server.url, redis_server.url, canary_seconds=3) as (here, there):
            ear = Ear()
            there.attach("g", ear)
            await asyncio.to_thread(fault, redis_server)
            await heard_again(here, there, ear, "after")
            if stale:
                await until(lambda: ear.stale)
            assert bool(ear.stale) == stale
            assert ear.closes() == 0, "it was away for less than two canaries"

    run(play)


def test_two_missed_canaries_close_what_is_open_once_and_later_sockets_hear_stale(redis_server: RedisServer) -> None:
    async def play() -> None:
        async with layers(redis_server.url, redis_server.url, canary_seconds=0.25) as (here, there):
            early, late = Ear(), Ear()
            there.attach("g", early)
            await asyncio.to_thread(redis_server.kill)
            await until(early.closes, "closed with 4491")
            assert not there.healthy
            there.attach("g", late)
            missed = there.counters.canaries_missed
            await until(lambda: there.counters.canaries_missed >= missed + 6, "the outage goes on")
            assert (early.closes(), late.closes()) == (1, 0)
            there.publish("g", "local")
            assert "local" in late.frames, "sockets of one process hear each other without Redis"
            await asyncio.to_thread(redis_server.start)
            await until(lambda: late.stale)
            await until(lambda: there.healthy)
            assert there.counters.outages == 1
            await heard_again(here, there, late, "after")
            redis_server.kill()
            await until(late.closes, "the next outage closes again")

    run(play)


def test_a_frozen_redis_is_noticed_by_the_canary(redis_server: RedisServer) -> None:
    async def play() -> None:
        async with layers(redis_server.url, redis_server.url, canary_seconds=0.25) as (here, there):
            ear = Ear()
            there.attach("g", ear)
            redis_server.signal(signal.SIGSTOP)
            await until(ear.closes)
            late = Ear()
            there.attach("g", late)
            redis_server.signal(signal.SIGCONT)
            await until(lambda: late.stale)
            await heard_again(here, there, late, "after")

    run(play)


@pytest.mark.parametrize("canary_seconds", [0.25, 3600])
def test_a_line_that_is_open_and_deaf_is_replaced_and_without_a_canary_stays_deaf(redis_server: RedisServer, canary_seconds: float) -> None:
    async def play() -> None:
        proxy = Proxy(redis_server.path)
        async with (layers(redis_server.url, redis_server.url, canary_seconds=60) as (here, beside),
                    layers(proxy.url, canary_seconds=canary_seconds) as (there,)):
            ear, witness = Ear(), Ear()
            there.attach("g", ear)
            beside.attach("g", witness)
            proxy.go_deaf()
            if canary_seconds < 60:
                await until(ear.closes)
                await heard_again(here, there, ear, "after")
            else:
                here.publish("g", "lost")
                await until(lambda: witness.frames == ["lost"])
                with redis_server.client() as client:
                    assert client.execute_command("PUBSUB", "NUMSUB", "pandar:hints")[1] == 3, "Redis thinks that all hear"
                assert not ear.frames
                assert there.healthy, "nobody noticed"
        await asyncio.to_thread(proxy.stop)

    run(play)


def test_hints_that_a_server_could_not_publish_are_told_to_the_others(redis_server: RedisServer) -> None:
    async def play() -> None:
        proxy = Proxy(redis_server.path)
        async with layers(proxy.url, redis_server.url, canary_seconds=1) as (here, there):
            ear = Ear()
            there.attach("g", ear)
            proxy.go_deaf()
            here.publish("g", "lost on the way")
            await until(lambda: ear.stale)
            assert there.counters.canaries_missed == 0, "its own line was never away"
        await asyncio.to_thread(proxy.stop)

    run(play)


def test_a_server_starts_without_redis_and_its_sockets_hear_stale_when_it_comes(redis_server: RedisServer) -> None:
    async def play() -> None:
        redis_server.kill()
        layer = HintLayer([redis_server.url], canary_seconds=0.25, jitter_seconds=0)
        await layer.ensure_started(wait=0.1)
        assert not layer.healthy
        await until(lambda: layer.counters.outages)
        ear = Ear()
        layer.attach("g", ear)
        redis_server.start()
        await until(lambda: ear.stale == 1)
        assert layer.healthy
        await layer.stop()

    run(play)


# Channels' own interface.


def test_group_send_reaches_channels_of_other_processes(redis_server: RedisServer) -> None:
    async def play() -> None:
        async with layers(redis_server.url, redis_server.url) as (here, there):
            near, far = await here.new_channel(), await there.new_channel()
            await here.group_add("news", near)
            await there.group_add("news", far)
            await here.group_send("news", {"type": "chat.message", "body": b"\x00", "nested": {"n": [1, None]}})
            for layer, channel in ((here, near), (there, far)):
                assert await layer.receive(channel) == {"type": "chat.message", "body": b"\x00", "nested": {"n": [1, None]}}
            await there.group_discard("news", far)
            await here.group_send("news", {"type": "second"})
            await here.send(far, {"type": "direct"})
            assert await there.receive(far) == {"type": "direct"}, "having left, it hears only what is sent to itself"
            assert await here.receive(near) == {"type": "second"}

    run(play)


def test_channels_refuses_what_it_refuses_elsewhere(redis_server: RedisServer) -> None:
    async def play() -> None:
        async with layers(redis_server.url) as (layer,):
            channel = await layer.new_channel()
            with pytest.raises(TypeError):
                await layer.group_add("not a name!", channel)
            with pytest.raises(TypeError):
                await layer.group_send("news", {"type": "x", "object": object()})
            with pytest.raises(RuntimeError):
                await layer.group_add("news", "specific.elsewhere!x")
            for number in range(layer.capacity):
                await layer.send(channel, {"type": "x", "n": number})
            with pytest.raises(ChannelFull):
                await layer.send(channel, {"type": "x"})
            waiting = asyncio.create_task(layer.receive(await layer.new_channel()))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            assert set(layer._channels) == {channel}, "a cancelled receiver's channel is forgotten"
            await layer.flush()
            assert not layer._channels

    run(play)


class Listener(AsyncConsumer):
    channel_layer_alias = "default"

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        await self.channel_layer.group_add("news", self.channel_name)
        await self.send({"type": "websocket.accept"})

    async def chat_message(self, message: dict[str, Any]) -> None:
        await self.send({"type": "websocket.send", "text": message["text"]})


def test_an_ordinary_consumer_and_a_synchronous_sender(redis_server: RedisServer) -> None:
    async def play() -> None:
        async with layers(redis_server.url) as (layer,):
            old = channel_layers.set("default", layer)
            incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
            outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
            consumer = asyncio.create_task(Listener.as_asgi()({"type": "websocket"}, incoming.get, outgoing.put))
            incoming.put_nowait({"type": "websocket.connect"})
            async with asyncio.timeout(10):
                assert await outgoing.get() == {"type": "websocket.accept"}
            await asyncio.to_thread(async_to_sync(layer.group_send), "news", {"type": "chat.message", "text": "hello"})
            async with asyncio.timeout(10):
                assert await outgoing.get() == {"type": "websocket.send", "text": "hello"}
            consumer.cancel()
            await asyncio.gather(consumer, return_exceptions=True)
            channel_layers.set("default", old)

    run(play)


