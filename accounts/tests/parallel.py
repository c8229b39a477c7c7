"""Many threads at the same thing at the same moment."""
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID

import pytest
from django.db import connection, connections
from django.db.models import QuerySet

from foundation.units import unit_of_work

Result = TypeVar("Result")
PATIENCE = 60.0  # seconds until a test gives up


def at_once(works: list[Callable[[], Result]]) -> list[Result]:
    """What each of the works returned, all begun together in threads of their own; the first error is raised."""
    gate = threading.Barrier(len(works))
    results: dict[int, Result] = {}
    errors: list[BaseException] = []

    def run(number: int, work: Callable[[], Result]) -> None:
        try:
            gate.wait(PATIENCE)
            results[number] = work()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "a thread does not end"
    if errors:
        raise errors[0]
    return [results[number] for number in range(len(works))]


def meanwhile(organization: UUID, first: Callable[[], Any], second: Callable[[], Result]) -> Result:
    """What `second` returned, which began when `first` was done in a unit of work and not committed, and had the time to wait for it."""
    done: list[Result] = []

    def run() -> None:
        try:
            done.append(second())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    with unit_of_work(organization):
        first()
        thread.start()
        until_blocked(thread)
    thread.join(PATIENCE)
    assert done, "the second did not end, or failed"
    return done[0]


def until_blocked(thread: threading.Thread) -> None:
    """Until some other backend waits for us, or the thread has ended."""
    for _ in range(int(PATIENCE * 100)):
        thread.join(0.01)
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)))")
            if cursor.fetchone()[0] or not thread.is_alive():
                return
    raise AssertionError("the second neither waits nor ends")


def unlocked(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, *, together: int) -> None:
    """Take the row locks away, and let `together` threads have read before any goes on from this function of a module."""
    gate, real = threading.Barrier(together), getattr(module, name)

    def held(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs)
        with suppress(threading.BrokenBarrierError):
            gate.wait(PATIENCE)
        return found

    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *_, **__: self)
    monkeypatch.setattr(module, name, held)
