"""Slow, deaf and silent peers, a lost database, a lost Redis, garbage without end."""
import asyncio
import json
import os
import random
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, cast

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from foundation.layer import HintLayer
from foundation.limits import Limits
from foundation.socket.application import SocketApplication
from foundation.socket.options import Options
from foundation.tests.socket_world import (
    Client,
    RedisServer,
    Server,
    eventually,
    named,
    running_redis,
    running_server,
    small_socket,
    token,
)

MEGABYTE = 1024 * 1024
BOTH_WAYS = pytest.mark.parametrize("plain", [False, True], ids=["past ASGI", "by ASGI"])


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


def figures(client: Client) -> dict:
    return client.ask("measure")["figures"]


def flood(speaker: Client, room: str, megabytes: int) -> None:
    for _ in range(megabytes):
        assert speaker.ask("say", group=f"room:{room}", text="m", times=64, fill=16 * 1024)["type"] == "ok"


@BOTH_WAYS
def test_readers_that_never_read_cost_bounded_memory(redis_server: RedisServer, plain: bool) -> None:
    with running_server(redis_server.url, plain=plain, behind_seconds=120) as server:
        speaker = server.login("speaker")
        deaf = [server.login(f"deaf{number}", sock=small_socket(server)) for number in range(4)]
        for client in deaf:
            client.ask("join", room="r")
        flood(speaker, "r", 24)
        early = figures(speaker)
        assert early["behind"] == 4
        flood(speaker, "r", 48)
        late = figures(speaker)
        assert late["waiting_bytes"] <= MEGABYTE
        assert late["resident_bytes"] - early["resident_bytes"] < 24 * MEGABYTE, "another 192 MiB were offered"


def test_a_peer_that_does_not_even_take_the_close_frame_is_cut_off(redis_server: RedisServer) -> None:
    with running_server(redis_server.url, behind_seconds=0.5, abort_seconds=0.5) as server:
        speaker, deaf = server.login("speaker"), server.login("deaf", sock=small_socket(server))
        deaf.ask("join", room="r")
        flood(speaker, "r", 16)
        eventually(lambda: figures(speaker)["sockets"] == 1)
        assert deaf.closed() == 1006
        assert "Traceback" not in server.log()


def test_without_the_bound_the_queue_would_take_it_all(redis_server: RedisServer) -> None:
    """The negative control of the bound."""
    with running_server(redis_server.url, queue_frames=10**9, queue_bytes=10**12) as server:
        speaker, deaf = server.login("speaker"), server.login("deaf", sock=small_socket(server))
        deaf.ask("join", room="r")
        flood(speaker, "r", 24)
        assert figures(speaker)["waiting_bytes"] > 15 * MEGABYTE
        deaf.close()


@BOTH_WAYS
def test_a_reader_that_fell_behind_resumes_with_heads_and_stale(redis_server: RedisServer, plain: bool) -> None:
    with running_server(redis_server.url, plain=plain, behind_seconds=30) as server:
        speaker, slow = server.login("speaker"), server.login("slow", staff=True, sock=small_socket(server))
        slow.ask("join", room="r")
        flood(speaker, "r", 16)
        assert figures(speaker)["behind"] == 1
        slow.widen()
        slow.wait("stale")
        assert slow.wait("ping")["heads"] == {str(named("r")): 7}, "the staff's head: the client sees what it lacks"
        said = sum(frame["type"] == "said" for frame in slow.frames)
        assert 0 < said < 16 * 64, "what was dropped stays dropped"
        speaker.ask("say", group="room:r", text="afterwards")
        assert slow.wait(lambda frame: frame.get("text") == "afterwards")
        assert figures(speaker)["behind"] == 0


@BOTH_WAYS
def test_a_reader_that_stays_behind_is_closed_with_4490(redis_server: RedisServer, plain: bool) -> None:
    with running_server(redis_server.url, plain=plain, behind_seconds=0.5, abort_seconds=10) as server:
        speaker, slow = server.login("speaker"), server.login("slow", sock=small_socket(server))
        slow.ask("join", room="r")
        flood(speaker, "r", 16)
        eventually(lambda: figures(speaker)["behind"] == 0)
        assert slow.closed() == 4490, "reading at last, it is told why"


