"""Walking: the next question, going back, changing an answer; and what holds for every graph and every answer."""
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from journeys.graph import conditions, structure
from journeys.graph.answers import acceptable
from journeys.graph.format import END, MESSAGE, MULTIPLE, NUMBER, QUESTION, SINGLE, Graph, Rule
from journeys.graph.walking import Journey, State
from journeys.tests.graphs import UPLOADS, answers_to, anything, ask, choose, damaged, end, example, graph, plausible, say, sound


def journey(*nodes: dict[str, Any]) -> Journey:
    return Journey(Graph.of(graph(*nodes)))


def walked(walk: Journey, *given: tuple[str, Any]) -> State:
    state = walk.begin()
    for node, value in given:
        state = walk.answered(state, node, value)
    return state


FORK = [ask("q", SINGLE, nextNodeMap={"a": "left", "b": "right"}, nextNode="both"), ask("left", nextNode="both"),
        ask("right", nextNode="both"), ask("both", nextNode="end"), end()]


def test_messages_are_passed_and_told_with_the_next_question() -> None:
    walk = journey(say("hello", "there"), say("there", "q"), ask("q", nextNode="bye"), say("bye", "end"), end())
    assert (walk.begin().node, walk.begin().messages) == ("q", ("hello", "there"))
    assert (walked(walk, ("q", "x")).node, walked(walk, ("q", "x")).messages) == ("end", ("bye",))


@pytest.mark.parametrize(("chosen", "to"), [(["c", "b"], "right"), (["b", "a"], "left"), (["c"], "both"), (None, "both")])
def test_of_several_the_first_that_is_mapped_decides_in_the_order_of_the_options(chosen: Any, to: str) -> None:
    first = {**FORK[0], "questionType": MULTIPLE, "required": False}
    assert walked(journey(first, *FORK[1:]), ("q", chosen)).node == to


@pytest.mark.parametrize(("value", "to"), [(5, "five"), (5.0, "five"), (5.5, "end"), (None, "end")])
def test_numbers_are_mapped_by_what_they_are(value: Any, to: str) -> None:
    walk = journey(ask("q", NUMBER, nextNodeMap={"5": "five"}, nextNode="end", required=False), ask("five", nextNode="end"), end())
    assert walked(walk, ("q", value)).node == to


def test_going_back_keeps_the_answer_and_changing_nothing_keeps_the_others() -> None:
    walk = journey(*FORK)
    there = walked(walk, ("q", "a"), ("left", "l"))
    once = walk.back(there)
    twice = walk.back(once)
    assert (once.node, once.answers, once.kept) == ("left", {"q": "a"}, {"left": "l"})
    assert (twice.node, twice.answers, twice.kept) == ("q", {}, {"q": "a", "left": "l"})
    assert walk.back(twice) == twice
    again = walk.answered(twice, "q", "a")
    assert (again.node, again.kept) == ("left", {"left": "l"})
    assert walk.answered(again, "left", "l") == there


def test_a_changed_answer_drops_what_is_no_longer_on_the_path_for_good() -> None:
    walk = journey(*FORK)
    there = walked(walk, ("q", "a"), ("left", "l"), ("both", "x"))
    assert there.node == "end"
    changed = walk.answered(there, "q", "b")
    assert (changed.node, changed.answers, changed.kept) == ("right", {"q": "b"}, {"both": "x"})
    returned = walk.answered(changed, "q", "a")
    assert (returned.node, returned.answers, returned.kept) == ("left", {"q": "a"}, {"both": "x"})


def test_a_loop_leads_back_to_the_question_as_going_back_does() -> None:
    walk = journey(ask("name", nextNode="right"), ask("right", SINGLE, nextNodeMap={"a": "end"}, nextNode="name"), end())
    again = walked(walk, ("name", "x"), ("right", "b"))
    assert (again.node, again.answers, again.kept) == ("name", {}, {"name": "x", "right": "b"})
    assert walked(walk, ("name", "x"), ("right", "b"), ("name", "y"), ("right", "a")).answers == {"name": "y", "right": "a"}


