"""A slow, endless, chunked or abandoned body costs no thread."""
import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from a2wsgi import WSGIMiddleware

from foundation.http import buffering
from foundation.http.buffering import LARGE_AT_ONCE, LARGE_OF_NETWORK, LARGE_OF_SENDER, SWALLOWED, BufferedBody, framed
from pandarchat.services.processes import wait_until
from pandarchat.testing.services import Server, StartServer
from pandarchat.tests.world import PASSWORD, World

HALF = 30  # requests; more than any server of a test has threads
MOST = 100
JSON = {"Content-Type": "application/json"}


def half_sent(server: Server) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    connection.sendall(b"POST /api/v1/auth/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{")
    return connection


def login(world: World) -> bytes:
    return json.dumps({"organization": "pandar", "email": world.agent.email, "password": PASSWORD}).encode()


@pytest.fixture
def slow(servers: StartServer) -> Iterator[Server]:
    server = servers()
    with contextlib.ExitStack() as open_ones:
        for _ in range(HALF):
            open_ones.enter_context(half_sent(server))
        yield server


def test_half_sent_bodies_hold_up_nobody_and_are_answered_408(world: World, slow: Server) -> None:
    with half_sent(slow) as mine:
        assert httpx.get(f"{slow.url}/healthz", timeout=5).status_code == 200
        assert httpx.post(f"{slow.url}/api/v1/auth/login/", content=login(world), headers=JSON).status_code == 200
        answer = b"".join(iter(lambda: mine.recv(65536), b""))
    head, _, content = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408")
    assert json.loads(content)["code"] == "timeout"


def test_a_chunked_body_is_a_body(world: World, server: Server) -> None:
    def chunks() -> Iterator[bytes]:
        yield from (bytes([byte]) for byte in login(world))

    answer = httpx.post(f"{server.url}/api/v1/auth/login/", content=chunks(), headers=JSON)
    assert (answer.request.headers["Transfer-Encoding"], answer.status_code) == ("chunked", 200)


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_too_large_is_told_so(server: Server, chunked: bool) -> None:
    content = b"x" * 1_100_000
    answer = httpx.post(f"{server.url}/api/v1/auth/login/", content=iter([content]) if chunked else content,
                        headers=JSON)
    assert (answer.status_code, answer.json()["code"], answer.json()["success"]) == (413, "too_large", False)


def test_a_strange_query_breaks_nothing(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(b"GET /healthz?a=\xc3\xa4&b=%20 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert connection.recv(65536).split(b" ")[1] in (b"200", b"400")


class Client:
    """What an application hears and says, without a server."""

    def __init__(self, *messages: Any, headers: list[tuple[bytes, bytes]] | None = None) -> None:
        self.messages = list(messages)
        self.said: list[Any] = []
        self.scope: dict[str, Any] = {
            "type": "http", "method": "POST", "path": "/api/v1/x/", "query_string": b"", "headers": headers or [], "http_version": "1.1"}

    async def receive(self) -> Any:
        return self.messages.pop(0) if self.messages else await asyncio.Event().wait()

    async def send(self, message: Any) -> None:
        self.said.append(message)

    async def call(self, application: Any) -> "Client":
        await application(self.scope, self.receive, self.send)
        return self

    @property
    def status(self) -> int:
        return int(self.said[0]["status"])


def part(content: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": content, "more_body": more}


class Heard:
    """An application that remembers what it was given."""

    def __init__(self) -> None:
        self.calls: list[tuple[bytes, dict[bytes, bytes]]] = []
        self.hold: asyncio.Event | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        self.calls.append((message["body"], dict(scope["headers"])))
        if self.hold:
            await self.hold.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})


def play(*messages: Any, headers: list[tuple[bytes, bytes]] | None = None, seconds: float = 10) -> tuple[Client, Heard]:
    heard = Heard()
    return asyncio.run(Client(*messages, headers=headers).call(BufferedBody(heard, most=MOST, seconds=seconds))), heard


def test_parts_arrive_as_one_with_their_length() -> None:
    client, heard = play(part(b"a", True), part(b"", True), part(b"bc"), headers=[(b"transfer-encoding", b"chunked"), (b"x", b"y")])
    assert (client.status, heard.calls) == (200, [(b"abc", {b"x": b"y", b"content-length": b"3"})])


def test_the_largest_body_fits_and_one_byte_more_does_not() -> None:
    assert play(part(b"x" * MOST))[0].status == 200
    for messages in ([part(b"x" * (MOST + 1))], [part(b"x" * MOST, True), part(b"x")]):
        client, heard = play(*messages)
        assert (client.status, json.loads(client.said[1]["body"])["code"], heard.calls) == (413, "too_large", [])


def test_what_is_announced_far_too_large_is_not_read() -> None:
    client, heard = play(headers=[(b"content-length", str(SWALLOWED + 1).encode())])
    assert (client.status, heard.calls) == (413, [])
    client, heard = play(*[part(b"x" * SWALLOWED, True)] * 3)
    assert (client.status, len(client.messages)) == (413, 1)


def test_a_body_that_does_not_come_is_given_up() -> None:
    client, heard = play(part(b"x", True), seconds=0.01)
    assert (client.status, json.loads(client.said[1]["body"])["code"], heard.calls) == (408, "timeout", [])
    assert (b"connection", b"close") in client.said[0]["headers"]


def test_a_client_that_goes_costs_nothing() -> None:
    client, heard = play(part(b"x", True), {"type": "http.disconnect"})
    assert (client.said, heard.calls) == ([], [])


def test_more_than_may_wait_are_sent_away_until_there_is_room() -> None:
    async def story() -> list[int]:
        heard = Heard()
        heard.hold = asyncio.Event()
        application = BufferedBody(heard, most=MOST, waiting=2)
        inside = [asyncio.create_task(Client(part(b"")).call(application)) for _ in range(2)]
        while len(heard.calls) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0)
        away = await Client(part(b"")).call(application)
        heard.hold.set()
        done = [client.status for client in await asyncio.gather(*inside)]
        return [away.status, *done, (await Client(part(b"")).call(application)).status]

    assert asyncio.run(story()) == [503, 200, 200, 200]


