"""What is an answer to which question, and how it is stored."""
from typing import Any

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from journeys.graph import patterns
from journeys.graph.answers import Refused, accept, of_key
from journeys.graph.format import DATE, GIFT_CARD, IMAGES, MULTIPLE, NUMBER, QUESTION_TYPES, SINGLE, TEXT, Graph, Node
from journeys.graph.walking import Journey
from journeys.tests.graphs import UPLOADS, answers_to, anything, ask, end, graph

Members = dict[str, Any]


def question(kind: str, **members: Any) -> Node:
    return Graph.of(graph(ask("q", kind, **members))).nodes["q"]


CARD = {"brand": "Steam", "country": "US", "amount": "50"}
TAKEN: list[tuple[str, Members, Any, Any]] = [
    (SINGLE, {}, "a", "a"),
    (MULTIPLE, {}, ["c", "a"], ["a", "c"]),
    (MULTIPLE, {}, ["a", "a"], ["a"]),
    (MULTIPLE, {"min": 2, "max": 2}, ["a", "b"], ["a", "b"]),
    (TEXT, {}, "  two\nlines ", "two\nlines"),
    (TEXT, {"minLength": 3, "maxLength": 3}, "äöü", "äöü"),
    (TEXT, {"pattern": r"\d{4}"}, "1234", "1234"),
    (TEXT, {}, "x" * 10_000, "x" * 10_000),
    (NUMBER, {}, 5, 5),
    (NUMBER, {}, 5.0, 5),
    (NUMBER, {"min": 2.5, "max": 3}, 2.5, 2.5),
    (NUMBER, {}, -1_000_000, -1_000_000),
    (DATE, {}, "2024-02-29", "2024-02-29"),
    (DATE, {"min": "2026-01-01", "max": "2026-01-01"}, "2026-01-01", "2026-01-01"),
    (IMAGES, {}, UPLOADS[:2], UPLOADS[:2]),
    (IMAGES, {}, [UPLOADS[0].upper()], UPLOADS[:1]),
    (IMAGES, {"maxFiles": 1}, UPLOADS[:1], UPLOADS[:1]),
    (GIFT_CARD, {}, CARD, CARD),
    (GIFT_CARD, {}, {**CARD, "country": " us ", "amount": 25.5}, {**CARD, "amount": "25.5"}),
    (GIFT_CARD, {}, {**CARD, "brand": "7-Eleven", "amount": 100.0}, {**CARD, "brand": "7-Eleven", "amount": "100"}),
    (GIFT_CARD, {}, {**CARD, "brand": "Löwe’s & Söhne"}, {**CARD, "brand": "Löwe’s & Söhne"}),
]
REFUSED: list[tuple[str, Members, Any]] = [
    *[(kind, {}, value) for kind in QUESTION_TYPES for value in (None, "", "  ", [], {}, True, {"x": 1}, [None], [["a"]])],
    (SINGLE, {}, "d"), (SINGLE, {}, ["a"]), (SINGLE, {}, "A"),
    (MULTIPLE, {}, "a"), (MULTIPLE, {}, ["a", "d"]), (MULTIPLE, {"min": 2}, ["a"]), (MULTIPLE, {"max": 1}, ["a", "b"]),
    (TEXT, {}, 5), (TEXT, {"minLength": 3}, " ab "), (TEXT, {"maxLength": 3}, "abcd"), (TEXT, {}, "x" * 10_001),
    (TEXT, {"maxLength": 100_000}, "x" * 10_001), (TEXT, {"pattern": r"\d{4}"}, "12345"), (TEXT, {"pattern": "("}, "("),
    (TEXT, {}, "a\0b"), (TEXT, {}, "a\x1bb"),
    (NUMBER, {}, "5"), (NUMBER, {"min": 2}, 1), (NUMBER, {"max": 2}, 2.01), (NUMBER, {}, float("nan")), (NUMBER, {}, float("inf")),
    (NUMBER, {}, 10**400), (NUMBER, {}, 1e16),
    (DATE, {}, "2026-02-30"), (DATE, {}, "20260101"), (DATE, {}, "2026-W01-1"), (DATE, {}, "1.2.2026"), (DATE, {}, 20260101),
    (DATE, {}, "2026-01-01T00:00:00"), (DATE, {"min": "2026-01-02"}, "2026-01-01"), (DATE, {"max": "2025-12-31"}, "2026-01-01"),
    (IMAGES, {}, UPLOADS[0]), (IMAGES, {}, ["x"]), (IMAGES, {}, UPLOADS[:1] * 2), (IMAGES, {"maxFiles": 1}, UPLOADS[:2]),
    (IMAGES, {}, [f"01939c1e-0000-7000-8000-0000000000{n}" for n in range(10, 21)]),
    (GIFT_CARD, {}, "Steam"), (GIFT_CARD, {}, {**CARD, "code": "ABCD-EFGH"}), (GIFT_CARD, {}, {**CARD, "photo": UPLOADS[0]}),
    (GIFT_CARD, {}, {"brand": "Steam", "country": "US"}), (GIFT_CARD, {}, {**CARD, "brand": "6006 4912 3456 7890"}),
    (GIFT_CARD, {}, {**CARD, "brand": "AQ7X2-9KLM4-PP81"}), (GIFT_CARD, {}, {**CARD, "country": "USA"}),
    (GIFT_CARD, {}, {**CARD, "amount": 0}), (GIFT_CARD, {}, {**CARD, "amount": -5}), (GIFT_CARD, {}, {**CARD, "amount": "25.505"}),
    (GIFT_CARD, {}, {**CARD, "amount": 1e30}), (GIFT_CARD, {}, {**CARD, "amount": "1e3"}), (GIFT_CARD, {}, {**CARD, "amount": True}),
    (GIFT_CARD, {}, {**CARD, "amount": 10**5000}), (MULTIPLE, {"min": 2, "max": 10**5000}, ["a"]), (MULTIPLE, {}, ["a"] * 201),
]


