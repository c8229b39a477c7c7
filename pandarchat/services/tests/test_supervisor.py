"""However a run ends, no process of it is left behind."""
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pandarchat.environment import ROOT
from pandarchat.services.processes import Processes, ServiceError, eventually
from pandarchat.services.supervisor import PARENT, Echo, alive

STAND_IN = [sys.executable, "-m", "pandarchat.services.tests.stand_in"]
LONG = 30  # seconds until a test gives up


class Run:
    """A stand-in system under the real supervisor, in `var`."""

    def __init__(self, var: Path, *names: str, through_make: bool = False) -> None:
        self.var, self.names = var, names
        self.numbers = var / "numbers"
        self.numbers.mkdir(parents=True, exist_ok=True)
        for file in self.numbers.iterdir():
            file.unlink()
        self.output = var / "output"
        command = [*STAND_IN, str(var), *names]
        if through_make:
            makefile = var / "Makefile"
            makefile.write_text(f"run:\n\t@{PARENT}=$$PPID exec {' '.join(command)}\n")
            command = ["make", "-f", str(makefile), "run"]
        values = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != PARENT}
        with self.output.open("wb") as output:
            self.popen = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, env=values, start_new_session=True)

    def started(self) -> "Run":
        expected = {"guardian", "redis", *(name for name in self.names if not name.startswith("deaf"))}
        assert eventually(lambda: expected <= set(self.pids()) and "started" in self.said(), LONG), self.said()
        return self

    def said(self) -> str:
        return self.output.read_text()

    def pids(self) -> dict[str, int]:
        return {file.name: int(file.read_text()) for file in self.numbers.iterdir() if file.read_text()}

    def left(self) -> list[str]:
        """Processes that mention this folder, or are known by number, and still run."""
        known = [name for name, pid in self.pids().items() if alive(pid)]
        return known + [line for line in processes() if str(self.var) in line]

    def end(self) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()
        eventually(lambda: not self.left(), LONG)


def processes() -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it ended meanwhile
            continue
    return found


@pytest.fixture
def var(open_folder: Path) -> Iterator[Path]:
    yield open_folder / "v"
    for file in open_folder.glob("v/numbers/*"):  # what a failed test leaves
        if alive(int(file.read_text() or 0)):
            os.kill(int(file.read_text()), signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(var: Path, number: signal.Signals) -> None:
    run = Run(var, "one", "two").started()
    run.popen.send_signal(number)
    assert run.popen.wait(LONG) == 0
    assert f"stopped by {number.name}" in run.said()
    assert run.left() == []
    assert run.said().index("Stopping two") < run.said().index("Stopping one") < run.said().index("Stopping redis")


def test_kill_9_of_the_supervisor_stops_everything(var: Path) -> None:
    run = Run(var, "postgres", "one", "deaf").started()
    assert eventually(lambda: sum(name.startswith("deaf") for name in run.pids()) == 2, LONG)
    run.popen.kill()
    run.popen.wait()
    assert eventually(lambda: not run.left(), LONG), run.left()


def test_without_the_guardian_they_would_be_left(var: Path) -> None:
    """Negative control: it is the guardian that cleans up."""
    run = Run(var, "one").started()
    os.kill(run.popen.pid, signal.SIGSTOP)  # so that it cannot react to the guardian's end
    os.kill(run.pids()["guardian"], signal.SIGKILL)
    run.popen.kill()
    run.popen.wait()
    left = [run.pids()["one"], run.pids()["redis"]]
    assert all(alive(pid) for pid in left)
    for pid in left:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("victim", ["one", "redis", "postgres", "guardian"])
def test_the_end_of_one_stops_everything_and_is_explained(var: Path, victim: str) -> None:
    run = Run(var, "postgres", "one", "two").started()
    os.kill(run.pids()[victim], signal.SIGKILL)
    assert run.popen.wait(LONG) == 1
    assert f"{victim} " in run.said().partition("failed:")[2]
    assert run.left() == []


def test_the_last_lines_of_the_one_that_ended_are_shown(var: Path) -> None:
    run = Run(var, "one").started()
    os.kill(run.pids()["one"], signal.SIGKILL)
    assert run.popen.wait(LONG) == 1
    assert "waiting" in run.said().partition("failed:")[2]


def test_kill_9_of_make_stops_everything(var: Path) -> None:
    run = Run(var, "one", "two", through_make=True).started()
    run.popen.kill()
    run.popen.wait()
    assert eventually(lambda: not run.left(), LONG), run.left()
    assert "stopped by the end of make" in run.said()


def test_ctrl_c_in_make_stops_everything(var: Path) -> None:
    run = Run(var, "one", through_make=True).started()
    os.killpg(run.popen.pid, signal.SIGINT)  # a terminal tells the whole foreground group
    run.popen.wait(LONG)
    assert eventually(lambda: not run.left(), LONG), run.left()


def test_a_second_run_on_the_same_folder_is_refused(var: Path) -> None:
    first = Run(var, "one").started()
    try:
        second = subprocess.run([*STAND_IN, str(var), "one"], cwd=ROOT, capture_output=True, text=True, timeout=LONG, check=False)
        assert second.returncode == 1
        assert f"already runs on {var} (process {first.popen.pid})" in second.stdout
        assert first.popen.poll() is None
    finally:
        first.end()


def test_a_start_right_after_kill_9_waits_for_the_old_services(var: Path) -> None:
    first = Run(var, "postgres", "deaf").started()
    first.popen.kill()
    first.popen.wait()
    second = Run(var, "postgres", "one").started()
    second.popen.send_signal(signal.SIGTERM)
    assert second.popen.wait(LONG) == 0
    assert second.left() == []


def test_a_start_clears_what_outlived_even_the_guardian(var: Path) -> None:
    """PostgreSQL and Redis without any parent, still holding data and socket."""
    first = Run(var, "postgres").started()
    os.kill(first.popen.pid, signal.SIGSTOP)
    os.kill(first.pids()["guardian"], signal.SIGKILL)
    orphans = [first.pids()["postgres"], first.pids()["redis"]]
    first.popen.kill()
    first.popen.wait()
    assert all(alive(pid) for pid in orphans)
    second = Run(var, "postgres").started()
    assert not any(alive(pid) for pid in orphans)
    second.popen.send_signal(signal.SIGTERM)
    assert second.popen.wait(LONG) == 0


def test_a_command_that_cannot_run_is_named(open_folder: Path) -> None:
    with Processes(open_folder) as started, pytest.raises(ServiceError, match="no-such-program cannot be run: No such file"):
        started.run("missing", ["/no-such-program"])


def test_loud_lines_are_repeated_sparingly(open_folder: Path) -> None:
    with Processes(open_folder) as started:
        process = started.start("talker", [sys.executable, "-c", "import time; time.sleep(600)"])
        echo = Echo(process)
        with process.log.open("a") as log:
            log.write("fine\nWARNING one\n" + "ERROR again\n" * 9 + "ERROR not yet a whole line")
        lines = echo.loud_lines()
        assert lines[0] == "talker  | WARNING one"
        assert lines[-1].endswith(f"5 more in {process.log}")
        assert len(lines) == 6
        assert echo.loud_lines() == []
