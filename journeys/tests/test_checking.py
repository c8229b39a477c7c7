"""Every problem of a graph is found, with its node, all of them at once; and nothing is found where nothing is wrong."""
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.graph import checking
from journeys.graph.checking import ERROR, WARNING, problems
from journeys.graph.format import IMAGES, MOST_OPERANDS, MULTIPLE, NUMBER, SINGLE, rules_of
from journeys.tests.graphs import anything, ask, choose, damaged, end, example, graph, plausible, say


def found(data: Any, level: str = ERROR) -> set[tuple[str | None, str]]:
    return {(problem.node, problem.code) for problem in problems(data) if problem.level == level}


CARD = ask("card", "gift_card", nextNode="end")
BRAND, COUNTRY = ask("brand", nextNode="country"), ask("country", SINGLE, nextNode="amount", options=[
    {"label": "America", "value": "US"}])
AMOUNT = ask("amount", NUMBER, nextNode="end")
MAPPED = end("end", "sell_gift_card", submission={"brand": "brand", "country": "country", "amount": "amount"})
SOUND = [
    graph(end()),
    graph(ask("q", nextNode="end"), end()),
    graph(ask("q", SINGLE, nextNodeMap={"a": "end", "b": "end", "c": "end"}), end()),
    graph(ask("q", SINGLE, nextNodeMap={"a": "q", "b": "q"}, nextNode="end"), end()),
    graph(say("hello", "q"), ask("q", nextNode="c"), choose("c", [("q", "equals", "again", "q")], "end"), end()),
    graph(ask("q", nextNode="end", validation={"pattern": "(a+)+b", "minLength": 1, "maxLength": 9}), end()),
    graph(ask("q", "date", nextNode="end", validation={"min": "2026-01-01", "max": "2026-12-31"}), end()),
    graph(CARD, end("end", "sell_gift_card")),
    graph(BRAND, COUNTRY, AMOUNT, MAPPED),
    graph(ask("q", nextNode="end"), end(action="create_ticket", ticket={"subject": "{{q}}", "priority": "{{ q }}", "tags": ["{{q}}"]})),
]


@pytest.mark.parametrize("operator", ["in", "equals"])
def test_a_rule_compares_with_so_many_values_and_no_more(operator: str) -> None:
    def compared(values: Any) -> Any:
        return graph(ask("q", MULTIPLE, nextNode="c"), choose("c", [("q", operator, values, "end")], "end"), end())

    assert found(compared(["a"] * MOST_OPERANDS)) == set()
    for values in (["a"] * (MOST_OPERANDS + 1), [["a"] * MOST_OPERANDS, ["a"]]):
        problem, *others = [one for one in problems(compared(values)) if one.level == ERROR]
        assert (problem.node, problem.code, problem.member, others) == ("c", "too_many_values", "rules.0.value", [])
        assert str(MOST_OPERANDS) in problem.message


def test_values_beyond_that_are_not_even_read() -> None:
    def first(value: Any) -> Any:
        return rules_of([{"node": "q", "operator": "in", "value": value, "nextNode": "end"}])[0].value

    assert first(["a"] * 5_000) == ["a"] * MOST_OPERANDS
    assert sum(map(len, first([["a"] * 5_000] * 5_000))) <= MOST_OPERANDS
    assert (first("a" * 5_000), first(None), first([["a", "b"], "c"])) == ("a" * 5_000, None, [["a", "b"], "c"])


@pytest.mark.parametrize("data", SOUND)
def test_a_sound_graph_has_no_problems(data: Any) -> None:
    assert problems(data) == []


