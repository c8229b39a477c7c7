"""What a fault test held, a JSON line each in `var/faults/results.jsonl`; docs/reliability.md is written from the last line of each test.

`at` (UTC), `test`, `fault` (the row of the table), `control` (the guard that was taken away; such a run must break), `seconds` (of the
whole test), and what the test says: of a crowd `clients`, `servers`, `rooms`, `messages`, `per_second`, `reconnections`,
`converged_seconds` (from the last repair), `deaf_seconds` (longest from an acknowledgement until anyone in the room had it); `faults` is
how often something was broken. Further fields are the test's own.
"""
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pandarchat.testing.start import State


class Record:
    """`record("Redis killed", faults=5, **crowd.figures())` once everything held."""

    def __init__(self, test: str) -> None:
        self.test = test
        self._begun = time.monotonic()

    def __call__(self, fault: str, *, control: str = "", **figures: Any) -> None:
        line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "test": self.test, "fault": fault, "control": control,
                "seconds": round(time.monotonic() - self._begun, 1), **figures}
        file = results(State.folder.parent.parent)
        file.parent.mkdir(exist_ok=True)
        with file.open("a") as lines:
            lines.write(json.dumps(line) + "\n")


def results(var: Path) -> Path:
    return var / "faults" / "results.jsonl"


def latest(var: Path) -> list[dict[str, Any]]:
    """The last line of each test and control, by fault."""
    last = {(line["test"], line["control"]): line for line in map(json.loads, results(var).read_text().splitlines())}
    return sorted(last.values(), key=lambda line: (line["fault"], bool(line["control"]), line["test"]))