def test_answers_wait_for_a_reader_instead_of_being_dropped(redis_server: RedisServer) -> None:
    with running_server(redis_server.url, behind_seconds=30) as server:
        answered, asked = asyncio.run(ask_without_reading(server, megabytes=128))
        assert answered == [str(number) for number in range(asked)]


async def ask_without_reading(server: Server, megabytes: int) -> tuple[list[str], int]:
    """Sends until the server stops reading too, and only then reads: the references of the answers, and how many were asked for.

    How much the kernel takes in between is the machine's affair: up to tcp_rmem and tcp_wmem, 38 MB by Linux's defaults.
    """
    async with connect(f"ws://{server.host}/ws/v1/", compression=None, max_size=None, sock=small_socket(server)) as client:
        await client.send(json.dumps({"type": "authenticate", "ref": "a", "token": token("asker")}))
        asked, held_up = 0, None
        while held_up is None:
            assert asked < megabytes * 25, "so many answers and nobody who reads: the server has to stop taking commands"
            sending = asyncio.create_task(client.send(json.dumps({"type": "echo", "ref": str(asked), "text": "x" * 40_000})))
            done, _ = await asyncio.wait([sending], timeout=2)
            asked += 1
            held_up = None if done else sending
        client.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, MEGABYTE)
        refs: list[str] = []
        async with asyncio.timeout(60):
            while len(refs) < asked:
                frame = json.loads(await client.recv())
                if frame["type"] == "heard":
                    refs.append(frame["ref"])
        await held_up
    return refs, asked


def test_pings_carry_the_viewers_own_heads(redis_server: RedisServer) -> None:
    with running_server(redis_server.url, ping_seconds=0.5, ping_slots=5, answer_seconds=0.2) as server:
        staff, customer, outside = server.login("s", staff=True), server.login("c"), server.login("o")
        for client in (staff, customer):
            client.ask("join", room="r")
        room = str(named("r"))
        assert staff.wait(lambda frame: frame["type"] == "ping" and frame["heads"])["heads"] == {room: 7}
        assert customer.wait(lambda frame: frame["type"] == "ping" and frame["heads"])["heads"] == {room: 5}
        assert outside.wait("ping")["heads"] == {}
        numbers = [staff.wait("ping")["n"] for _ in range(4)]
        assert numbers == list(range(numbers[0], numbers[0] + 4))


def test_one_question_to_the_database_per_organization_and_slot(redis_server: RedisServer) -> None:
    with running_server(redis_server.url, ping_seconds=0.5, ping_slots=1, answer_seconds=0.2) as server:
        clients = [server.login(f"u{number}") for number in range(5)]
        clients += [server.login("u", organization="acme") for _ in range(3)]

        def asked() -> bool:
            for client in clients:
                client.wait("ping")
            return figures(clients[0])["pulses"][-2:] in ([[str(named("pandar")), 5], [str(named("acme")), 3]],
                                                          [[str(named("acme")), 3], [str(named("pandar")), 5]])

        eventually(asked)


def test_two_unanswered_pings_close_with_4490_and_answered_ones_do_not(redis_server: RedisServer) -> None:
    with running_server(redis_server.url, ping_seconds=0.5, ping_slots=5, answer_seconds=0.2) as server:
        silent, answering = server.login("silent"), server.login("answering")
        silent.pongs = False
        assert silent.closed() == 4490
        assert sum(frame["type"] == "ping" for frame in silent.frames) == 2
        for _ in range(6):
            answering.wait("ping")
        assert answering.is_open()


def test_a_frozen_peer_is_noticed_and_cut_off(redis_server: RedisServer) -> None:
    with running_server(redis_server.url, ping_seconds=0.5, ping_slots=5, answer_seconds=0.2, abort_seconds=0.3) as server:
        watcher, frozen = server.login("watcher"), server.login("frozen")
        assert frozen.is_open()
        eventually(lambda: figures(watcher)["sockets"] == 1, "it reads nothing, answers nothing, and says no goodbye")


