"""Runs services together: starts them in order, says what it does, stops all in reverse order when told to or when one ends."""
import contextlib
import fcntl
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from pandarchat.services.processes import Process, Processes, ServiceError, eventually

PARENT = "PANDAR_STOP_WITH_PARENT"  # the process number of the `make` that started us
STOPPING = 60  # seconds an earlier run may take to stop
LOUD = re.compile(r"\b(WARNING|ERROR|CRITICAL|FATAL|PANIC)\b|Traceback")
ECHO_MOST, ECHO_WIDTH = 5, 300  # lines per look, characters per line


class Stopped(Exception):
    """Told to stop; its text says by what."""


def say(text: str, end: str = "\n") -> None:
    """Print at once; a terminal that is gone must not keep us from stopping."""
    with contextlib.suppress(OSError, ValueError):
        print(text, end=end, flush=True)


class Supervisor:
    """One run on one `var` folder; use as a context manager. Leaving it stops everything that was started."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.processes: Processes
        self.services: list[Process] = []
        self._echoes: list[Echo] = []
        self._signal: int | None = None
        self._parent = int(os.environ.get(PARENT) or 0)
        self._line_open = False

    def __enter__(self) -> "Supervisor":
        self._lock = take_lock(self.var)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._told)
        self.processes = Processes(self.var / "log", hold=self._lock)
        return self

    def __exit__(self, *exception: object) -> None:
        self._end_line()
        for process in reversed(list(self.processes.running)):
            with self.step(f"Stopping {process.name}", quiet=True):
                self.processes.stop(process)
        self.processes.close()
        os.close(self._lock)

    def _told(self, number: int, frame: FrameType | None) -> None:
        self._signal = number

    def start(self, process: Process, *, echo: bool = False) -> Process:
        """Watch a service from now on: its end ends the run. `echo` repeats its warnings and errors here."""
        self.services.append(process)
        if echo:
            self._echoes.append(Echo(process))
        return process

    @contextmanager
    def step(self, title: str, *, quiet: bool = False) -> Iterator[None]:
        """Show a step and how long it took."""
        begun = time.monotonic()
        say(f"  {title:<58}", end="")
        self._line_open = True
        try:
            yield
        except BaseException:
            if not quiet:
                self._end_line()
            raise
        self._line_open = False
        say(f"{time.monotonic() - begun:6.1f} s")

    def note(self, text: str) -> None:
        """A remark in the middle of a step."""
        self._end_line()
        say(f"    {text}")

    def _end_line(self) -> None:
        if self._line_open:
            say("")
        self._line_open = False

    def tick(self) -> None:
        """Raises Stopped when told to stop, ServiceError when a service ended by itself."""
        if self._signal is not None:
            raise Stopped(signal.Signals(self._signal).name)
        if self._parent and os.getppid() != self._parent:
            raise Stopped("the end of make")
        for process in self.services:
            if process.ended():
                raise ServiceError(f"{process.name} ended by itself, see {process.log}:\n{process.last_lines()}")
        if not self.processes.guarded():
            raise ServiceError("The guardian that stops all services after us ended.")

    def watch(self) -> None:
        """Until told to stop or a service ends."""
        while True:
            self.tick()
            for echo in self._echoes:
                for line in echo.loud_lines():
                    say(line)
            time.sleep(0.2)


class Echo:
    """Repeats the loud lines of a service's log, sparingly."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.position = process.log.stat().st_size

    def loud_lines(self) -> list[str]:
        """What was written since the last look and is a warning or worse, at most a few lines."""
        with self.process.log.open("rb") as log:
            log.seek(self.position)
            new = log.read(1024 * 1024)
        whole = new[:new.rfind(b"\n") + 1]
        self.position += len(whole)
        loud = [line for line in whole.decode(errors="replace").splitlines() if LOUD.search(line)]
        shown = [f"{self.process.name:<8}| {line[:ECHO_WIDTH]}" for line in loud[:ECHO_MOST]]
        if len(loud) > ECHO_MOST:
            shown.append(f"{self.process.name:<8}| … {len(loud) - ECHO_MOST} more in {self.process.log}")
        return shown


def take_lock(var: Path, tell: Callable[[str], None] = say) -> int:
    """The lock of a run on this folder, as an open file; our guardian shares it, so that it lasts until our last service is gone."""
    var.mkdir(parents=True, exist_ok=True)
    lock = os.open(var / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    if not locked(lock) and not alive(holder(lock)):
        tell("  An earlier run was killed and is still being stopped …")
        eventually(lambda: locked(lock) or alive(holder(lock)), STOPPING)
    if not locked(lock):  # asking again for a lock that is ours already is granted
        pid = holder(lock)
        os.close(lock)
        if alive(pid):
            raise ServiceError(f"Pandar Chat already runs on {var} (process {pid}); stop it, or set PANDAR_VAR and PANDAR_PORT to others.")
        raise ServiceError(f"What an earlier run left behind on {var} does not stop; end its processes.")
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def holder(lock: int) -> int:
    """The process that took the lock last."""
    return int(os.pread(lock, 20, 0) or 0)


def locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        os.kill(pid, 0)
        return pid > 0 and Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except OSError:
        return True