SILENT = [say("one", "c"), choose("c", [("q", "equals", "x", "end")], "two"), say("two", "one")]
WRONG: list[tuple[Any, set[tuple[str | None, str]]]] = [
    (None, {(None, "malformed")}),
    ([], {(None, "malformed")}),
    ({}, {(None, "malformed")}),
    ({"startNode": "q", "nodes": {}}, {(None, "malformed"), (None, "no_start")}),
    (graph(end(), start="nowhere"), {(None, "no_start")}),
    ({"startNode": "end\n", "nodes": {"end\n": end("end\n")}}, {(None, "malformed"), ("end\n", "malformed")}),
    ({"startNode": "a b", "nodes": {"a b": end("a b")}}, {(None, "malformed"), ("a b", "malformed")}),
    (graph({**end(), "type": "poem"}), {("end", "malformed"), ("end", "no_end")}),
    ({"startNode": "end", "nodes": {"end": end("other")}}, {("end", "id_differs")}),
    ({"startNode": "end", "nodes": {"end": {"type": "end", "action": "none"}}}, {("end", "id_differs"), ("end", "malformed")}),
    (graph(ask("q", nextNode="gone"), end()), {("q", "unknown_target"), ("q", "no_end"), ("end", "unreachable")}),
    (graph(ask("q", SINGLE, nextNodeMap={"a": "gone"}, nextNode="end"), end()), {("q", "unknown_target")}),
    (graph(choose("c", [("c", "answered", None, "gone")], "end"), end()), {("c", "unknown_target"), ("c", "compares_nothing")}),
    (graph(ask("q"), end()), {("q", "leads_nowhere"), ("q", "no_end"), ("end", "unreachable")}),
    (graph(ask("q", SINGLE, nextNodeMap={"a": "end", "b": "end"}), end()), {("q", "option_leads_nowhere")}),
    (graph(ask("q", SINGLE, required=False, nextNodeMap={"a": "end", "b": "end", "c": "end"}), end()), {("q", "leads_nowhere")}),
    (graph(ask("q", SINGLE, nextNode="end", options=[{"label": "A", "value": "a"}] * 2), end()), {("q", "option_twice")}),
    (graph(ask("q", SINGLE, nextNode="end", options=[]), end()), {("q", "malformed"), ("q", "no_end"), ("end", "unreachable")}),
    (graph(ask("q", nextNode="end"), ask("lost", nextNode="end"), end()), {("lost", "unreachable")}),
    (graph(ask("q", nextNode="p"), ask("p", nextNode="q"), end()), {("q", "no_end"), ("p", "no_end"), ("end", "unreachable")}),
    (graph(ask("q", nextNode="one"), *SILENT, end()), {("one", "endless_circle"), ("c", "endless_circle"), ("two", "endless_circle")}),
    (graph(say("one", "one"), end()), {("one", "endless_circle"), ("one", "no_end"), ("end", "unreachable")}),
    (graph(ask("q", nextNode="end", validation={"pattern": "(a"}), end()), {("q", "bad_pattern")}),
    (graph(ask("q", nextNode="end", validation={"pattern": r"(a+)\1"}), end()), {("q", "bad_pattern")}),
    (graph(ask("q", nextNode="end", validation={"pattern": "(?=a)a"}), end()), {("q", "bad_pattern")}),
    (graph(ask("q", nextNode="end", validation={"pattern": "((a{100}){100}){100}"}), end()), {("q", "bad_pattern")}),
    (graph(ask("q", NUMBER, nextNode="end", validation={"min": 3, "max": 2}), end()), {("q", "empty_range")}),
    (graph(ask("q", NUMBER, nextNode="end", validation={"min": 1e16}), end()), {("q", "empty_range")}),
    (graph(ask("q", nextNode="end", validation={"minLength": 3, "maxLength": 2}), end()), {("q", "empty_range")}),
    (graph(ask("q", nextNode="end", validation={"maxLength": 0}), end()), {("q", "empty_range")}),
    (graph(ask("q", MULTIPLE, nextNode="end", validation={"max": 0}), end()), {("q", "empty_range")}),
    (graph(ask("q", "date", nextNode="end", validation={"min": "2026-03-02", "max": "2026-03-01"}), end()), {("q", "empty_range")}),
    (graph(ask("q", MULTIPLE, nextNode="end", validation={"min": 4}), end()), {
        ("q", "empty_range"), ("q", "no_end"), ("end", "unreachable")}),
    (graph(ask("q", "date", nextNode="end", validation={"min": "2026-02-30"}), end()), {("q", "no_date")}),
    (graph(ask("q", IMAGES, nextNode="end", validation={"maxFiles": 11}), end()), {("q", "malformed")}),
    (graph(ask("q", nextNode="end"), end(action="create_ticket")), {("end", "malformed")}),
    (graph(ask("q", nextNode="end"), end(action="create_ticket", ticket={"subject": "{{p}}"})), {("end", "inserts_nothing")}),
    (graph(ask("q", nextNode="end", help="{{end}}"), end()), {("q", "inserts_nothing")}),
    (graph(end(action="create_ticket", ticket={"subject": "x", "priority": "soon"})), {("end", "unknown_priority"), ("end", "malformed")}),
    (graph(end(action="create_ticket", ticket={"subject": "x", "tags": ["x" * 51]})), {("end", "tag_too_long")}),
    (graph(end(action="sell_gift_card")), {("end", "card_not_described")}),
    (graph({**CARD, "required": False}, end("end", "sell_gift_card")), {("end", "card_not_described")}),
    (graph(ask("q", SINGLE, nextNodeMap={"a": "card"}, nextNode="end"), CARD, end("end", "sell_gift_card")), {
        ("end", "card_not_described")}),
    (graph(ask("photo", IMAGES, nextNode="card"), CARD, end("end", "sell_gift_card")), {("photo", "photo_of_card")}),
    (graph(CARD | {"nextNode": "photo"}, ask("photo", IMAGES, nextNode="end"), end("end", "sell_gift_card")), {("photo", "photo_of_card")}),
    (graph(AMOUNT, BRAND, COUNTRY, {**MAPPED, "submission": {"amount": "brand"}}), {
        ("end", "bad_mapping"), ("end", "card_not_described"), ("brand", "unreachable"), ("country", "unreachable")}),
    (graph(BRAND, {**COUNTRY, "options": [{"label": "x", "value": "America"}]}, AMOUNT, MAPPED), {("end", "bad_mapping")}),
    (graph(CARD, end("end", "sell_gift_card", submission={"code": "card"})), {("end", "malformed"), ("end", "bad_mapping")}),
    (graph(*[say(f"n{number}", f"n{number + 1}") for number in range(500)], end("n500")), {(None, "too_many_nodes")}),
    (graph(ask("q", nextNode="end", note="x" * 1_000_001), end()), {(None, "too_large")}),
    (graph(ask("q", nextNode="end", note="\0"), end()), {(None, "not_json")}),
    (graph(ask("q", nextNode="end", note="\ud800"), end()), {(None, "not_json")}),
    (graph(ask("q", nextNode="end", note=float("nan")), end()), {(None, "not_json")}),
]


