"""The proxy that is shipped, `deploy/haproxy.cfg`, in front of a test's own processes; skips, and says so, where HAProxy is missing."""
import os
import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from pandarchat.environment import ROOT
from pandarchat.services import system
from pandarchat.testing import start
from pandarchat.testing.services import Running, free_port, stopping, wait_for

CONFIGURATION = ROOT / "deploy" / "haproxy.cfg"
MISSING = "HAProxy is missing (Debian: apt-get install haproxy), so nobody tries here whether the proxy does what it must."


@dataclass(frozen=True)
class Proxy(Running):
    """HAProxy on loopback; `secure_port` where it has a certificate."""

    port: int
    secure_port: int

    @property
    def url(self) -> str:
        return f"http://{system.HOST}:{self.port}"


class StartProxy(Protocol):
    def __call__(self, webs: Sequence[int], sockets: Sequence[int], *, changed: Callable[[str], str] = ...,
                 **environment: str) -> Proxy: ...


@pytest.fixture
def proxies() -> Iterator[StartProxy]:
    """`proxies([port, port], [port, port], PROXY_…="…")`: in front of two processes for HTTP and two for sockets.

    `changed` takes the configuration's text and returns another, for controls.
    """
    with stopping() as running:
        yield lambda webs, sockets, **options: running(start_proxy(webs, sockets, **options))


def start_proxy(webs: Sequence[int], sockets: Sequence[int], *, changed: Callable[[str], str] = str, **environment: str) -> Proxy:
    """HAProxy, listening; skips the test where there is none."""
    program = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip(MISSING)
    port, secure_port = free_port(), free_port()
    processes = {f"{kind}_{number}": f"{system.HOST}:{where}"
                 for kind, ports in (("WEB", webs), ("SOCKET", sockets)) for number, where in enumerate(ports, start=1)}
    values = {"PATH": os.environ["PATH"], "PROXY_HOST": "localhost", "PROXY_BIND": f"{system.HOST}:{port}",
              "PROXY_BIND_TLS": f"{system.HOST}:{secure_port}", **processes, **environment}
    file = Path(start.State.processes.logs) / f"proxy-{port}.cfg"
    file.write_text(changed(CONFIGURATION.read_text()))
    process = start.State.processes.start(f"proxy-{port}", [program, "-db", "-f", file], env=values)
    wait_for(process, lambda: listens(port))
    return Proxy(process, port, secure_port)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((system.HOST, port)) == 0
