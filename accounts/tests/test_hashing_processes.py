"""The line and its processes, which are really started, stopped and killed."""
import ctypes
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as TooLate
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from accounts.hashing import argon, processes
from accounts.hashing.processes import Line, Question
from accounts.tests.hashing_family import MOST, hashing, lives, processor_seconds
from foundation.errors import Unavailable
from pandarchat.services.processes import wait_until

SECRET = b"an umbrella of tin"
NEW = {"salt": "saltsaltsalt", "time": 1, "memory": 64, "lanes": 1, "length": 32}
LONG = {**NEW, "time": 40_000}  # a second, at least
LATE = 60.0  # seconds until a test gives up


@pytest.fixture
def line_of() -> Iterator[Callable[[int], Line]]:
    made: list[Line] = []
    others = hashing(os.getpid())  # of servers that other tests share

    def make(workers: int) -> Line:
        made.append(Line(workers))
        return made[-1]

    yield make
    for line in made:
        for pid in of(line):
            os.kill(pid, signal.SIGCONT)
        line.close()
    assert set(hashing(os.getpid())) <= set(others), "a process is left"


@pytest.fixture
def never_urgent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "URGENT_SECONDS", LATE)
    monkeypatch.setattr(processes, "STARVED_SECONDS", LATE)


def of(line: Line) -> list[int]:
    """The numbers of a line's processes."""
    return [process.running.pid for process in (*line.workers, line.hurrying) if process.running is not None]


def begun(line: Line, asked: dict[str, Any] = LONG) -> tuple[Question, int]:
    """A long question that a worker has begun to work on, and that worker."""
    line.ask(NEW, SECRET).answer.result(LATE)
    (pid,) = of(line)
    before = processor_seconds(pid)
    question = line.ask(asked, SECRET)
    wait_until(lambda: processor_seconds(pid) > before + 0.1, MOST, "the worker does not begin")
    return question, pid


def test_questions_are_answered(line_of: Callable[[int], Line]) -> None:
    line = line_of(2)
    hashed = line.ask(NEW, SECRET).answer.result(LATE)
    verify = {"verify": hashed.decode()}
    asked = [line.ask(verify, SECRET if number % 2 else b"another") for number in range(40)]
    assert [question.answer.result(LATE) for question in asked] == [argon.WRONG, argon.RIGHT] * 20
    assert len(of(line)) <= 3
    with pytest.raises(processes.Failed, match="InvalidHashError"):
        line.ask({"verify": "nonsense"}, SECRET).answer.result(LATE)


def test_nothing_runs_before_the_first_question(line_of: Callable[[int], Line]) -> None:
    assert of(line_of(2)) == []


def slice_of(pid: int) -> int | None:
    """Nanoseconds that a process may run before others of its priority; None where the kernel keeps none for each."""
    release = tuple(int(part) for part in os.uname().release.split(".")[:2])
    number = argon.SCHED_SETATTR.get(os.uname().machine)
    if number is None or release < (6, 12):
        return None
    found = ctypes.create_string_buffer(argon.ATTRIBUTES.size)
    assert ctypes.CDLL(None).syscall(ctypes.c_long(number + 1), pid, found, argon.ATTRIBUTES.size, 0) == 0  # sched_getattr(2)
    return int(argon.ATTRIBUTES.unpack(found.raw)[5])


@pytest.mark.usefixtures("never_urgent")
def test_they_give_way_to_everybody(line_of: Callable[[int], Line]) -> None:
    line = line_of(1)
    line.ask(NEW, SECRET).answer.result(LATE)
    (pid,) = of(line)
    assert os.getpriority(os.PRIO_PROCESS, pid) == 19 > os.getpriority(os.PRIO_PROCESS, os.getpid()), "the negative control"
    assert os.sched_getscheduler(pid) == os.SCHED_BATCH
    assert slice_of(pid) in (argon.SLICE, None)
    assert slice_of(os.getpid()) != argon.SLICE, "the negative control"
    assert os.getsid(pid) == pid, "a signal to the server's group is none to it"
    group = Path(f"/proc/{pid}/autogroup")
    if group.exists() and group.read_text().strip():
        assert group.read_text().split()[-1] == "19"


