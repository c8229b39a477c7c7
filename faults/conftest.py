"""What every fault test has: the marker, the number of rounds, and the record of what was held."""
import os
from pathlib import Path

import pytest

from faults.record import Record

ROUNDS = int(os.environ.get("FAULTS_ROUNDS", "1"))  # `make soak` asks for more


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.faults)


@pytest.fixture
def rounds() -> int:
    """How often a test repeats its faults."""
    return ROUNDS


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    return Record(request.node.nodeid)
