"""Many threads at the same thing at the same moment."""
import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connections

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