def test_staff_with_a_socket_are_seen_and_customers_are_not(redis_server: RedisServer) -> None:
    with running_server(redis_server.url, seen_seconds=0.1) as server:
        agent, customer = server.login("agent", staff=True), server.login("customer")
        assert eventually(lambda: figures(customer)["seen"]) == [str(named("pandar/agent"))]
        agent.close()


def test_who_was_ended_is_closed_by_the_next_ping_even_without_redis() -> None:
    with running_redis() as redis, running_server(redis.url, ping_seconds=0.5, ping_slots=5, answer_seconds=0.2) as server:
        manager, disabled = server.login("manager"), server.login("disabled")
        redis.kill()
        manager.ask("order", what="ended", value={"disabled": 4403})
        assert disabled.closed() == 4403
        assert manager.is_open()


def test_open_sockets_count_again_after_redis_was_wiped(redis_server: RedisServer) -> None:
    with running_server(redis_server.url, ping_seconds=0.5, ping_slots=5, answer_seconds=0.2) as server:
        client = server.login("kept")
        key = f"pandar:sockets:{named('pandar/kept')}"
        with redis_server.client() as redis:
            redis.flushall()
            eventually(lambda: client.wait("ping") and redis.zcard(key) == 1)


def test_a_lost_database_costs_heads_and_no_socket(redis_server: RedisServer) -> None:
    with running_server(redis_server.url, ping_seconds=0.5, ping_slots=5, answer_seconds=0.2) as server:
        client = server.login("a")
        client.ask("join", room="r")
        client.ask("order", what="down", value=True)
        client.wait(lambda frame: frame["type"] == "ping" and not frame["heads"])
        client.ask("hint", group="user:pandar:a", verb="access-changed")
        newcomer = server.open()
        answer = newcomer.ask("authenticate", token=token("n"))
        assert (answer["code"], answer["retry_after_ms"] > 0) == ("unavailable", True)
        assert newcomer.closed() == 1013, "not 4401: its token is good"
        client.ask("order", what="down", value=False)
        client.wait(lambda frame: frame["type"] == "ping" and frame["heads"])
        client.wait("access-changed")
        assert server.log().count("pings carry no heads") == 1


def test_a_slow_database_at_the_door_is_not_the_clients_fault(redis_server: RedisServer) -> None:
    with running_server(redis_server.url, authenticate_seconds=0.3) as server:
        client = server.login("a")
        client.ask("order", what="slow", value=1.0)
        late = server.open()
        late.send("authenticate", token=token("b"))
        assert late.closed() == 1013


def test_redis_killed_and_back_no_socket_is_deaf() -> None:
    with (running_redis() as redis, running_server(redis.url, canary_seconds=0.3, jitter_seconds=0.3) as here,
          running_server(redis.url, canary_seconds=0.3, jitter_seconds=0.3) as there):
        clients = [server.login(f"u{number}") for number, server in enumerate((here, there))]
        redis.kill()
        assert [client.closed() for client in clients] == [4491, 4491]
        again = [server.login(f"u{number}") for number, server in enumerate((here, there))]
        for client in again:
            client.ask("join", room="r")
        again[0].ask("say", group="room:r", text="local")
        assert again[0].wait("said")["text"] == "local"
        redis.start()
        for client in again:
            client.wait("stale")
        eventually(lambda: all(figures(client)["healthy"] for client in again))
        again[0].ask("say", group="room:r", text="over the line")
        assert again[1].wait("said")["text"] == "over the line"


def test_a_short_break_of_the_line_says_stale_and_closes_nobody(redis_server: RedisServer) -> None:
    with running_server(redis_server.url, canary_seconds=2) as server:
        client = server.login("a")
        client.ask("join", room="r")
        with redis_server.client() as redis:
            redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        client.wait("stale")
        assert client.wait("ping")["heads"] == {str(named("r")): 5}  # at once, not with the next ping in 25 s
        assert client.is_open()
        assert figures(client)["counters"]["outages"] == 0


