"""Frames built once, and the short way past ASGI."""
import json
import resource
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from foundation.socket import wire
from foundation.socket.wire import PARKED_BYTES, Line, Text
from foundation.tests.socket_world import RedisServer, running_redis, running_server


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.mark.parametrize("text", ["", "x", "x" * 125, "x" * 126, "x" * 65_535, "x" * 65_536, "日本語 🐼", "\u0000"])
def test_the_bytes_are_one_text_frame_for_any_client(text: str) -> None:
    client = ClientProtocol(parse_uri("ws://server/"), state=State.OPEN, max_size=None)
    client.receive_data(bytes(Text.of(text).framed) + bytes(Text.of("next").framed))
    frames = [event for event in client.events_received() if isinstance(event, Frame)]
    assert [(frame.opcode, frame.fin, bytes(frame.data).decode()) for frame in frames] == [
        (Opcode.TEXT, True, text), (Opcode.TEXT, True, "next")]


def test_bytes_are_built_once() -> None:
    text = Text.of("x")
    assert text.framed is text.framed


@pytest.mark.parametrize("text", ["", "x" * 125, "x" * 126, "x" * 65_536, "日本語 🐼"])
def test_the_text_can_be_read_before_and_after_it_was_framed(text: str) -> None:
    message = Text.of(text)
    size = message.size
    assert (str(message), bytes(message.framed).endswith(text.encode()), str(message), message.size) == (text, True, text, size)


@pytest.mark.parametrize("framed_before", [False, True])
@pytest.mark.parametrize("may_map", [False, True])
@pytest.mark.parametrize("size", [10, PARKED_BYTES - 1, PARKED_BYTES, 65_536])
def test_a_parked_text_is_the_same_text(monkeypatch: pytest.MonkeyPatch, size: int, may_map: bool, framed_before: bool) -> None:
    def full(*given: object, **named: object) -> None:
        raise OSError

    if not may_map:
        monkeypatch.setattr(wire, "mmap", full)
    text, same = Text.of("é" * (size // 2)), Text.of("é" * (size // 2))
    if framed_before:
        assert text.framed
    text.park()
    pages = text.framed
    text.park()
    assert (bytes(pages), str(text), text.size) == (same.framed, str(same), same.size)
    assert text.framed is pages, "one for all sockets that wait"
    assert isinstance(pages, memoryview) == (may_map and text.size >= PARKED_BYTES)


@pytest.mark.parametrize("parked", [False, True])
def test_what_waited_goes_back_to_the_system(parked: bool) -> None:
    """Whatever lives on between large texts keeps their memory in the allocator's heap; the control are texts that were not parked."""
    texts, between = [], []
    for _ in range(1000):
        texts.append(text := Text.of("x" * 30_000))
        if parked:
            text.park()
        between.append(bytearray(600))
    taken = resident()
    texts.clear()
    del text
    assert (taken - resident() > 1000 * 30_000 * 0.8) == parked
    assert between


def resident() -> int:
    """Bytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_what_waits_is_kept_once_though_others_took_it_as_a_frame() -> None:
    """Queues count payloads: were the frame kept beside its payload, a socket might cost twice what it may."""
    tracemalloc.start()
    try:
        queue = [Text.of("x" * 30_000) for _ in range(10)]
        for text in queue:
            assert text.framed
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1.1 * sum(text.size for text in queue)


def test_a_server_that_is_not_known_has_no_line() -> None:
    async def send(message: object) -> None: ...

    assert Line.behind(send) is None


@pytest.mark.parametrize("plain", [False, True])
def test_our_server_takes_frames_past_asgi_and_any_other_by_asgi(redis_server: RedisServer, plain: bool) -> None:
    """Were the server's inside to change with a release, everything would still work, at a third of the speed: this says so."""
    with running_server(redis_server.url, plain=plain) as server:
        clients = [server.login(f"u{number}") for number in range(3)]
        assert clients[0].ask("measure")["figures"]["direct"] == (0 if plain else 3)
        assert clients[1].ask("echo", text="é" * 70_00)["text"] == "é" * 70_00


def test_nothing_follows_the_close_frame(redis_server: RedisServer) -> None:
    """The answer that comes after a revocation is not written past the close frame."""
    with running_server(redis_server.url, revoke_jitter_seconds=0, authenticate_seconds=20) as server:
        speaker, leaver = server.login("speaker"), server.login("leaver")
        leaver.ask("join", room="r")
        leaver.send("wait", seconds=0.5)
        speaker.ask("hint", group="user:pandar:leaver", verb="close", data={"code": 4403})
        speaker.ask("say", group="room:r", text="too late")
        assert leaver.closed() == 4403
        assert "too late" not in json.dumps(leaver.frames)


def test_what_opened_the_socket_is_forgotten_and_was_heeded(redis_server: RedisServer) -> None:
    with running_server(redis_server.url) as server:
        by_cookie = server.open(origin=f"http://{server.host}", additional_headers={"Cookie": "user=cora"})
        assert by_cookie.wait("ready")["user"] == {"name": "cora"}
        by_token = server.login("tom")
        assert by_token.ask("measure")["figures"]["headers"] == 0
