"""The product on several processes, as compose runs it: two of each part behind the proxy that is shipped, and requests never asked twice.

    with Split() as split:                                          # split.url
        split.restart("web-1")                                      # as an operator does it: SIGTERM, patience, start
        split.kill("web-2")
"""
import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from uuid import UUID, uuid4

import httpx
from django.conf import settings

from foundation.units import unit_of_work
from pandarchat.services.processes import wait_until
from pandarchat.story.client import Unsent
from pandarchat.testing.proxy import Proxy, start_proxy
from pandarchat.testing.services import Running, free_port, start_celery, start_server, start_web
from pandarchat.tests.checker import Broken, check_stored
from tickets.models import Ticket

FINDS = 10  # seconds in which the proxy must have found everybody
HTTP = ("web-1", "web-2")
SOCKETS = ("socket-1", "socket-2")
TASKS = ("worker-1", "worker-2", "beat-1", "beat-2")


class Split:
    """`parts` to start; `changed` alters the proxy's configuration, for controls; `launcher` starts what serves (`faults.without`);
    `environment` goes to every part."""

    def __init__(self, parts: tuple[str, ...] = (*HTTP, *SOCKETS, *TASKS), *, changed: Callable[[str], str] = str,
                 launcher: tuple[str, ...] = (), **environment: str) -> None:
        self.environment = {
            "DEBUG": "off", "SECRET_KEY": settings.SECRET_KEY, "BEHIND_TLS_PROXY": "off", "TRUSTED_PROXIES": "1", "DRAIN_SECONDS": "3",
            "PANDAR_RATE_LIMITS": "off", "DATABASE_POOL_SIZE": "12", **environment}
        self.ports = {part: free_port() for part in (*HTTP, *SOCKETS)}
        self.running: dict[str, Running] = {}
        self.restarted: list[str] = []
        self.proxy: Proxy
        self._parts = parts
        self._changed = changed
        self._launcher = launcher
        self._stack = ExitStack()

    @property
    def url(self) -> str:
        return self.proxy.url

    def __enter__(self) -> Self:
        with self._stack:
            self._stack.callback(self._stop)
            with ThreadPoolExecutor(3) as several:
                list(several.map(self.start, self._parts))
            self.proxy = start_proxy([self.ports[part] for part in HTTP], [self.ports[part] for part in SOCKETS], changed=self._changed)
            self._stack.callback(self.proxy.stop)
            wait_until(lambda: httpx.get(f"{self.url}/healthz").is_success, FINDS, "the proxy finds nobody")
            asked = f"{self.url}/api/v1/tickets/"
            wait_until(lambda: not httpx.get(asked).is_server_error, FINDS, "the proxy asks those who are not there")
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def _stop(self) -> None:
        with ThreadPoolExecutor(len(self._parts)) as all_at_once:
            list(all_at_once.map(Running.stop, self.running.values()))

    def start(self, part: str) -> None:
        """Start and wait until it is ready."""
        kind = part.partition("-")[0]
        if kind == "web":
            self.running[part] = start_web(*self._launcher, PANDAR_PORT=str(self.ports[part]), **self.environment)
        elif kind == "socket":
            self.running[part] = start_server(*self._launcher, PANDAR_PORT=str(self.ports[part]), **self.environment)
        else:
            self.running[part] = start_celery("worker" if kind == "worker" else "beat", **self.environment)

    def restart(self, part: str) -> None:
        self.running[part].stop()
        self.start(part)
        self.restarted.append(part)

    def kill(self, part: str) -> None:
        """`kill -9`; it stays away."""
        self.running.pop(part).kill()


@dataclass
class Requests:
    """A client of REST who takes everything as it comes: what is not answered well, at the first try, is `failed`."""

    url: str
    token: str
    ticket: str
    asked: int = 0
    failed: list[str] = field(default_factory=list)
    said: list[Unsent] = field(default_factory=list)
    opens: bool = False  # new tickets too
    offered: list[str] = field(default_factory=list)  # subjects
    opened: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def asking(self, *, per_second: float) -> AsyncIterator[None]:
        """So many requests a second, reads and writes in turn, until the block ends; those on their way are waited for."""
        async with httpx.AsyncClient(base_url=f"{self.url}/api/v1/", headers={"Authorization": f"Bearer {self.token}"}, timeout=30,
                                     trust_env=False) as client:
            stop, under_way = asyncio.Event(), set[asyncio.Task[None]]()

            async def ask() -> None:
                kinds = (self._say, self._read, self._open if self.opens else self._say, self._list)
                for kind in itertools.cycle(kinds):
                    if stop.is_set():
                        return
                    under_way.add(task := asyncio.create_task(self._noted(kind(client))))
                    task.add_done_callback(under_way.discard)
                    await asyncio.sleep(1 / per_second)

            asking = asyncio.create_task(ask())
            try:
                yield
            finally:
                stop.set()
                await asking
                await asyncio.gather(*under_way)

    async def _noted(self, request: Awaitable[httpx.Response]) -> None:
        self.asked += 1
        try:
            answer = await request
        except httpx.HTTPError as error:
            self.failed.append(f"{error.request.method} {error.request.url.path} {error!r}")
        else:
            if not answer.is_success:
                self.failed.append(f"{answer.request.method} {answer.request.url.path} {answer.status_code} {answer.text[:200]}")

    async def _read(self, client: httpx.AsyncClient) -> httpx.Response:
        return await client.get(f"tickets/{self.ticket}/entries/", params={"after": 0})

    async def _list(self, client: httpx.AsyncClient) -> httpx.Response:
        return await client.get("tickets/", params={"ordering": "-created_at"})

    async def _open(self, client: httpx.AsyncClient) -> httpx.Response:
        self.offered.append(subject := f"opened {len(self.offered)}")
        answer = await client.post("tickets/", json={"subject": subject, "text": "Not paid."})
        if answer.is_success:
            self.opened.append(subject)
        return answer

    async def _say(self, client: httpx.AsyncClient) -> httpx.Response:
        text, client_id = f"request {len(self.said)}", str(uuid4())
        message = Unsent(self.ticket, text, False, client_id, asyncio.get_running_loop().create_future())
        self.said.append(message)
        answer = await client.post(f"tickets/{self.ticket}/messages/", json={"client_id": client_id, "text": text})
        if answer.is_success:
            message.stored.set_result(answer.json()["data"])
        return answer

    def check_stored(self, organization: UUID) -> None:
        """What was answered with success is stored, once, and nothing else is."""
        check_stored(organization, UUID(self.ticket), self.said)
        with unit_of_work(organization):
            stored = list(Ticket.objects.filter(subject__in=self.offered).values_list("subject", flat=True))
        if sorted(stored) != sorted(self.opened):
            raise Broken(f"opened {len(self.opened)} tickets, of which {len(stored)} are stored")