def test_a_server_process_that_was_frozen_goes_on(redis_server: RedisServer) -> None:
    with running_server(redis_server.url, canary_seconds=0.3) as server:
        client = server.login("a")
        os.kill(server.process.pid, signal.SIGSTOP)
        with suppress(TimeoutError):
            client.wait("never", seconds=1.5)
        os.kill(server.process.pid, signal.SIGCONT)
        assert client.is_open()


def test_garbage_without_end_harms_nobody_else(redis_server: RedisServer) -> None:
    dice = random.Random(20261121)
    with running_server(redis_server.url, sockets_per_user=100, unauthenticated_per_address=100) as server:
        bystander = server.login("bystander")
        for number in range(60):
            client = server.login("noise") if number % 2 else server.open()
            with suppress(ConnectionClosed):
                for _ in range(12):
                    client.raw(garbage(dice))
            if number % 3 == 0:
                with suppress(OSError):  # the server may have closed it already
                    client.connection.socket.sendall(dice.randbytes(300))
            client.close()
        assert bystander.is_open()
        assert server.alive()
        eventually(lambda: figures(bystander)["sockets"] == 1)
        log = server.log()
        assert "broke the decoder" not in log
        assert "Exception in ASGI application" not in log
        assert "Task exception was never retrieved" not in log


def garbage(dice: random.Random) -> str | bytes:
    frame = json.dumps({"type": "echo", "ref": "r", "text": "text"})
    position = dice.randrange(len(frame))
    kinds: list[Callable[[], str | bytes]] = [
        lambda: dice.randbytes(dice.randrange(200)),
        lambda: "".join(chr(dice.randrange(1, 0xD7FF)) for _ in range(dice.randrange(200))),
        lambda: frame[:position],
        lambda: frame[:position] + chr(dice.randrange(128)) + frame[position + 1:],
        lambda: frame.replace("text", json.dumps(dice.choice([None, -1e308, 2**70, [], {}]))),
        lambda: dice.choice(["[", '{"type":', '{"a":[']) * dice.randrange(1, 9000),
        lambda: '{"type":"authenticate","token":"%s"}' % ("\\u0000" * dice.randrange(50)),
    ]
    return dice.choice(kinds)()


@BOTH_WAYS
def test_two_thousand_frames_to_many_sockets_arrive_in_order(redis_server: RedisServer, plain: bool) -> None:
    options = {"plain": plain, "rate_limits": False}
    with running_server(redis_server.url, **options) as here, running_server(redis_server.url, **options) as there:
        listeners = [server.login(f"u{number}") for number in range(10) for server in (here, there)]
        for client in listeners:
            client.ask("join", room="r")
        for _ in range(10):
            listeners[0].ask("say", group="room:r", text="n", times=200)
            for client in listeners:
                assert [client.wait("said")["text"] for _ in range(200)] == [f"{number}:n" for number in range(200)]




@pytest.mark.parametrize("abort_seconds", [0.1, 3600])
def test_a_server_without_a_transport_to_cut_ends_the_consumer_and_only_by_that(redis_server: RedisServer, abort_seconds: float) -> None:
    """daphne's `send` hides its transport."""
    options = Options(authenticate_seconds=0.05, abort_seconds=abort_seconds, allowed_origins=(), rate_limits=True, trusted_proxies=0)

    async def play() -> bool:
        layer = HintLayer([redis_server.url])
        application = SocketApplication(backend=cast(Any, None), commands=[], layer=layer, limiter=Limits([redis_server.url], enabled=True),
                                        options=options)
        incoming: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        incoming.put_nowait({"type": "websocket.connect"})

        async def send(message: dict[str, str]) -> None:
            if message["type"] != "websocket.accept":
                await asyncio.Future()

        consumer = asyncio.create_task(application.as_asgi()({"type": "websocket", "headers": [], "client": None}, incoming.get, send))
        ended, _ = await asyncio.wait([consumer], timeout=1)
        consumer.cancel()
        await asyncio.gather(consumer, return_exceptions=True)
        assert not application.connections
        await application.stop()
        await layer.stop()
        return bool(ended) and consumer.exception() is None

    assert asyncio.run(play()) == (abort_seconds < 1)