@pytest.mark.parametrize(("data", "expected"), WRONG)
def test_what_is_wrong_is_found(data: Any, expected: set[tuple[str | None, str]]) -> None:
    assert found(data) == expected


def test_a_file_that_is_nothing_of_ours_is_told_of_within_bounds() -> None:
    """What grows with the square of a megabyte would hold a process for minutes."""
    many = [{"label": "x", "value": f"v{number}"} for number in range(20_000)]
    rules = [("q", "equals", f"v{number}", "end") for number in range(3_000)]
    data = graph(ask("q", SINGLE, nextNode="c", options=many, nextNodeMap={option["value"]: "end" for option in many[9_000:]}),
                 choose("c", rules, "end"), end())
    assert found(data) == {("q", "malformed"), ("c", "malformed")}
    wrong = graph(ask("q", SINGLE, nextNode="end", options=[{"label": 7, "value": []}] * 20_000), end())
    assert len(problems(wrong)) < 1_100


DOUBTFUL = [
    (graph(ask("q", nextNode="end", requierd=False), end()), {("q", "unknown_member")}),
    (graph(ask("q", nextNode="end", validation={"max": 3}), end()), {("q", "unknown_member")}),
    (graph(ask("q", SINGLE, nextNodeMap={"d": "end"}, nextNode="end"), end()), {("q", "map_never_taken")}),
    (graph(ask("q", NUMBER, nextNodeMap={"x": "end"}, nextNode="end"), end()), {("q", "map_never_taken")}),
    (graph(ask("q", IMAGES, nextNodeMap={"x": "end"}, nextNode="end"), end()), {("q", "map_never_taken")}),
    (graph(ask("q", SINGLE, nextNodeMap={"a": "end", "b": "end", "c": "end"}, nextNode="end"), end()), {("q", "next_never_taken")}),
    (graph(ask("q", SINGLE, nextNode="c"), choose("c", [("q", "equals", "d", "end")], "end"), end()), {("c", "rule_never_true")}),
    (graph(ask("q", nextNode="c"), choose("c", [("q", "greater_than", 3, "end")], "end"), end()), {("c", "rule_never_true")}),
]


