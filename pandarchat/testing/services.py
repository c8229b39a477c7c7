"""Fixtures for what runs beside a test: its Redis, real servers, workers and beats on its database, and a Redis to break."""
import contextlib
import itertools
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import pytest
from django.conf import settings
from redis import Redis

from pandarchat.environment import read
from pandarchat.services import readiness, system
from pandarchat.services.addresses import socket_folder
from pandarchat.services.processes import Process, wait_until
from pandarchat.services.redis import RedisServer
from pandarchat.testing import start

START_MOST = 60  # seconds
LOG_LINES = 25
NUMBERS = re.compile(r"0x[0-9a-f]+|\d+")
PATIENCE = 30  # seconds for what finishes its work before it stops
_numbers = itertools.count(1)


def pytest_report_header() -> str:
    return start.State.report


def pytest_unconfigure() -> None:
    start.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """A failed test shows what its servers, workers and beats said."""
    report = yield
    if report.failed:
        for process in start.State.processes.running:
            if process.name.startswith(("server", "web", "proxy", "worker", "beat")):
                report.sections.append((f"end of {process.log}", "\n".join(without_repetition(process.said())[-LOG_LINES:])))
    return report


def without_repetition(log: str) -> list[str]:
    """The lines, of those in a row that differ in nothing but numbers the first; an outage says the same a hundred times."""
    kinds = [list(alike) for _, alike in itertools.groupby(log.splitlines(), key=lambda line: NUMBERS.sub("", line))]
    return [line for alike in kinds for line in (alike[0], *([f"… {len(alike) - 1} more of these"] if len(alike) > 1 else []))]


@dataclass(frozen=True)
class Running:
    """A process of the product that a test started."""

    process: Process

    def kill(self) -> None:
        """`kill -9`, its children too."""
        start.State.processes.kill(self.process)

    def stop(self) -> None:
        """As an operator stops it: SIGTERM, then patience."""
        start.State.processes.stop(self.process)

    def pause(self) -> None:
        """SIGSTOP: it lives and answers nothing."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.killpg(self.process.pid, signal.SIGCONT)

    def log(self) -> str:
        return self.process.log.read_text(errors="replace")


@dataclass(frozen=True)
class Server(Running):
    """A uvicorn with the whole product on this test's database and Redis."""

    port: int

    @property
    def url(self) -> str:
        return f"http://{system.HOST}:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://{system.HOST}:{self.port}/ws/v1/"


class StartServer(Protocol):
    def __call__(self, *launcher: str, **environment: str) -> Server: ...


class StartWorker(Protocol):
    def __call__(self, *launcher: str, **environment: str) -> Running: ...


@pytest.fixture
def redis_url() -> str:
    """This process's own Redis, empty."""
    with contextlib.closing(Redis.from_url(settings.REDIS_URL)) as client:
        client.flushdb()
    return str(settings.REDIS_URL)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder for services that a test starts; not `tmp_path`, whose parents another pytest closes to PostgreSQL's user while we run."""
    folder = Path(tempfile.mkdtemp(prefix="f-", dir=start.State.folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(django_db_setup: None) -> Iterator[Server]:
    """One server for all tests that do not harm it; tests that write through it need `committed`."""
    running = start_server()
    yield running
    running.stop()


@pytest.fixture
def servers(django_db_setup: None) -> Iterator[StartServer]:
    """`servers(NAME="value", …)` starts a server of this test's own, with these settings, and waits until it is ready.

    Words before the settings are a module and its arguments, through which uvicorn is started (`python -m …`).
    """
    with stopping() as running:
        yield lambda *launcher, **environment: running(start_server(*launcher, **environment))


@pytest.fixture
def webs(django_db_setup: None) -> Iterator[StartServer]:
    """The same for a process that serves HTTP alone, by granian."""
    with stopping() as running:
        yield lambda *launcher, **environment: running(start_web(*launcher, **environment))


@pytest.fixture
def workers(django_db_setup: None) -> Iterator[StartWorker]:
    """`workers(NAME="value", …)` starts a Celery worker of this test's own and waits until it is ready."""
    with stopping() as running:
        yield lambda *launcher, **environment: running(start_celery("worker", *launcher, **environment))


@pytest.fixture
def beats(django_db_setup: None) -> Iterator[StartWorker]:
    """The same for Celery's beat."""
    with stopping() as running:
        yield lambda *launcher, **environment: running(start_celery("beat", *launcher, **environment))


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis to break: `.url`, `.kill()`, and `.start()` again on the same socket; pass the url on as REDIS_URL."""
    number = next(_numbers)
    name = f"own-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-{number}"
    running = RedisServer(start.State.processes, socket_folder(start.State.folder) / f"{name}.sock", name=name)
    running.start()
    yield running
    running.stop()


@contextlib.contextmanager
def stopping() -> Iterator[Any]:
    started: list[Any] = []

    def remember(running: Any) -> Any:
        started.append(running)
        return running

    try:
        yield remember
    finally:
        for running in reversed(started):
            running.stop()


def start_server(*launcher: str, **environment: str) -> Server:
    """A uvicorn on loopback, on a free port or PANDAR_PORT, ready; raises ServiceError with its log's path where it does not get there."""
    port = int(environment.setdefault("PANDAR_PORT", str(free_port())))
    values = product_environment(**environment)
    command = [sys.executable, "-m", *launcher, "uvicorn", "pandarchat.asgi:application", "--host", system.HOST, "--port", str(port),
               *system.UVICORN]
    process = start.State.processes.start(f"server-{next(_numbers)}", command, env=values)
    wait_for(process, lambda: system.ready(read(values)))
    return Server(process, port)


def start_web(*launcher: str, **environment: str) -> Server:
    """A granian on loopback, ready; it has no socket."""
    port = int(environment.setdefault("PANDAR_PORT", str(free_port())))
    values = product_environment(**environment)
    command = [sys.executable, "-m", *launcher, "pandarchat.services.web"]
    process = start.State.processes.start(f"web-{next(_numbers)}", command, env=values, patience=PATIENCE)
    wait_for(process, lambda: system.ready(read(values)))
    return Server(process, port)


def start_celery(kind: Literal["worker", "beat"], *launcher: str, **environment: str) -> Running:
    """A Celery worker or beat, ready."""
    name = f"{kind}-{next(_numbers)}"
    flag = Path(start.State.processes.logs) / f"{name}.ready"
    values = product_environment(**{readiness.FILE: str(flag)}, **environment)
    options = (*system.WORKER, "-n", f"{name}@test") if kind == "worker" else system.BEAT
    process = start.State.processes.start(name, [sys.executable, "-m", *launcher, "celery", "-A", "pandarchat", *options], env=values)
    wait_for(process, flag.exists)
    return Running(process)


def wait_for(process: Process, ready: Any) -> None:
    try:
        wait_until(lambda: process.ended() or ready(), START_MOST, f"{process.name} is not ready after {START_MOST} s")
        if process.ended():
            pytest.fail(f"{process.name} ended while starting:\n{process.last_lines(LOG_LINES)}", pytrace=False)
    except BaseException:
        start.State.processes.kill(process)
        raise


def product_environment(**environment: str) -> dict[str, str]:
    """As `make run` gives it: this process's database as the app role, its Redis, and never the owner's address."""
    inherited = {name: value for name, value in os.environ.items()
                 if name not in system.NOT_FOR_SERVICES and not name.startswith("PYTEST_")}
    return {**inherited, "DATABASE_POOL_SIZE": "6", "PYTHONUNBUFFERED": "1", **environment}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((system.HOST, 0))
        return int(probe.getsockname()[1])