# As whoever a server runs as: root may write anywhere. What is imported is imported while it can be read.
UNPRIVILEGED = """
import ctypes, json, os, resource, struct, sys, time, argon2, argon2.low_level
code = compile(open(sys.argv[1]).read(), sys.argv[1], "exec")
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as in a process that began so
del sys.argv[1:]
exec(code, {"__name__": "__main__"})
"""


def group_of(pid: int) -> str:
    """As `/autogroup-4711 nice 19`."""
    try:
        return Path(f"/proc/{pid}/autogroup").read_text().strip()
    except OSError:
        return ""


def test_they_give_way_without_privileges_too() -> None:
    """The kernel takes such a wish from one process of the machine at a time, and only from one that may be looked into."""
    if not group_of(os.getpid()):
        pytest.skip("this kernel groups no processes by session")
    with ExitStack() as running:
        started = [running.enter_context(subprocess.Popen([sys.executable, "-c", UNPRIVILEGED, str(processes.PROGRAM)],
                                                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True))
                   for _ in range(3)]
        for process in started:
            assert process.stdin is not None and process.stdout is not None
            argon.write(process.stdin, b'{"salt": "saltsaltsalt", "time": 1, "memory": 64, "lanes": 1, "length": 32}', SECRET)
            assert (argon.read(process.stdout) or b"").startswith(b"+$argon2id$")
        groups = [group_of(process.pid) for process in started]
        for process in started:
            process.kill()
    assert [group.endswith("nice 19") for group in groups] == [True] * 3, groups


@pytest.mark.usefixtures("never_urgent")
def test_they_know_nothing_and_leave_nothing(line_of: Callable[[int], Line], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a key that nobody may know")
    line = line_of(1)
    line.ask(NEW, SECRET).answer.result(LATE)
    (pid,) = of(line)
    assert resource.prlimit(pid, resource.RLIMIT_CORE) == (0, 0)
    status = Path(f"/proc/{pid}/status").read_text()
    assert "SECRET_KEY" not in Path(f"/proc/{pid}/environ").read_text(), "what the test runs with is not handed on"
    assert SECRET not in Path(f"/proc/{pid}/cmdline").read_bytes()
    assert SECRET.decode() not in repr(Question(b'{"verify": "$argon2id$"}', SECRET))
    assert "argon2id" not in repr(Question(b'{"verify": "$argon2id$"}', SECRET))
    assert int(status.partition("VmRSS:")[2].split()[0]) < 64 * 1024, "kB: an interpreter and one hash"
    loaded = Path(f"/proc/{pid}/maps").read_text()
    assert "argon2" in loaded and "psycopg" not in loaded


@pytest.mark.usefixtures("never_urgent")
def test_killed_while_it_works_another_answers(line_of: Callable[[int], Line]) -> None:
    line = line_of(1)
    question, pid = begun(line)
    os.kill(pid, signal.SIGKILL)
    assert question.answer.result(LATE).startswith(b"$argon2id$")
    assert of(line) != [pid]


@pytest.mark.usefixtures("never_urgent")
def test_killed_twice_the_question_is_given_back(line_of: Callable[[int], Line]) -> None:
    line = line_of(1)
    question, pid = begun(line)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: of(line) not in ([], [pid]), MOST, "no successor")
    assert not question.answer.done()
    os.kill(of(line)[0], signal.SIGKILL)
    with pytest.raises(Unavailable):
        question.answer.result(LATE)
    assert line.ask(NEW, SECRET).answer.result(LATE), "and the line goes on"


@pytest.mark.usefixtures("never_urgent")
def test_one_that_is_stuck_is_replaced(line_of: Callable[[int], Line], monkeypatch: pytest.MonkeyPatch) -> None:
    line = line_of(1)
    line.ask(NEW, SECRET).answer.result(LATE)
    (pid,) = of(line)
    monkeypatch.setattr(processes, "STUCK_SECONDS", 0.5)
    os.kill(pid, signal.SIGSTOP)
    assert line.ask(NEW, SECRET).answer.result(LATE)
    wait_until(lambda: not lives(pid), MOST, "it is still there")


def test_whoever_waits_too_long_is_taken_by_another(line_of: Callable[[int], Line]) -> None:
    line = line_of(1)
    line.ask(NEW, SECRET).answer.result(LATE)
    (pid,) = of(line)
    os.kill(pid, signal.SIGSTOP)
    begun_and_waiting = [line.ask(NEW, SECRET) for _ in range(3)]
    assert all(question.answer.result(LATE) for question in begun_and_waiting), "the one that the stopped process had, too"
    (another,) = set(of(line)) - {pid}
    assert os.getpriority(os.PRIO_PROCESS, another) == os.getpriority(os.PRIO_PROCESS, os.getpid())


