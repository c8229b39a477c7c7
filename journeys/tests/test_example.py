"""The example of the format loads as it is, and leads where it says."""
import json
from pathlib import Path

import pytest

from journeys.graph.checking import problems
from journeys.graph.format import Graph
from journeys.graph.schema import VALIDATOR
from journeys.graph.walking import Journey
from journeys.tests.graphs import FILE, UPLOADS, example

SHARED = Path(__file__).parents[3] / "shared" / "vectors" / "journey-example.json"


def test_it_has_no_problems_and_fits_the_schema() -> None:
    assert problems(example()) == []
    VALIDATOR.validate(example())


@pytest.mark.skipif(not SHARED.exists(), reason="the shared folder is not beside this tree")
def test_ours_is_the_shared_one() -> None:
    assert FILE.read_bytes() == SHARED.read_bytes()
    assert problems(json.loads(SHARED.read_text())) == []


WAYS = [
    ([("node-1", "other"), ("node-3", "It never came.")], ["node-1", "node-3"], "end-normal"),
    ([("node-1", "order_issue"), ("node-2", ["late"]), ("node-3", "It never came.")], ["node-1", "node-2", "node-3"], "end-normal"),
    ([("node-1", "order_issue"), ("node-2", ["missing"]), ("node-3", "It never came.")], ["node-1", "node-2", "node-3"], "end-urgent"),
    ([("node-1", "order_issue"), ("node-2", ["missing", "damaged"]), ("node-5", UPLOADS[:2]), ("node-3", "It never came.")],
     ["node-1", "node-2", "node-5", "node-3"], "end-urgent"),
    ([("node-1", "sell_gift_card"), ("node-4", {"brand": "Steam", "country": "us", "amount": 50})], ["node-1", "node-4"], "end-card"),
]


@pytest.mark.parametrize(("given", "asked", "ending"), WAYS)
def test_every_way_through_it(given: list[tuple[str, object]], asked: list[str], ending: str) -> None:
    journey = Journey(Graph.of(example()))
    state, seen, progress = journey.begin(), [], [0.0]
    for key, value in given:
        assert state.node == key
        seen.append(key)
        state = journey.answered(state, key, journey.accept(key, value))
        progress.append(journey.progress(state))
    assert (seen, state.node, list(state.answers)) == (asked, ending, asked)
    assert progress == sorted(progress)
    assert progress[-1] == 1
