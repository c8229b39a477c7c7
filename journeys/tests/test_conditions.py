"""Comparing answers, operator by operator; unlike types are never equal, never unequal and never more or less."""
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.graph.conditions import OPERATORS, holds, possible
from journeys.graph.format import DATE, GIFT_CARD, IMAGES, MULTIPLE, NUMBER, QUESTION_TYPES, SINGLE, TEXT, Graph, Node, Rule
from journeys.tests.graphs import answers_to, anything, ask, graph


def question(kind: str) -> Node:
    return Graph.of(graph(ask("q", kind))).nodes["q"]


def says(kind: str, answer: Any, operator: str, value: Any = None) -> bool:
    return holds(Rule("q", operator, value, None), question(kind), answer)


TRUE = [
    (SINGLE, "a", "equals", "a"), (SINGLE, "a", "not_equals", "b"), (SINGLE, "a", "in", ["b", "a"]), (SINGLE, "a", "contains", "a"),
    (MULTIPLE, ["a", "b"], "contains", "b"), (MULTIPLE, ["a", "b"], "equals", ["b", "a"]), (MULTIPLE, ["a"], "not_equals", ["b"]),
    (MULTIPLE, ["a", "b"], "in", [["a"], ["a", "b"]]),
    (TEXT, "my refund", "contains", "refund"), (TEXT, "x", "equals", "x"), (TEXT, "x", "not_equals", "y"), (TEXT, "x", "in", ["x", 1]),
    (NUMBER, 5, "equals", 5.0), (NUMBER, 5, "greater_than", 4.9), (NUMBER, 5, "less_than", 6), (NUMBER, 5, "in", [1, 5]),
    (NUMBER, 5, "not_equals", 6), (NUMBER, 0, "answered", None),
    (DATE, "2026-03-01", "greater_than", "2026-02-28"), (DATE, "2026-03-01", "less_than", "2026-10-01"),
    (DATE, "2026-03-01", "equals", "2026-03-01"), (DATE, "2026-03-01", "in", ["2026-03-01"]),
    *[(kind, "x", "answered", None) for kind in QUESTION_TYPES], *[(kind, None, "not_answered", None) for kind in QUESTION_TYPES],
]
FALSE = [
    (SINGLE, "a", "equals", "b"), (SINGLE, "a", "not_equals", "a"), (SINGLE, "a", "in", "abc"), (SINGLE, "a", "in", ["b"]),
    (MULTIPLE, ["a"], "contains", "b"), (MULTIPLE, ["a", "b"], "equals", ["a"]), (MULTIPLE, ["a"], "in", ["a"]),
    (TEXT, "Refund", "contains", "refund"), (NUMBER, 5, "greater_than", 5), (NUMBER, 5, "less_than", 5),
    (DATE, "2026-03-01", "greater_than", "2026-03-01"), (DATE, "2026-03-01", "less_than", "2026-02-30"),
    # unlike types
    (SINGLE, "1", "equals", 1), (SINGLE, "1", "not_equals", 1), (TEXT, "5", "greater_than", 4), (TEXT, "b", "greater_than", "a"),
    (NUMBER, 5, "equals", "5"), (NUMBER, 5, "not_equals", "6"), (NUMBER, 1, "equals", True), (NUMBER, 5, "contains", "5"),
    (NUMBER, 5, "less_than", "6"), (NUMBER, 5, "in", 5), (DATE, "2026-03-01", "not_equals", "soon"),
    (DATE, "2026-03-01", "less_than", 3000),
    (MULTIPLE, ["a"], "not_equals", "b"), (MULTIPLE, ["a"], "contains", ["a"]), (MULTIPLE, ["a"], "equals", "a"),
    (IMAGES, ["x"], "contains", "x"), (IMAGES, ["x"], "not_equals", "y"), (GIFT_CARD, {"brand": "x"}, "contains", "brand"),
    # nothing was answered
    *[(SINGLE, None, operator, value) for operator in OPERATORS[:6] for value in ("a", None, ["a"], 1)],
    *[(kind, None, "answered", None) for kind in QUESTION_TYPES], (SINGLE, "a", "not_answered", None), (SINGLE, "a", "like", "a"),
]


@pytest.mark.parametrize("given", TRUE, ids=str)
def test_what_is_true(given: Any) -> None:
    assert says(*given)


@pytest.mark.parametrize("given", FALSE, ids=str)
def test_what_is_false(given: Any) -> None:
    assert not says(*given)


def test_of_what_is_no_question_nothing_is_true() -> None:
    assert not any(holds(Rule("q", operator, "a", None), None, None) for operator in OPERATORS)


@given(st.sampled_from(QUESTION_TYPES), anything, st.sampled_from(OPERATORS) | st.text(max_size=3), anything)
def test_no_input_makes_it_fail(kind: str, answer: Any, operator: str, value: Any) -> None:
    assert says(kind, answer, operator, value) in (True, False)
    assert possible(Rule("q", operator, value, None), question(kind)) in (True, False)


OPERANDS = anything | st.sampled_from(["a", "b", "yes", 1, ["a"], "2026-01-01"])


@given(st.sampled_from(QUESTION_TYPES), st.sampled_from(OPERATORS), OPERANDS, st.data())
def test_what_is_said_to_be_impossible_never_holds(kind: str, operator: str, value: Any, draw: Any) -> None:
    rule = Rule("q", operator, value, None)
    if not possible(rule, question(kind)):
        assert not holds(rule, question(kind), draw.draw(answers_to(kind) | st.none()))


@given(st.sampled_from([SINGLE, TEXT, NUMBER, DATE]), st.data())
def test_equal_and_unequal_exclude_each_other(kind: str, draw: Any) -> None:
    left, right = draw.draw(answers_to(kind)), draw.draw(answers_to(kind))
    assert says(kind, left, "equals", right) != says(kind, left, "not_equals", right)
