"""The report: what it makes of the rows of a run."""
import json
from pathlib import Path
from typing import Any

import pytest

from bench import report
from bench.goals import GOALS, LIMIT, OURS, PEER, Found, Goal, found, per_round, reached
from bench.spread import Spread

SAMPLE = Path(__file__).with_name("results.jsonl")
P50 = Goal("p50", "main", "send.one", "p50_ms", 0.5, PEER)
RATE = Goal("list", "main", "http.list.c16", "per_s", 2.5, PEER, higher=True)


def row(target: str, measure: str, turn: int = 1, **values: Any) -> dict[str, Any]:
    return {"phase": "main", "tickets": 1000, "round": turn, "target": target, "measure": measure, **values}


@pytest.fixture
def page() -> str:
    return report.page(report.read(SAMPLE))


def line(page: str, *words: str) -> list[str]:
    """The cells of the first table line with all these words."""
    return next([cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines()
                if line.startswith("|") and all(word in line for word in words))


# Ratios.


def test_a_ratio_is_taken_within_a_round_and_the_median_over_them() -> None:
    rows = [row(OURS, "send.one", 1, p50_ms=1), row(PEER, "send.one", 1, p50_ms=4), row(OURS, "send.one", 2, p50_ms=9),
            row(PEER, "send.one", 2, p50_ms=10), row(OURS, "send.one", 3, p50_ms=2), row(PEER, "send.one", 3, p50_ms=5)]
    assert found(rows, P50).numbers == (0.25, 0.9, 0.4)
    assert found(rows, P50).middle == 0.4
    assert reached(P50, found(rows, P50))


def test_a_round_that_one_of_them_lacks_does_not_count() -> None:
    rows = [row(OURS, "send.one", 1, p50_ms=1), row(OURS, "send.one", 2, p50_ms=None), row(PEER, "send.one", 2, p50_ms=4)]
    assert found(rows, P50).middle is None
    assert reached(P50, found(rows, P50)) is None


@pytest.mark.parametrize(("goal", "number", "good"), [(P50, 0.5, True), (P50, 0.51, False), (RATE, 2.5, True), (RATE, 2.49, False)])
def test_which_side_of_a_goal_is_good(goal: Goal, number: float, good: bool) -> None:
    assert reached(goal, Found((number,))) is good


def test_worlds_of_other_sizes_do_not_mix() -> None:
    rows = [row(OURS, "send.one", p50_ms=1), {**row(OURS, "send.one", p50_ms=7), "tickets": 10}]
    assert per_round(rows, "main", "send.one", "p50_ms", OURS) == {1: 1}
    assert per_round(rows, "main", "send.one", "p50_ms", OURS, 10) == {1: 7}


# The page.


def test_every_goal_of_the_issue_is_answered(page: str) -> None:
    assert line(page, "send → other sockets", "reference")[2:] == ["at most 0.5 ×", "**0.25** (0.2–0.5)", "reached"]
    assert line(page, "create ticket", "reference")[2:] == ["at least 2 ×", "**0.5**", "**missed**"]
    assert line(page, "dropped of 10,000")[2:] == ["at most 0", "**3**", "**missed**"]
    assert line(page, "to what argon2 alone allows")[3] == "**0.5**", "20 of the 40 that two workers can do"
    assert line(page, "conversation page")[2:] == ["at most 20 ms", "–", "not measured"]
    assert all(goal.title in page for goal in GOALS)


def test_what_went_wrong_is_told(page: str) -> None:
    assert "- limit, send.rate, round 1: lost 4" in page
    assert "- the second world: did not end (exit 1)" in page
    assert "- reference: before 1 of its measurements others used up to 55 % of the machine" in page


def test_growth_sockets_and_processes_are_shown(page: str) -> None:
    assert line(page, "list, requests/s", "Pandar Chat")[2:] == ["120", "100"]
    assert line(page, "Pandar Chat", "10,000")[2:4] == ["36", "3"]
    assert line(page, "most messages/s", "Pandar Chat")[2:] == ["1,000", "1,500", "**1.5**"]


def test_the_console_is_shown_with_what_is_to_be_reached(page: str) -> None:
    assert line(page, "everything kept")[1:] == ["120", "330", "214"]
    assert line(page, "a journey of 200 nodes", "40")[-1] == "0"
    assert "91 ms where it is new, 38 ms where it was seen before (the slowest: 77)" in page
    assert line(page, "first paint of the inbox")[-1] == "reached"
    assert line(page, "through 5,000 entries")[-1] == "**missed**"


def test_the_remarks_stand_in_it(page: str) -> None:
    assert report.REMARKS.read_text().strip() in page


def test_an_empty_run_is_a_page_too() -> None:
    assert line(report.page([]), "list tickets", "limit")[-1] == "not measured"


def test_the_page_is_written_where_it_belongs(tmp_path: Path) -> None:
    report.write(SAMPLE, tmp_path)
    assert (tmp_path / report.PAGE).read_text().startswith("# Performance")


def test_rows_of_the_limit_and_of_ours_keep_their_names() -> None:
    assert {json.loads(text).get("target") for text in SAMPLE.read_text().splitlines()} == {OURS, PEER, LIMIT, None}


# Several processes.


def test_addresses_come_in_turn_and_keep_their_distance() -> None:
    one = Spread({"ws": "ws://127.0.0.1:9820/", "http": "http://127.0.0.1:9821/", "agents": ["a"]}, 1)
    assert [one["ws"], one["http"], one["http"]] == ["ws://127.0.0.1:9820/", "http://127.0.0.1:9821/", "http://127.0.0.1:9821/"]
    two = Spread({"ws": "ws://127.0.0.1:9800/ws/v1/", "http": "http://127.0.0.1:9800/api/v1/"}, 2)
    assert [two["ws"] for _ in range(3)] == [f"ws://127.0.0.1:{port}/ws/v1/" for port in (9800, 9801, 9800)]
    assert one["agents"] == ["a"]
