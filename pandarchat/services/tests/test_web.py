"""HTTP in a process of its own: what granian leaves to us, and a stop that no request notices."""
import asyncio
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx

from foundation.units import unit_of_work
from pandarchat.services.processes import wait_until
from pandarchat.story.api import Account
from pandarchat.story.client import Client
from pandarchat.testing.services import Server, StartServer
from pandarchat.tests.world import PASSWORD, World
from tickets.models import Ticket

LOGIN = "/api/v1/auth/login/"
DRAIN = 3  # seconds
JSON = {"Content-Type": "application/json"}


def login(world: World) -> bytes:
    return json.dumps({"organization": "pandar", "email": world.agent.email, "password": PASSWORD}).encode()


def test_bodies_headers_and_paths_arrive_as_they_were_sent(world: World, webs: StartServer) -> None:
    web = webs(LOG_FORMAT="json", SECRET_KEY=uuid4().hex * 2)

    def chunks() -> Iterator[bytes]:
        yield from (bytes([byte]) for byte in login(world))

    with httpx.Client(base_url=web.url) as client:
        answer = client.post(LOGIN, content=login(world), headers={**JSON, "X-Request-Id": "request-12345"})
        assert (answer.status_code, answer.headers["X-Request-Id"], answer.headers["Connection"]) == (200, "request-12345", "close")
        chunked = client.post(LOGIN, content=chunks(), headers=JSON)
        assert (chunked.request.headers["Transfer-Encoding"], chunked.status_code) == ("chunked", 200)
        assert client.post(LOGIN, content=b"x" * (1024 * 1024 + 1)).json()["code"] == "too_large"
        assert client.get("/static/admin/css/base.css").status_code == 200
        assert client.head("/healthz").status_code == 200
        assert client.get("/api/v1/tickets/Ṣọlá/?q=%C3%A9").json()["code"] == "not_found"
    assert '"request":"request-12345"' in web.log()
    assert all(line.startswith("{") for line in web.log().splitlines()), "granian's own lines are JSON too"


def test_a_message_by_rest_reaches_the_sockets_of_other_processes(world: World, webs: StartServer, servers: StartServer) -> None:
    """The process has no line of its own: it publishes, and each process with sockets hears it."""
    ticket = world.ticket(agent=world.agent)
    web, two = webs(), [servers() for _ in range(2)]
    headers = {"Authorization": f"Bearer {world.token(world.customer)}"}

    async def heard() -> list[str]:
        agents = [Client(server.url, Account("pandar", world.agent.email, PASSWORD)) for server in two]
        try:
            for agent in agents:
                await agent.connect()
                await agent.join(str(ticket.pk))
            body = {"client_id": str(uuid4()), "text": "by REST"}
            async with httpx.AsyncClient(base_url=web.url, headers=headers) as client:
                assert (await client.post(f"/api/v1/tickets/{ticket.pk}/messages/", json=body)).is_success
            frames = [await agent.hear("entry", within=5) for agent in agents]
            return [frame.frame["entry"]["text"] for frame in frames]
        finally:
            for agent in agents:
                await agent.close()

    assert asyncio.run(heard()) == ["by REST", "by REST"]


def test_told_to_stop_it_says_so_and_serves_until_it_is_forgotten(world: World, webs: StartServer) -> None:
    ticket = world.ticket(agent=world.agent)
    web = webs(DRAIN_SECONDS=str(DRAIN))
    answers: list[int] = []
    with row_locked(world, ticket) as release:
        waiting = threading.Thread(target=lambda: answers.append(say(web, world, ticket)))
        waiting.start()
        time.sleep(0.5)  # it waits for the row
        os.kill(web.process.pid, signal.SIGTERM)
        wait_until(lambda: readiness(web) == 503, DRAIN, "it does not say that it goes")
        assert httpx.get(f"{web.url}/healthz").status_code == 200, "it still serves"
        wait_until(lambda: not listens(web), DRAIN + 2, "it still listens")
        assert answers == []
        release()
    waiting.join(10)
    assert answers == [201]
    wait_until(web.process.ended, 10, "it does not stop")


def test_without_a_drain_it_stops_at_once(world: World, webs: StartServer) -> None:
    web = webs()
    os.kill(web.process.pid, signal.SIGTERM)
    wait_until(web.process.ended, 10, "it does not stop")
    assert "draining" not in web.log()


def test_a_second_word_is_enough(world: World, webs: StartServer) -> None:
    web = webs(DRAIN_SECONDS="60")
    os.kill(web.process.pid, signal.SIGTERM)
    wait_until(lambda: readiness(web) == 503, DRAIN, "it does not say that it goes")
    os.kill(web.process.pid, signal.SIGTERM)
    wait_until(web.process.ended, 10, "it does not stop")


class row_locked:
    """Somebody else holds the conversation, until told."""

    def __init__(self, world: World, ticket: Ticket) -> None:
        self.world, self.ticket = world, ticket
        self.held, self.released = threading.Event(), threading.Event()

    def hold(self) -> None:
        from django.db import connection

        from chat.models import Conversation

        with unit_of_work(self.world.pandar.id):
            Conversation.objects.select_for_update().get(id=self.ticket.pk)
            self.held.set()
            self.released.wait(20)
        connection.close()

    def __enter__(self) -> Callable[[], None]:
        self.thread = threading.Thread(target=self.hold)
        self.thread.start()
        assert self.held.wait(5)
        return self.released.set

    def __exit__(self, *error: object) -> None:
        self.released.set()
        self.thread.join()


def say(web: Server, world: World, ticket: Ticket) -> int:
    answer = httpx.post(f"{web.url}/api/v1/tickets/{ticket.pk}/messages/", json={"client_id": str(uuid4()), "text": "still here"},
                        headers={"Authorization": f"Bearer {world.token(world.customer)}"}, timeout=20)
    return answer.status_code


def readiness(web: Server) -> int:
    return httpx.get(f"{web.url}/readyz").status_code


def listens(web: Server) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", web.port)) == 0
