"""What every fault test has: the marker, the number of rounds, and the record of what was held."""
import os
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from faults.record import Record

TRIES = 3  # of a control that only breaks what the fault meets
ROUNDS = int(os.environ.get("FAULTS_ROUNDS", "1"))  # `make soak` asks for more


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.faults)


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A control fails where its world does not break; by chance that happens once, and hardly three times."""
    if item.get_closest_marker("by_chance") is None:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for last in (False,) * (TRIES - 1) + (True,):
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        if last or not any(report.failed for report in reports):
            break
        item._initrequest()  # type: ignore[attr-defined]  # fixtures anew, as for another test
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.fixture
def rounds() -> int:
    """How often a test repeats its faults."""
    return ROUNDS


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    return Record(request.node.nodeid)