LARGE = {"/api/v1/x/": 10 * MOST}


def test_a_path_may_take_larger_bodies_and_others_may_not() -> None:
    async def story(path: str, method: str, size: int) -> int:
        client = Client(part(b"x" * size))
        client.scope |= {"path": path, "method": method}
        return (await client.call(BufferedBody(Heard(), most=MOST, larger=LARGE))).status

    def sent(path: str, method: str, size: int) -> int:
        return asyncio.run(story(path, method, size))

    assert (sent("/api/v1/x/", "POST", 10 * MOST), sent("/api/v1/x/", "POST", 10 * MOST + 1)) == (200, 413)
    assert (sent("/api/v1/y/", "POST", MOST + 1), sent("/api/v1/x/", "PUT", MOST + 1), sent("/api/v1/x/x", "POST", MOST + 1)) == (413,) * 3


def test_large_bodies_are_few_at_once_and_fewer_of_one_network() -> None:
    """Until their answer; whoever gives up leaves a place."""
    async def story() -> tuple[list[int], int, int, int]:
        heard = Heard()
        heard.hold = asyncio.Event()
        application = BufferedBody(heard, most=MOST, larger=LARGE)

        def one(number: int, *messages: Any) -> Client:
            client = Client(*(messages or [part(b"x")]))
            client.scope["client"] = (f"10.0.{number // LARGE_OF_NETWORK}.1", 1)
            return client

        inside = [asyncio.create_task(one(number).call(application)) for number in range(LARGE_AT_ONCE)]
        while len(heard.calls) < LARGE_AT_ONCE:  # noqa: ASYNC110
            await asyncio.sleep(0)
        crowded = await one(1000).call(application)
        heard.hold.set()
        await asyncio.gather(*inside)
        heard.hold.clear()
        waiting = [asyncio.create_task(one(0, part(b"x", True)).call(application)) for _ in range(LARGE_OF_NETWORK)]
        await asyncio.sleep(0.01)
        own, other = one(0), one(1000)
        heard.hold.set()
        await own.call(application)
        await other.call(application)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        again = await one(0).call(application)
        return [crowded.status], own.status, other.status, again.status

    assert asyncio.run(story()) == ([503], 503, 200, 200)


