"""Where several processes share the tests, each begins with its part of the longest, so that none is left with them at the end."""
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

LONGEST = ("test_every_page.py", "test_contract.py", "test_stranger_api.py", "test_story.py")
BROWSER = "browser"
One = TypeVar("One")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if processes > 1:
        items[:] = dealt(items, processes, lambda item: rank(item.path))


def rank(file: Path) -> int | None:
    """How early its tests begin; None where it does not matter."""
    if file.name in LONGEST:
        return LONGEST.index(file.name)
    return len(LONGEST) if file.parent.name == BROWSER else None


def dealt(tests: Sequence[One], hands: int, ranked: Callable[[One], int | None]) -> list[One]:
    """In equal parts, one for each of `hands` that take what stands together; those with a rank are dealt out and begin each part."""
    early = sorted((one for one in tests if ranked(one) is not None), key=lambda one: ranked(one) or 0)
    late = [one for one in tests if ranked(one) is None]
    share = -(-len(late) // hands)
    return [one for hand in range(hands) for one in (*early[hand::hands], *late[hand * share:(hand + 1) * share])]
