"""Every problem of a graph is found, with its node, all of them at once; and nothing is found where nothing is wrong."""
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.graph import checking, structure
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


def options(*labels: str) -> list[dict[str, str]]:
    return [{"label": label, "value": f"v{number}"} for number, label in enumerate(labels)]


SILENT = [say("one", "c"), choose("c", [("q", "equals", "x", "end")], "two"), say("two", "one")]
WRONG: list[tuple[Any, set[tuple[str | None, str]]]] = [
    (None, {(None, "malformed")}),
    ([], {(None, "malformed")}),
    ({}, {(None, "missing")}),
    ({"startNode": "q", "nodes": {}}, {(None, "missing"), (None, "no_start")}),
    (graph(end(), start="nowhere"), {(None, "no_start")}),
    ({"startNode": "end\n", "nodes": {"end\n": end("end\n")}}, {(None, "malformed"), ("end\n", "malformed")}),
    ({"startNode": "a b", "nodes": {"a b": end("a b")}}, {(None, "malformed"), ("a b", "malformed")}),
    (graph({**end(), "type": "poem"}), {("end", "malformed"), ("end", "no_end")}),
    ({"startNode": "end", "nodes": {"end": end("other")}}, {("end", "id_differs")}),
    ({"startNode": "end", "nodes": {"end": {"type": "end", "action": "none"}}}, {("end", "id_differs"), ("end", "missing")}),
    (graph(ask("q", nextNode="gone"), end()), {("q", "unknown_target"), ("q", "no_end"), ("end", "unreachable")}),
    (graph(ask("q", SINGLE, nextNodeMap={"a": "gone"}, nextNode="end"), end()), {("q", "unknown_target")}),
    (graph(choose("c", [("c", "answered", None, "gone")], "end"), end()), {("c", "unknown_target"), ("c", "compares_nothing")}),
    (graph(ask("q"), end()), {("q", "leads_nowhere"), ("q", "no_end"), ("end", "unreachable")}),
    (graph(ask("q", SINGLE, nextNodeMap={"a": "end", "b": "end"}), end()), {("q", "option_leads_nowhere")}),
    (graph(ask("q", SINGLE, required=False, nextNodeMap={"a": "end", "b": "end", "c": "end"}), end()), {("q", "leads_nowhere")}),
    (graph(ask("q", SINGLE, nextNode="end", options=[{"label": "A", "value": "a"}] * 2), end()), {
        ("q", "option_twice"), ("q", "label_twice")}),
    (graph(ask("q", SINGLE, nextNode="end", options=options("Yes", " yES")), end()), {("q", "label_twice")}),
    (graph(ask("q", SINGLE, nextNode="end", options=options("Oui", "Ou i", "Où")), end()), set()),
    (graph(ask("q", SINGLE, nextNode="end", options=options("A", " ")), end()), {("q", "missing")}),
    (graph(ask("q", SINGLE, nextNode="end", options=[]), end()), {("q", "missing")}),
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
    (graph(ask("q", nextNode="end"), end(action="create_ticket")), {("end", "missing")}),
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
    assert found(data) == {("q", "malformed"), ("q", "label_twice"), ("c", "malformed")}
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


LONG = {"a" * 190 + str(number): "end" for number in range(150)}
LABORIOUS = [
    (graph(ask("q", nextNode="end", validation={"pattern": "((a|b){1,100}){1,9}"}, nextNodeMap=LONG), end()), "MOST_TRIED", 30_000),
    (graph(*[ask(f"q{number}", nextNode=f"q{number + 1}", validation={"pattern": f"a{number}"}) for number in range(9)], end("q9")),
     "MOST_PATTERNS", 9),
    (graph(BRAND, COUNTRY, AMOUNT, MAPPED), "MOST_AROUND", 12),
]


@pytest.mark.parametrize(("data", "bound", "least"), LABORIOUS)
def test_what_would_take_long_is_not_looked_at(data: Any, bound: str, least: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, bound, least)
    assert found(data) == set()
    monkeypatch.setattr(checking, bound, least - 1 if bound != "MOST_TRIED" else 20_000)
    assert [problem.code for problem in problems(data)] == ["too_much"]


def test_sales_are_looked_for_once_around_the_same_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many ends as there may be, all of one card."""
    walks: list[Any] = []
    reached = structure.reached

    def noted(*given: Any) -> set[str]:
        walks.append(given)
        return reached(*given)

    monkeypatch.setattr(structure, "reached", noted)
    ends = {str(number): f"end{number}" for number in range(40)}
    selling = [end(to, "sell_gift_card") for to in ends.values()]
    data = graph({**CARD, "nextNode": "q"}, ask("q", NUMBER, nextNodeMap=ends, nextNode="end0"), *selling)
    assert found(data) == set()
    assert sum(walk[2:] == ({"card"},) for walk in walks) == 1


def test_problems_of_one_question_are_told_apart() -> None:
    """Each by what it is about: as many sentences as problems, each in a place of its own."""
    data = graph(ask("q", SINGLE, options=options("Yes", "No", "yes", "YES"), question="{{x}} {{y}}?"), end())
    found = [(problem.member, problem.message) for problem in problems(data) if problem.node == "q" and problem.code != "no_end"]
    assert found == [
        ("options.2.label", "Options 1 and 3 are called yes."), ("options.3.label", "Options 1 and 4 are called YES."),
        *((f"nextNodeMap.v{number}", f"The option {label} leads nowhere.") for number, label in enumerate(["Yes", "No", "yes", "YES"])),
        ("question", "{{x}}, {{y}} inserts an answer, and that is no question.")]


def test_what_is_not_there_is_missing_and_what_is_otherwise_is_malformed() -> None:
    data = graph(ask("q", SINGLE, options=[], question=" ", nextNode="end"), {"id": "m", "type": "message"},
                 end(action="create_ticket", ticket={"subject": 7}))
    assert {(problem.node, problem.code, problem.member, problem.message) for problem in problems(data) if "m" in problem.code[0]} == {
        ("q", "missing", "options", "options needs 1 or more."), ("q", "missing", "question", "question must not be blank."),
        ("m", "missing", "message", "message is missing."), ("m", "missing", "nextNode", "nextNode is missing."),
        ("end", "malformed", "ticket.subject", "ticket.subject must be of the type string.")}


def test_what_was_given_is_not_repeated_in_what_is_said_of_it() -> None:
    data = example()
    data["nodes"]["node-1"]["options"] = "secret" * 100
    assert all("secret" not in problem.message for problem in problems(data))


@given(anything | damaged())
def test_no_input_makes_it_fail(data: Any) -> None:
    found = problems(data)
    assert all(problem.message and problem.level in (ERROR, WARNING) for problem in found)
    assert len({(problem.node, problem.code, problem.member) for problem in found}) == len(found)


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
