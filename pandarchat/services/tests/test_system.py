"""What stops a start is said in one sentence, and what was done is not done again."""
import contextlib
import os
import socket
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import httpx
import pytest

from pandarchat import environment
from pandarchat.environment import ROOT
from pandarchat.services import system
from pandarchat.services.processes import Processes, ServiceError, eventually


def start(open_folder: Path, *arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
    """`make run`'s command in an environment of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"}}
    return subprocess.run([sys.executable, "-m", "pandarchat.services", *arguments], cwd=ROOT, check=False, timeout=60, text=True,
                          capture_output=True, env={**kept, "PANDAR_VAR": str(open_folder / "v"), **values})


@pytest.mark.parametrize(("argument", "code"), [("--help", 0), ("--port=1", 2), ("stop", 2)])
def test_an_argument_starts_nothing(open_folder: Path, argument: str, code: int) -> None:
    done = start(open_folder, argument)
    assert done.returncode == code
    assert "usage: python -m pandarchat.services" in done.stdout + done.stderr
    assert not (open_folder / "v").exists()


@pytest.mark.parametrize(("name", "value", "sentence"), [
    ("PANDAR_PORT", "none", "PANDAR_PORT must be a whole number from 1 to 65535, not 'none'."),
    ("PANDAR_VAR", "/proc/pandar", "PANDAR_VAR must name a folder that exists or can be made, not '/proc/pandar'"),
    ("DATABASE_URL", "postgresql://h/x?foo=bar", "DATABASE_URL is not an address that PostgreSQL knows: invalid URI query parameter."),
    ("DATABASE_URL", "mysql://x/y", "DATABASE_URL must begin with postgres:// or postgresql://."),
    ("DATABASE_OWNER_URL", "postgresql://x/y", "DATABASE_OWNER_URL is set but DATABASE_URL is not"),
    ("DEBUG", "off", "SECRET_KEY must be set to a random text while DEBUG is off"),
])
def test_an_invalid_setting_stops_the_start_with_a_sentence(open_folder: Path, name: str, value: str, sentence: str) -> None:
    done = start(open_folder, **{name: value})
    assert done.returncode == 2
    assert done.stderr.startswith("Pandar Chat does not start: ")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_port_in_use_stops_the_start_with_a_sentence(open_folder: Path) -> None:
    with socket.create_server((system.HOST, 0)) as taken:
        done = start(open_folder, PANDAR_PORT=str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "is in use; stop what listens there, or set PANDAR_PORT to another." in done.stderr
    assert not (open_folder / "v" / "postgres").exists()


def test_a_postgres_that_does_not_answer_stops_the_start_and_tells_what_it_needs(open_folder: Path) -> None:
    done = start(open_folder, DATABASE_URL="postgresql://pandar_app:hush@127.0.0.1:1/pandar", PANDAR_PORT=str(free_port()))
    assert done.returncode == 1
    assert "PostgreSQL does not take us at 127.0.0.1:1/pandar (DATABASE_URL)" in done.stderr
    assert "roles.sql" in done.stderr
    assert "hush" not in done.stderr + done.stdout


def test_a_redis_that_does_not_answer_stops_the_start(open_folder: Path) -> None:
    done = start(open_folder, REDIS_URL="redis://:hush@127.0.0.1:1/0", PANDAR_PORT=str(free_port()))
    assert done.returncode == 1
    assert "Redis does not answer at 127.0.0.1:1/0 (REDIS_URL)." in done.stderr
    assert "hush" not in done.stderr + done.stdout


def test_a_step_with_a_stamp_is_done_once_and_again_when_its_reason_changes(open_folder: Path) -> None:
    done: list[str] = []
    for content in ("one", "one", "two"):
        system.once(nullcontext(), open_folder / "stamp", content, lambda content=content: done.append(content))  # type: ignore[misc]
    assert done == ["one", "two"]


def test_a_step_that_fails_leaves_no_stamp(open_folder: Path) -> None:
    def fail() -> None:
        raise ServiceError("no")

    with pytest.raises(ServiceError):
        system.once(nullcontext(), open_folder / "stamp", "one", fail)
    assert not (open_folder / "stamp").exists()


def test_the_fingerprint_follows_code_and_not_tests(open_folder: Path) -> None:
    (open_folder / "requirements.txt").write_text("")
    for name in ("app/__init__.py", "app/models.py", "app/tests/test_models.py"):
        (open_folder / name).parent.mkdir(exist_ok=True, parents=True)
        (open_folder / name).write_text("")
    before = system.fingerprint(open_folder)
    (open_folder / "app/tests/test_models.py").write_text("changed")
    assert system.fingerprint(open_folder) == before
    (open_folder / "app/models.py").write_text("changed")
    assert system.fingerprint(open_folder) != before


def test_the_example_names_every_setting() -> None:
    asked: set[str] = set()

    class Recorder(dict[str, str]):
        def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
            asked.add(name)
            return default

    environment.read(Recorder())
    told = {line.partition("=")[0] for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line and not line.startswith("#")}
    assert told - {"YARDSTICK"} == asked  # which `make bench` alone asks for


@pytest.mark.parametrize(("flags", "believed"), [
    (system.UVICORN, system.HOST),
    (tuple(flag for flag in system.UVICORN if flag != "--no-proxy-headers"), "203.0.113.9"),  # negative control
])
def test_a_peer_is_not_believed_whom_it_speaks_for(open_folder: Path, flags: tuple[str, ...], believed: str) -> None:
    """TRUSTED_PROXIES alone decides about X-Forwarded-For; uvicorn would take it from everybody on this machine."""
    port = free_port()

    def asked() -> str:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"http://{system.HOST}:{port}/", headers={"X-Forwarded-For": "203.0.113.9"}).text
        return ""

    with Processes(open_folder) as processes:
        command = [sys.executable, "-m", "uvicorn", "pandarchat.services.tests.peer:application", "--port", str(port), *flags]
        server = processes.start("peer", command)
        assert eventually(lambda: bool(asked()) or server.ended(), 30)
        assert asked() == believed, server.last_lines()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((system.HOST, 0))
        return int(probe.getsockname()[1])
