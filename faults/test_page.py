"""The page says what was run and held, and what was not."""
import json
from pathlib import Path

from faults.page import FAULTS, page, read

TEST = "faults/test_page.py::test_rows_that_were_not_run_say_so"
LINE = {"at": "2026-11-21T05:00:00+00:00", "test": TEST, "fault": FAULTS[0].name, "control": "", "seconds": 3.2, "clients": 7,
        "messages": 40}


def written(folder: Path, *lines: dict[str, object]) -> list[dict[str, object]]:
    file = folder / "results.jsonl"
    file.write_text("".join(json.dumps({**LINE, **line}) + "\n" for line in lines))
    return read([file, folder / "missing.jsonl"])


def test_rows_that_were_not_run_say_so(tmp_path: Path) -> None:
    text = page(written(tmp_path, {"converged_seconds": 1.5}, {"control": "a guard"}, {"fault": "something new", "test": f"{TEST}[x]"}))
    assert f"| {FAULTS[0].name} | 1 | 1 |" in text
    assert f"| {FAULTS[1].name} | **not run** | **not run** |" in text
    assert "| something new | 1 | **not run** |" in text
    assert "- held: whole test 3.2 s, clients 7, messages 40, converged 1.5 s" in text
    assert "- without a guard: broke, as it must" in text
    assert "**Guards taken away**: 1" in text


def test_the_last_line_of_a_test_counts_and_none_of_a_test_that_is_gone(tmp_path: Path) -> None:
    later = {"at": "2026-11-21T06:00:00+00:00", "messages": 41}
    lines = written(tmp_path, later, {}, {"test": "faults/test_page.py::test_gone"}, {"test": "faults/gone.py::test_gone"})
    assert [line["messages"] for line in lines] == [41]