def test_a_condition_sees_the_answers_on_the_path_alone() -> None:
    asked = choose("c", [("left", "answered", None, "end")], "both")
    walk = journey({**FORK[0], "nextNodeMap": {"a": "left", "b": "c"}}, {**FORK[1], "nextNode": "c"}, asked, *FORK[3:])
    assert walked(walk, ("q", "a"), ("left", "l")).node == "end"
    assert walk.answered(walked(walk, ("q", "a"), ("left", "l")), "q", "b").node == "both"


def test_rules_are_tried_in_their_order() -> None:
    rules = [("q", "equals", "x", "one"), ("q", "answered", None, "two")]
    walk = journey(ask("q", nextNode="c"), choose("c", rules, "end"), end("one"), end("two"), end())
    assert [walked(walk, ("q", value)).node for value in ("x", "y", None)] == ["one", "two", "end"]


def test_a_step_looks_at_the_rules_ahead_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    holds = conditions.holds

    def noted(rule: Rule, *given: Any) -> bool:
        compared.append(rule.node)
        return holds(rule, *given)

    monkeypatch.setattr(conditions, "holds", noted)
    nodes = [node for place in range(50) for node in (ask(f"q{place}", nextNode=f"c{place}"),
                                                      choose(f"c{place}", [(f"q{place}", "equals", "x", "end")], f"q{place + 1}"))]
    state = walked(journey(*nodes, ask("q50", nextNode="end"), end()), *((f"q{place}", "y") for place in range(50)))
    assert (state.node, len(compared)) == ("q50", 50)


def test_a_graph_that_leads_nowhere_leads_to_nothing() -> None:
    for broken in (graph(say("a", "b"), say("b", "a")), graph(ask("a", nextNode="gone")), {}, {"startNode": "x"}):
        walk = Journey(Graph.of(broken))
        state = walk.answered(walk.begin(), "a", "x")
        assert state.node is None or not state.answers
        assert walk.progress(state) == 0
        assert walk.back(state).node in (None, "a")


def test_progress_is_of_the_longest_way_left() -> None:
    walk = journey(*FORK)
    assert [walk.progress(state) for state in (walk.begin(), walked(walk, ("q", "a")), walked(walk, ("q", "c")),
                                               walked(walk, ("q", "c"), ("both", "x")))] == [0, 0.333, 0.5, 1]


# For every graph.


@given(damaged() | plausible(), st.dictionaries(st.sampled_from([f"n{number}" for number in range(6)]), anything, max_size=6),
       st.lists(st.tuples(st.sampled_from(["n0", "n1", "n2", "x"]), anything), max_size=4))
def test_no_input_makes_it_fail(data: Any, answers: Any, steps: Any) -> None:
    walk = Journey(Graph.of(data))
    for state in (walk.begin(), walk.walk(answers), walk.walk(answers, answers)):
        at = state
        for node, value in steps:
            at = walk.back(walk.answered(at, node, value))
            assert 0 <= walk.progress(at) <= 1


def as_drawn(draw: Any, walk: Journey, state: State) -> Any:
    question = walk.graph.question(state.node)
    assert question is not None
    value = draw(answers_to(question.type, structure.least_chosen(question)) if question.required or draw(st.booleans()) else st.none())
    return walk.accept(question.id, value)


@settings(max_examples=300)
@given(sound(), st.data())
def test_a_graph_without_errors_always_has_a_next_question_or_an_end(data: Any, draw: Any) -> None:
    walk = Journey(Graph.of(data))
    state = walk.begin()
    for _ in range(12):
        assert state.node is not None
        kind = walk.graph.nodes[state.node].kind
        assert kind in (QUESTION, END)
        if kind == END:
            return
        before, after = state, walk.answered(state, state.node, as_drawn(draw.draw, walk, state))
        assert after.node in structure.reached(walk.ways, [str(before.node)]), "what is a way is what an answer takes"
        state = after


