"""PostgreSQL and Redis for the tests; their addresses are in the environment before Django reads its settings.

Without xdist one process starts both. With xdist its controller starts PostgreSQL, and every worker a Redis of its own, as
pub/sub knows no database numbers. Every process gets the name of its own test database, so no setting ever names another one.
"""
import atexit
import os
import shutil
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from pandarchat import environment
from pandarchat.services import bootstrap, redis
from pandarchat.services.addresses import embedded_addresses, resolve, socket_folder, with_database
from pandarchat.services.postgres import Postgres
from pandarchat.services.processes import Processes, ServiceError
from pandarchat.services.supervisor import alive

FOLDER = "PANDAR_TEST_FOLDER"  # of the run; set for xdist's workers
GIVEN_REDIS = "PANDAR_TEST_GIVEN_REDIS"  # the REDIS_URL that tests were given, if any
SETTINGS = "DJANGO_SETTINGS_MODULE"
PREFIX = "test_"
LAST_REDIS_DATABASE = 15


class State:
    """What this process started."""

    folder: Path
    processes: Processes
    report: str = ""

    @classmethod
    def own_postgres(cls) -> Path | None:
        """Where the sockets of our own PostgreSQL are; None where others gave one."""
        sockets = socket_folder(cls.folder)
        return sockets if quote(str(sockets), safe="") in os.environ["DATABASE_URL"] else None


_stack = ExitStack()


def services() -> None:
    """Start what this process is to start, then set Django up on it; the root conftest calls this once."""
    import django
    from django.conf import settings

    if settings.configured:
        raise pytest.UsageError(f"Unset {SETTINGS} (and --ds): the tests choose their database before Django reads its settings.")
    try:
        begin(os.environ.get("PYTEST_XDIST_WORKER"))
    except (ServiceError, environment.InvalidSetting) as error:
        raise pytest.UsageError(f"The tests' services do not start: {error}") from error
    os.environ[SETTINGS] = "pandarchat.settings"
    django.setup()
    del os.environ[SETTINGS]  # a worker that inherited it would read its settings before it came here


def begin(worker: str | None) -> None:
    atexit.register(end)
    begun = time.monotonic()
    folder = Path(os.environ[FOLDER]) if worker else new_folder(environment.read().var / "test")
    State.folder = folder
    State.processes = _stack.enter_context(Processes(folder / "log" / (worker or "main")))
    if worker is None:
        os.environ |= {FOLDER: str(folder), "PANDAR_VAR": str(folder)}
        start_postgres(folder)
        os.environ[GIVEN_REDIS] = os.environ.get("REDIS_URL", "")
    os.environ["REDIS_URL"] = given_redis(worker) or start_redis(folder, worker or "main")
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ[name] = with_database(os.environ[name], database(worker))
    State.report = f"services: PostgreSQL and Redis under {folder}, {time.monotonic() - begun:.1f} s (logs in {State.processes.logs})"


def database(worker: str | None) -> str:
    """The name of a process's test database."""
    return f"{PREFIX}{worker or 'main'}"


def start_postgres(folder: Path) -> None:
    env = environment.read()
    if env.database_url:
        if not resolve(env).database_owner_url:
            raise ServiceError("DATABASE_URL is set but DATABASE_OWNER_URL is not, and the tests need both, or neither.")
        return
    postgres = Postgres(State.processes, folder, tests=True)
    postgres.start()
    bootstrap.ensure(postgres.sockets)
    bootstrap.prepare_for_tests(postgres.sockets)
    addresses = embedded_addresses(folder)
    os.environ |= {"DATABASE_URL": addresses.database_url, "DATABASE_OWNER_URL": str(addresses.database_owner_url)}


def start_redis(folder: Path, name: str) -> str:
    """Returns the address of a Redis that only this process uses."""
    sockets = socket_folder(folder)
    sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = redis.RedisServer(State.processes, sockets / f"{name}.sock", name=f"redis-{name}")
    server.start()
    return server.url


def given_redis(worker: str | None) -> str | None:
    """A database of the given Redis, counted from the last one, so that a development system on the first keeps what it has."""
    given = os.environ.get(GIVEN_REDIS)
    if not given:
        return None
    number = LAST_REDIS_DATABASE - (int(worker.removeprefix("gw")) if worker else 0)
    if number < 1:
        raise ServiceError("A given Redis has databases for 15 test workers; use fewer, or unset REDIS_URL.")
    parts = urlsplit(given)
    return parts._replace(query=f"db={number}").geturl() if parts.scheme == "unix" else parts._replace(path=f"/{number}").geturl()


def new_folder(parent: Path) -> Path:
    """A folder for this run; those of runs that are over are removed, but for the logs of the last one."""
    parent.mkdir(parents=True, exist_ok=True)
    for old in parent.iterdir():
        if not (old.name.isdecimal() and alive(int(old.name))):
            shutil.rmtree(old, ignore_errors=True)
    folder = parent / str(os.getpid())
    folder.mkdir()
    return folder


def end() -> None:
    """Stop what this process started, and remove its data."""
    _stack.close()
    if "PYTEST_XDIST_WORKER" not in os.environ and hasattr(State, "folder"):
        shutil.rmtree(State.folder / "postgres", ignore_errors=True)