@pytest.mark.parametrize(("data", "expected"), DOUBTFUL)
def test_what_is_doubtful_is_said_and_keeps_nothing_from_being_published(data: Any, expected: set[tuple[str, str]]) -> None:
    assert (found(data, WARNING), found(data)) == (expected, set())


def test_a_way_that_no_answer_takes_leads_nowhere() -> None:
    """Otherwise a run could be caught between two questions for ever."""
    everything = {"a": "p", "b": "p", "c": "p"}
    data = graph(ask("q", SINGLE, nextNodeMap=everything, nextNode="end"), ask("p", nextNode="q"), end())
    assert found(data) == {("q", "no_end"), ("p", "no_end"), ("end", "unreachable")}
    two = graph(ask("q", MULTIPLE, nextNodeMap={"a": "q", "b": "q", "c": "end"}, nextNode="q", validation={"min": 2}), end())
    assert found(two) == {("q", "no_end"), ("end", "unreachable")}, "of two that are chosen the last one is never the first"


def test_all_problems_are_told_together_and_by_their_place() -> None:
    data = graph(ask("q", nextNode="gone", validation={"pattern": "("}), ask("p"), choose("c", [("x", "equals", 1, "y")], "z"), end("e"))
    codes = [(problem.node, problem.code) for problem in problems(data)]
    nodes = [str(node) for node, _ in codes]
    assert nodes == sorted(nodes, key=["q", "p", "c", "e"].index)
    assert {("q", "unknown_target"), ("q", "bad_pattern"), ("p", "leads_nowhere"), ("c", "compares_nothing"),
            ("c", "unknown_target"), ("e", "unreachable")} <= set(codes)


def test_a_problem_says_where_in_the_node() -> None:
    data = example()
    data["nodes"]["node-1"]["options"][1]["label"] = 7
    (problem,) = problems(data)
    assert (problem.node, problem.member, problem.message) == ("node-1", "options.1.label", "options.1.label must be of the type string.")


def test_what_was_given_is_not_repeated_in_what_is_said_of_it() -> None:
    data = example()
    data["nodes"]["node-1"]["options"] = "secret" * 100
    assert all("secret" not in problem.message for problem in problems(data))


@given(anything | damaged())
def test_no_input_makes_it_fail(data: Any) -> None:
    for problem in problems(data):
        assert problem.message
        assert problem.level in (ERROR, WARNING)


@given(plausible())
def test_problems_are_the_same_each_time_and_each_once(data: Any) -> None:
    first = problems(data)
    assert (first, len(set(first))) == (problems(data), len(first))


@given(plausible(), st.data())
def test_a_missing_target_is_always_found(data: Any, draw: Any) -> None:
    key = draw.draw(st.sampled_from(sorted(data["nodes"])))
    data["nodes"][key]["nextNode"] = "nowhere"
    assert ((key, "unknown_target") in found(data)) or data["nodes"][key]["type"] == "end"


def test_errors_are_what_keeps_it_back() -> None:
    assert [problem.code for problem in checking.errors(graph(ask("q", note=1, nextNode="gone"), end()))] != []
    assert checking.errors(graph(ask("q", note=1, nextNode="end"), end())) == []