@settings(max_examples=300)
@given(sound((QUESTION, MESSAGE)))  # the rules of conditions may contradict each other
def test_an_end_can_be_reached_from_wherever_one_stands(data: Any) -> None:
    """Not by the graph's arrows: by answers, tried out."""
    walk = Journey(Graph.of(data))
    waiting, leads = [walk.begin()], dict[str, set[str | None]]()
    while waiting:
        state = waiting.pop()
        question = walk.graph.question(state.node)
        if question is not None and question.id not in leads:
            values = [value for value in (*EVERY[question.type], None) if acceptable(question, value)]
            after = [walk.answered(State(question.id, dict(state.answers)), question.id, value) for value in values]
            leads[question.id] = {state.node for state in after}
            waiting += after
    arriving: set[str | None] = {"end"}
    for _ in leads:
        arriving |= {key for key, nodes in leads.items() if nodes & arriving}
    assert arriving == {*leads, "end"}


EVERY: dict[str, list[Any]] = {
    SINGLE: ["a", "b", "c"], MULTIPLE: [list(chosen) for many in (1, 2, 3) for chosen in combinations("abc", many)],
    "text": ["a", "b", "c", "1", "yes", "?"], NUMBER: [1, 7], "date": ["2026-03-01"], "image_upload": [UPLOADS[:1]],
    "gift_card": [{"brand": "Steam", "country": "US", "amount": "50"}]}


class Runs(RuleBasedStateMachine):
    """A run that answers, changes its mind and goes back, beside the plainest model of it: a list of answers."""

    @initialize(data=st.just(example()) | plausible())
    def begin(self, data: Any) -> None:
        self.walk = Journey(Graph.of(data))
        self.state = self.walk.begin()
        self.model: list[tuple[str, Any]] = []

    def at_question(self) -> bool:
        return self.walk.graph.question(self.state.node) is not None

    @precondition(lambda self: self.at_question())
    @rule(draw=st.data())
    def answer(self, draw: Any) -> None:
        node = self.state.node
        assert node is not None
        question = self.walk.graph.question(node)
        assert question is not None
        value = draw.draw(EXAMPLES.get(node, st.nothing()) if question.text != f"{node}?"
                          else answers_to(question.type, structure.least_chosen(question)))
        before = self.walk.progress(self.state)
        self.state = self.walk.answered(self.state, node, value)
        self.model.append((node, value))
        looped = [key for key, _ in self.model].index(self.state.node) if self.state.node in dict(self.model) else None
        if looped is None:
            assert self.state.node is None or self.walk.progress(self.state) >= before
        else:
            self.model = self.model[:looped]

    @precondition(lambda self: bool(self.state.answers))
    @rule(draw=st.data())
    def change_an_earlier_answer(self, draw: Any) -> None:
        place = draw.draw(st.integers(0, len(self.model) - 1))
        node, value = self.model[place]
        if draw.draw(st.booleans()):
            self.state = self.walk.answered(self.state, node, value)
            self.model = self.model[: place + 1]
        else:
            for _ in range(len(self.model) - place):
                self.state = self.walk.back(self.state)
            self.model = self.model[:place]
            assert (self.state.node, self.state.kept[node]) == (node, value)

    @rule()
    def stand_there_again(self) -> None:
        """What is stored is enough to stand at the same place."""
        assert self.walk.walk(dict(self.state.answers), self.state.kept) == self.state

    @invariant()
    def the_answers_are_those_on_the_path(self) -> None:
        if not hasattr(self, "walk"):
            return
        assert list(self.state.answers.items()) == self.model
        assert not set(self.state.kept) & set(self.state.answers)
        ahead = structure.reached(self.walk.ways, [self.state.node] if self.state.node else [])
        assert set(self.state.kept) <= ahead


EXAMPLES: dict[str, Any] = {
    "node-1": st.sampled_from(["order_issue", "sell_gift_card", "other"]),
    "node-2": st.lists(st.sampled_from(["late", "damaged", "missing"]), min_size=1, unique=True), "node-3": st.just("It never came."),
    "node-4": st.just({"brand": "Steam", "country": "US", "amount": "50"}), "node-5": st.just(["x"])}
TestRuns = Runs.TestCase
TestRuns.settings = settings(max_examples=100, stateful_step_count=20)
