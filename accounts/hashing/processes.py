"""The line of questions to argon2, and the processes that answer it.

So many processes of the lowest priority take the questions in their order. Where the machine is so busy that they do not get to it, one
more of ordinary priority takes the oldest question: other requests go first, and still nobody waits for ever.
"""
import json
import logging
import selectors
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from accounts.hashing import argon
from foundation.errors import Unavailable

logger = logging.getLogger(__name__)
PROGRAM = Path(argon.__file__)
MOST_PER_WORKER = 64  # questions; on an idle core a second and a half of work
URGENT_SECONDS = 0.5  # in the line, after which the process of ordinary priority takes a question
STARVED_SECONDS = 1.0  # with a process that does not get to it, after which the other takes it too
PATIENCE = 10.0  # seconds that anybody waits
TRIES = 2  # of a question whose process died
STUCK_SECONDS = 30.0  # after which a process that does not answer is replaced
RESTART_SECONDS = 1.0  # between the deaths of a process that does not live
ENDS = 2.0  # seconds that a thread may take to see that all is over


def busy() -> Unavailable:
    """The refusal where the line is too long."""
    return Unavailable("Too many people sign in at this moment. Please try again.", code="busy", retry_after_ms=2000)


class Died(Exception):
    """A process ended before its answer."""


class Failed(RuntimeError):
    """argon2 refused; the text is the name of its error."""


@dataclass(eq=False)
class Question:
    """What is to be done with a password, and where the answer is awaited."""

    asked: bytes = field(repr=False)
    password: bytes = field(repr=False)
    whose: Hashable = None
    answer: "Future[bytes]" = field(default_factory=Future)
    due: float = field(default_factory=lambda: time.monotonic() + URGENT_SECONDS)  # when the process of ordinary priority takes it
    tries: int = 0

    def finish(self, answer: bytes) -> None:
        with suppress(InvalidStateError):  # two processes had it, or nobody waits any more
            if answer[:1] == b"+":
                self.answer.set_result(answer[1:])
            else:
                self.answer.set_exception(Failed(answer[1:].decode()))

    def give_up(self) -> None:
        with suppress(InvalidStateError):
            self.answer.set_exception(busy())


class Process:
    """One hashing process, started when it is first asked and again when it died. It knows no setting, no key and no database."""

    def __init__(self, *options: str) -> None:
        self.options = options
        self.running: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.over = threading.Event()

    def ask(self, question: Question) -> bytes:
        """The answer's frame; raises Died."""
        try:
            process = self._started()
            assert process.stdin is not None and process.stdout is not None  # noqa: S101
            argon.write(process.stdin, question.asked, question.password)
            answer = argon.read(process.stdout) if answers(process.stdout) else None
        except OSError:
            answer = None
        if answer is None:
            self.close()
            raise Died
        return answer

    def _started(self) -> "subprocess.Popen[bytes]":
        if self.running is None:
            if self.over.wait(max(0.0, self.started + RESTART_SECONDS - time.monotonic())):
                raise ProcessLookupError
            self.started = time.monotonic()
            command = [sys.executable, "-I", str(PROGRAM), *self.options]
            self.running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}, cwd="/", start_new_session=True)
            if self.over.is_set():
                self.running.kill()
        return self.running

    def end(self) -> None:
        """End it, whatever it is doing, and start none again; its thread closes it."""
        self.over.set()
        running = self.running
        if running is not None:
            running.kill()

    def close(self) -> None:
        """Take leave of it; the next question starts another."""
        process, self.running = self.running, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]
            process.wait()


def answers(pipe: IO[bytes]) -> bool:
    """Whether something comes, be it the end, before the process counts as stuck."""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        return bool(selector.select(STUCK_SECONDS))


class Line:
    """Questions in the order in which they came; `workers` processes answer them. Made once per server process."""

    def __init__(self, workers: int) -> None:
        self.most = workers * MOST_PER_WORKER
        self.workers = [Process() for _ in range(workers)]
        self.hurrying = Process("urgent")
        self._lock = threading.Lock()
        self._waiting = threading.Condition(self._lock)
        self._first = threading.Condition(self._lock)
        self._open: list[Question] = []  # that nobody answered yet, the oldest first
        self._untaken: list[Question] = []
        self._theirs: Counter[Hashable] = Counter()  # of the open ones
        self._closed = False
        self._threads = [threading.Thread(target=self._work, args=(process, take), daemon=True, name="hashing")
                         for process, take in ((self.hurrying, self._overdue), *((worker, self._next) for worker in self.workers))]
        for thread in self._threads:
            thread.start()

    def ask(self, asked: dict[str, Any], password: bytes, whose: Hashable = None) -> Question:
        """Join the line; raises Unavailable where it is too long, or where it is long and whoever asks has a quarter of it."""
        question = Question(json.dumps(asked).encode(), password, whose)
        with self._lock:
            self._expect_room(whose)
            self._open.append(question)
            self._theirs[whose] += 1
            self._untaken.append(question)
            self._waiting.notify()
            self._first.notify()
        question.answer.add_done_callback(lambda _: self._leave(question))
        return question

    def expect_room(self, whose: Hashable = None) -> None:
        """Raises Unavailable where they would be refused at this moment."""
        with self._lock:
            self._expect_room(whose)

    def _expect_room(self, whose: Hashable) -> None:
        many = len(self._open)
        if self._closed or many >= self.most or (many >= self.most // 2 and whose is not None and self._theirs[whose] >= self.most // 4):
            raise busy()

    def close(self) -> None:
        """At the end of the server: whoever waits is told to come again, and the processes end. Takes moments, seconds at worst."""
        with self._lock:
            self._closed = True
            left = list(self._open)
            self._waiting.notify_all()
            self._first.notify_all()
        for process in (*self.workers, self.hurrying):
            process.end()
        for question in left:
            question.give_up()
        until = time.monotonic() + ENDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _leave(self, question: Question) -> None:
        with self._lock:
            for group in (self._open, self._untaken):
                with suppress(ValueError):
                    group.remove(question)
            self._theirs[question.whose] -= 1
            if self._theirs[question.whose] <= 0:
                del self._theirs[question.whose]

    def _work(self, process: Process, take: Callable[[], Question | None]) -> None:
        while (question := take()) is not None:
            try:
                question.finish(process.ask(question))
            except Died:
                self._again(question)
        process.close()

    def _again(self, question: Question) -> None:
        """Its process died: it goes to the front, or is given up where that happened before."""
        if self._closed:
            question.give_up()
            return
        question.tries += 1
        logger.warning("a hashing process died, another takes its question" if question.tries < TRIES else "a hashing process died again")
        if question.tries >= TRIES:
            question.give_up()
            return
        with self._lock:
            if question in self._open and question not in self._untaken:
                self._untaken.insert(0, question)
                self._waiting.notify()

    def _next(self) -> Question | None:
        with self._lock:
            while not self._untaken and not self._closed:
                self._waiting.wait()
            return None if self._closed else self._take(self._untaken[0])

    def _take(self, question: Question) -> Question:
        with suppress(ValueError):
            self._untaken.remove(question)
        question.due = time.monotonic() + STARVED_SECONDS
        return question

    def _overdue(self) -> Question | None:
        """The question that is due first, once it is; a process that has it may go on with it."""
        with self._lock:
            while not self._closed:
                first = min(self._open, key=lambda question: question.due, default=None)
                if first is not None and first.due <= time.monotonic():
                    return self._take(first)
                self._first.wait(None if first is None else first.due - time.monotonic())
        return None