@pytest.mark.parametrize(("kind", "validation", "value", "stored"), TAKEN)
def test_what_is_an_answer(kind: str, validation: Members, value: Any, stored: Any) -> None:
    found = accept(question(kind, validation=validation), value)
    assert (found, type(found)) == (stored, type(stored))
    assert accept(question(kind, validation=validation), found) == found


@pytest.mark.parametrize(("kind", "validation", "value"), REFUSED)
def test_what_is_none_is_refused_with_a_reason_that_does_not_repeat_it(kind: str, validation: Members, value: Any) -> None:
    with pytest.raises(Refused) as refusal:
        accept(question(kind, validation=validation), value)
    assert str(refusal.value)
    assert not (isinstance(value, dict) and value.get("brand", "") != "Steam" and str(value.get("brand", "?")) in str(refusal.value))


def test_compiled_patterns_are_kept_within_a_bound_of_memory() -> None:
    for number in range(200):
        patterns.compiled(f"{number}(a+)+b")
    assert patterns.compiled.cache_info().currsize * patterns.MEMORY <= patterns.MOST_MEMORY
    assert re2._Regexp._make.cache_info().currsize == 0, "by the library's own cache neither"


@pytest.mark.parametrize("kind", QUESTION_TYPES)
@pytest.mark.parametrize("nothing", [None, "", "  ", []])
def test_an_optional_question_can_be_skipped(kind: str, nothing: Any) -> None:
    assert accept(question(kind, required=False), nothing) is None


VALIDATIONS = st.sampled_from(["min", "max", "minLength", "maxLength", "pattern", "maxFiles"])


@given(st.sampled_from(QUESTION_TYPES), anything, st.dictionaries(VALIDATIONS, anything))
def test_no_input_makes_it_fail(kind: str, value: Any, validation: Any) -> None:
    asked = question(kind, validation=validation)
    try:
        stored = accept(asked, value)
    except Refused:
        return
    assert accept(asked, stored) == stored


@given(st.sampled_from(QUESTION_TYPES), st.data())
def test_generated_answers_are_answers(kind: str, draw: Any) -> None:
    """Otherwise the properties of runs would be of nothing."""
    value = draw.draw(answers_to(kind))
    assert accept(question(kind), value) is not None


@pytest.mark.parametrize(("kind", "key", "answer"), [
    (SINGLE, "a", "a"), (SINGLE, "d", None), (NUMBER, "5", 5), (NUMBER, "5.0", 5), (NUMBER, "x", None), (NUMBER, "nan", None),
    (TEXT, "yes", "yes"), (TEXT, " yes", None), (DATE, "2026-01-01", "2026-01-01"), (DATE, "2026-1-1", None), (IMAGES, "x", None)])
def test_a_key_of_the_map_stands_for_an_answer(kind: str, key: str, answer: Any) -> None:
    assert of_key(question(kind), key) == answer


def test_what_an_end_sells_is_checked_when_it_is_answered() -> None:
    submission = {"brand": "brand", "country": "country", "amount": "amount"}
    asked = Journey(Graph.of(graph(ask("brand", nextNode="country"), ask("country", nextNode="amount"),
                                   ask("amount", NUMBER, nextNode="end"), end("end", "sell_gift_card", submission=submission))))
    assert asked.accept("brand", "Steam") == "Steam"
    for node, value in (("brand", "6006 4912 3456 7890"), ("country", "America"), ("amount", 1.234), ("end", "x"), ("nowhere", "x")):
        with pytest.raises(Refused):
            asked.accept(node, value)


def test_a_pattern_that_would_backtrack_for_ever_answers_at_once() -> None:
    """Python's own engine needs 2^n steps for this; a run of it would be cut off by the time limit of the suite."""
    with pytest.raises(Refused):
        accept(question(TEXT, validation={"pattern": "(a|aa)+(a|aa)+$x|(a+)+b"}), "a" * 9_999)