def test_whoever_comes_after_one_that_is_worked_on_waits_no_longer(
    line_of: Callable[[int], Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "URGENT_SECONDS", 0.2)
    monkeypatch.setattr(processes, "STARVED_SECONDS", 2 * LATE)
    line = line_of(1)
    line.ask(NEW, SECRET).answer.result(LATE)
    os.kill(of(line)[0], signal.SIGSTOP)
    taken = line.ask(NEW, SECRET)
    wait_until(lambda: taken not in line._untaken, MOST, "the worker takes nothing")
    assert line.ask(NEW, SECRET).answer.result(LATE), "by the process of ordinary priority, which sleeps until the first is overdue"
    assert not taken.answer.done()


@pytest.mark.usefixtures("never_urgent")
def test_nobody_fills_the_line_for_all(line_of: Callable[[int], Line]) -> None:
    line = line_of(1)
    line.ask(NEW, SECRET).answer.result(LATE)
    os.kill(of(line)[0], signal.SIGSTOP)
    waiting = [line.ask(NEW, SECRET, "one") for _ in range(line.most // 2)]
    with pytest.raises(Unavailable):
        line.expect_room("one")
    with pytest.raises(Unavailable):
        line.ask(NEW, SECRET, "one")
    line.expect_room("another")
    waiting += [line.ask(NEW, SECRET, whose) for whose in ("another", None)]
    for question in waiting[:line.most // 2]:
        question.answer.cancel()
    waiting.append(line.ask(NEW, SECRET, "one"))
    os.kill(of(line)[0], signal.SIGCONT)
    assert all(question.answer.result(LATE) for question in waiting[line.most // 2:])
    assert not line._theirs


@pytest.mark.usefixtures("never_urgent")
def test_without_the_other_they_would_wait(line_of: Callable[[int], Line]) -> None:
    """The negative control of the test above."""
    line = line_of(1)
    line.ask(NEW, SECRET).answer.result(LATE)
    os.kill(of(line)[0], signal.SIGSTOP)
    with pytest.raises(TooLate):
        line.ask(NEW, SECRET).answer.result(3)


@pytest.mark.usefixtures("never_urgent")
def test_the_line_has_an_end(line_of: Callable[[int], Line]) -> None:
    line = line_of(1)
    line.ask(NEW, SECRET).answer.result(LATE)
    os.kill(of(line)[0], signal.SIGSTOP)
    waiting = [line.ask(NEW, SECRET) for _ in range(processes.MOST_PER_WORKER)]
    with pytest.raises(Unavailable) as refused:
        line.ask(NEW, SECRET)
    assert (refused.value.code, refused.value.retry_after_ms) == ("busy", 2000)
    waiting.pop().answer.cancel()
    waiting.append(line.ask(NEW, SECRET))  # who gave up has left a place
    os.kill(of(line)[0], signal.SIGCONT)
    assert all(question.answer.result(LATE) for question in waiting)


@pytest.mark.usefixtures("never_urgent")
def test_closed_it_waits_for_no_process_that_is_to_be_started(line_of: Callable[[int], Line], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "RESTART_SECONDS", LATE)
    line = line_of(1)
    question, pid = begun(line)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: question.tries == 1, MOST, "its death is not noticed")
    line.close()
    with pytest.raises(Unavailable):
        question.answer.result(LATE)
    assert of(line) == [] and not [thread for thread in threading.enumerate() if thread in line._threads]


@pytest.mark.usefixtures("never_urgent")
def test_closed_it_refuses_whoever_waits_and_all_is_gone(line_of: Callable[[int], Line]) -> None:
    line = line_of(1)
    question, pid = begun(line)
    waiting = line.ask(NEW, SECRET)
    line.close()
    for refused in (question, waiting):
        with pytest.raises(Unavailable):
            refused.answer.result(LATE)
    with pytest.raises(Unavailable):
        line.ask(NEW, SECRET)
    wait_until(lambda: not lives(pid), MOST, "it is still there")
    assert not [thread for thread in threading.enumerate() if thread in line._threads]
