"""The queue and its assignment, for `/metrics`."""
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from foundation import metrics

Given = ParamSpec("Given")
RUNS = metrics.counter("pandar_assignment_runs", "Assignments of a queue by what came of them", ["outcome"])
GIVEN = metrics.counter("pandar_assignment_tickets", "Tickets that were given to agents")
SECONDS = metrics.histogram("pandar_assignment_seconds", "Time to decide and write one organization's assignment")
OUTCOME = {outcome: RUNS.labels(outcome) for outcome in ("given", "nothing", "failed")}


def measured(assign: Callable[Given, int]) -> Callable[Given, int]:
    """Counts runs of an assignment, which answers how many tickets it gave."""
    @wraps(assign)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> int:
        started, outcome = time.perf_counter(), "failed"
        try:
            given = assign(*args, **kwargs)
            outcome = "given" if given else "nothing"
        finally:
            OUTCOME[outcome].inc()
            SECONDS.observe(time.perf_counter() - started)
        GIVEN.inc(given)
        return given

    return run


metrics.figures(
    "SELECT waiting, oldest FROM queue_waiting()",
    ("pandar_queue_tickets", "Tickets that wait in the queues of all organizations"),
    ("pandar_queue_oldest_seconds", "How long the ticket has waited that waits longest; 0 without one"))