def test_of_one_sender_there_are_fewer_still() -> None:
    async def story() -> list[int]:
        heard = Heard()
        heard.hold = asyncio.Event()

        async def named(scope: Any) -> Any:
            return dict(scope["headers"])[b"authorization"]

        application = BufferedBody(heard, most=MOST, larger=LARGE, sender=named)

        def one(name: bytes) -> Client:
            return Client(part(b"x" * 2 * MOST), headers=[(b"authorization", name)])

        inside = [asyncio.create_task(one(b"a").call(application)) for _ in range(LARGE_OF_SENDER)]
        while len(heard.calls) < LARGE_OF_SENDER:  # noqa: ASYNC110
            await asyncio.sleep(0)
        crowded, other = await one(b"a").call(application), asyncio.create_task(one(b"b").call(application))
        await asyncio.sleep(0)
        heard.hold.set()
        done = [client.status for client in await asyncio.gather(*inside, other)]
        assert not application.large.senders and not application.large.networks
        return [crowded.status, *set(done)]

    assert asyncio.run(story()) == [503, 200]


async def nobody(scope: Any) -> None:
    return None


def test_of_nobody_nothing_is_kept_and_the_application_says_so() -> None:
    heard = Heard()
    application = BufferedBody(heard, most=MOST, larger=LARGE, sender=nobody)
    client = asyncio.run(Client(part(b"x" * 5 * MOST, True), part(b"y")).call(application))
    assert (client.status, heard.calls) == (200, [(b"", {b"content-length": b"0"})])
    assert asyncio.run(Client(part(b"x" * (10 * MOST + 1))).call(application)).status == 413


def test_nobodys_bodies_take_no_place_and_no_more_time_than_others() -> None:
    async def story() -> tuple[int, int]:
        application = BufferedBody(Heard(), most=MOST, larger=LARGE, sender=nobody, seconds=0.05)
        slow = [asyncio.create_task(Client(part(b"x", True)).call(application)) for _ in range(LARGE_AT_ONCE + 1)]
        await asyncio.sleep(0)
        assert not application.large.networks
        return {client.status for client in await asyncio.gather(*slow)}.pop(), len(slow)

    assert asyncio.run(story()) == (408, LARGE_AT_ONCE + 1)


def test_who_cannot_be_told_in_time_is_not_waited_for() -> None:
    async def never(scope: Any) -> Any:
        await asyncio.Event().wait()

    client = asyncio.run(Client(part(b"x")).call(BufferedBody(Heard(), most=MOST, larger=LARGE, sender=never, seconds=0.01)))
    assert client.status == 408


def test_a_large_body_has_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffering, "LARGE_SECONDS", 0.05)

    def ended(larger: Any, seconds: float) -> str:
        client = asyncio.run(Client(part(b"x", True)).call(BufferedBody(Heard(), most=MOST, larger=larger, seconds=seconds)))
        return str(json.loads(client.said[1]["body"])["error"])

    assert "0.05 seconds" in ended(LARGE, 60)
    assert "0.01 seconds" in ended({}, 0.01)


def test_a_header_cannot_pass_for_another() -> None:
    scope = {"headers": [(b"x_forwarded_for", b"6.6.6.6"), (b"x-forwarded-for", b"1.1.1.1")], "query_string": b"a=\xff%20&b"}
    assert framed(scope, 0) == {"headers": [(b"x-forwarded-for", b"1.1.1.1"), (b"content-length", b"0")], "query_string": b"a=%FF%20&b"}


@pytest.mark.parametrize("wrapped", [True, False])
def test_without_the_buffer_a_slow_body_holds_a_thread(wrapped: bool) -> None:
    """The negative control of this file: one thread, one half-sent body, one whole request."""
    entered = threading.Event()

    def wsgi(environ: Any, start: Any) -> list[bytes]:
        entered.set()
        environ["wsgi.input"].read()
        start("200 OK", [])
        return [b"ok"]

    async def story() -> bool:
        plain: Any = WSGIMiddleware(wsgi, workers=1)
        application = BufferedBody(plain, most=MOST) if wrapped else plain
        slow, whole = Client(part(b"x", True)), Client(part(b""))
        first = asyncio.create_task(slow.call(application))
        await asyncio.sleep(0)
        if not wrapped:
            await asyncio.to_thread(wait_until, entered.is_set, 10, "the slow body took no thread")
        second = asyncio.create_task(whole.call(application))
        done, _ = await asyncio.wait([second], timeout=10 if wrapped else 0.5)
        slow.messages.append({"type": "http.disconnect"}) if wrapped else None
        first.cancel()
        second.cancel()
        return bool(done)

    loop = asyncio.new_event_loop()
    assert loop.run_until_complete(story()) is wrapped
