"""Child processes that never outlive us: each in its own group, all known to a guardian that survives a `kill -9` of ours."""
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pandarchat.environment import ROOT

HERE = Path(__file__).parent
BARE_PYTHON = (sys.executable, "-I", "-S")
LOG_MOST = 10 * 1024 * 1024  # bytes; an older log is kept once, as NAME.log.1
SAID_MOST = 64 * 1024  # bytes
POLL = 0.05  # seconds


class ServiceError(Exception):
    """A service that does not start or ended by itself; its text is for the operator."""


@dataclass(frozen=True)
class Account:
    """The operating system's user a service runs as."""

    uid: int
    gid: int


SELF = Account(os.geteuid(), os.getegid())


@dataclass(eq=False)
class Process:
    """A running service. `stop_signal` asks it to finish, `patience` (seconds) is what it gets before SIGKILL."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path
    stop_signal: int
    patience: float
    log_begins: int = 0  # bytes that were in the log before it

    @property
    def pid(self) -> int:
        return self.popen.pid

    def ended(self) -> bool:
        """Whether it ended; it is not reaped, so that its number stays its own until `Processes.stop` has cleared its group."""
        if self.popen.returncode is not None:
            return True
        if not hasattr(os, "waitid"):  # older Python on macOS
            return self.popen.poll() is not None
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def last_lines(self, count: int = 15) -> str:
        """The end of its log, for the message that says why it failed."""
        return "\n".join(self.said().splitlines()[-count:])

    def said(self) -> str:
        """What is in its log since it was started, at most the last 64 KiB."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(self.log_begins, self.log.stat().st_size - SAID_MOST))
            return log.read().decode(errors="replace")


class Processes:
    """Starts services and stops them in reverse order; use as a context manager.

    `hold` is an open file that the guardian keeps open too: a lock on it lasts until the last service is gone.
    """

    def __init__(self, logs: Path, hold: int | None = None) -> None:
        self.logs = logs
        self.running: list[Process] = []
        logs.mkdir(parents=True, exist_ok=True)
        listening, self._registry = os.pipe()
        self._guardian = subprocess.Popen(
            [*BARE_PYTHON, str(HERE / "guardian.py")], stdin=listening, start_new_session=True, cwd="/",
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=() if hold is None else (hold,))
        os.close(listening)

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def guardian(self) -> int:
        """The guardian's process number."""
        return self._guardian.pid

    def guarded(self) -> bool:
        return self._guardian.poll() is None

    def start(self, name: str, command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, account: Account = SELF,
              stop_signal: int = signal.SIGTERM, patience: float = 10, cwd: Path = ROOT) -> Process:
        """Start a service; its output goes to `NAME.log`, which nobody else may read."""
        log = self.logs / f"{name}.log"
        rotate(log)
        about = [self._registry, int(stop_signal), patience, account.uid, account.gid]
        with open(log, "ab", opener=for_us_alone) as output:
            log_begins = output.tell()
            popen = subprocess.Popen(
                [*BARE_PYTHON, str(HERE / "launch.py"), *map(str, about), *map(str, command)], pass_fds=(self._registry,),
                env=None if env is None else dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        process = Process(name, popen, log, stop_signal, patience, log_begins)
        self.running.append(process)
        return process

    def run(self, name: str, command: Sequence[str | Path], *, seconds: float = 600, tick: Callable[[], None] = lambda: None,
            env: Mapping[str, str] | None = None, account: Account = SELF, cwd: Path = ROOT) -> None:
        """Run a command to its end; raises ServiceError with its last lines where it fails."""
        process = self.start(name, command, env=env, account=account, cwd=cwd)
        try:
            wait_until(process.ended, seconds, f"{name} took longer than {seconds:.0f} s", tick)
        finally:
            self.stop(process)
        if process.popen.returncode:
            raise ServiceError(f"{name} failed (exit code {process.popen.returncode}), see {process.log}:\n{process.last_lines()}")

    def stop(self, process: Process) -> None:
        """Ask it to finish, wait, then SIGKILL whatever of its group is left."""
        if process not in self.running:
            return
        if not process.ended():
            process.popen.send_signal(process.stop_signal)
            eventually(process.ended, process.patience)
        self.kill(process)

    def kill(self, process: Process) -> None:
        """SIGKILL its whole group, at once."""
        if process not in self.running:
            return
        tell_group(process.pid, signal.SIGKILL)  # the leader is running or unreaped, so the number is still its own
        process.popen.wait()
        self.running.remove(process)
        with contextlib.suppress(BrokenPipeError):  # the guardian was killed
            os.write(self._registry, f"gone {process.pid}\n".encode())

    def close(self) -> None:
        """Stop all in reverse order, the guardian last; what cannot be stopped here is left to the guardian."""
        try:
            for process in reversed(list(self.running)):
                self.stop(process)
        finally:
            if self._registry >= 0:
                os.close(self._registry)
                self._registry = -1
            self._guardian.wait()


def for_us_alone(path: str, flags: int) -> int:
    """Opens a file with mode 0600, also one that was made with another."""
    handle = os.open(path, flags, 0o600)
    os.fchmod(handle, 0o600)
    return handle


def rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_MOST:
        log.replace(log.with_suffix(".log.1"))


def tell_group(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group of zombies
        return False
    return True


def eventually(condition: Callable[[], bool], seconds: float, tick: Callable[[], None] = lambda: None) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        tick()
        time.sleep(POLL)
    return True


def wait_until(condition: Callable[[], bool], seconds: float, otherwise: str, tick: Callable[[], None] = lambda: None) -> None:
    """Wait for a condition; raises ServiceError with the sentence `otherwise` after so many seconds. `tick` may raise to give up."""
    if not eventually(condition, seconds, tick):
        raise ServiceError(otherwise)
