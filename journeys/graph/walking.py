"""Walking a journey: what comes next after which answers, back, and what becomes of answers when an earlier one changes.

A state is told by its answers alone: walking from the start with them leads to where it stands. Whoever answers goes on from there.
Whoever goes back stands at the question before, its answer and the later ones kept; so does whoever a loop leads back to a question.
What was kept is dropped as soon as its question cannot come any more.
"""
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from journeys.graph import answers, conditions, structure
from journeys.graph.format import CONDITION, END, MESSAGE, MULTIPLE, NUMBER, QUESTION, Graph, Node


@dataclass(frozen=True)
class State:
    """Where somebody stands: `node` is a question or an end, None where the graph leads nowhere. `answers` are of the questions on the
    path, in its order; `kept` of questions that may come again; `messages` are the message nodes passed since the last answer."""

    node: str | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    kept: Mapping[str, Any] = field(default_factory=dict)
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Journey:
    """A graph with what is known of all of its runs."""

    graph: Graph

    @cached_property
    def ways(self) -> structure.Ways:
        return structure.ways(self.graph)

    @cached_property
    def left(self) -> Mapping[str, int]:
        return structure.questions_left(self.graph, self.ways)

    def accept(self, node: str, value: Any) -> Any:
        """The answer to a question as it is stored. Raises Refused, also where an end could not sell the card that it describes."""
        question = self.graph.question(node)
        if question is None:
            raise answers.Refused("This is no question.")
        accepted = answers.accept(question, value)
        for name in self.fills.get(node, ()) if accepted is not None else ():
            answers.CARD[name](accepted)
        return accepted

    @cached_property
    def fills(self) -> Mapping[str, set[str]]:
        """The fields of a gift card that questions answer, by question."""
        found: dict[str, set[str]] = {}
        for node in self.graph.nodes.values():
            for name, key in node.submission.items() if node.kind == END else ():
                if name in answers.CARD:
                    found.setdefault(key, set()).add(name)
        return found

    def begin(self) -> State:
        """Before the first answer."""
        return self.walk({})

    def walk(self, given: Mapping[str, Any], kept: Mapping[str, Any] | None = None) -> State:
        """From the start, over the questions that these answers answer."""
        path: dict[str, Any] = {}
        node, messages = self.onward(self.graph.start, path)
        while node is not None and node in given and node not in path and node in self.graph.nodes and self.graph.nodes[node].asks:
            path[node] = given[node]
            node, messages = self.onward(next_of(self.graph, self.graph.nodes[node], path), path)
        return self.standing(node, path, messages, {**(kept or {}), **given})

    def behind(self, path: Mapping[str, Any], known: Mapping[str, Any]) -> State:
        """Behind the last of these answers, whose questions are a path: one hop, however long it is."""
        last = next(reversed(list(path)), None)
        node, messages = self.onward(self.graph.start if last is None else next_of(self.graph, self.graph.nodes[last], path), path)
        return self.standing(node, path, messages, {**known, **path})

    def standing(self, node: str | None, path: Mapping[str, Any], messages: tuple[str, ...], known: Mapping[str, Any]) -> State:
        """At this node, with what is `known` kept as far as it may come again; where a loop leads back, as if they had gone back."""
        if node is not None and node in path:
            order = list(path)
            return self.behind({key: path[key] for key in order[:order.index(node)]}, known)
        others = known.keys() - path.keys()
        ahead = structure.reached(self.ways, [node]) if others and node is not None else set()
        return State(node, path, {key: value for key, value in known.items() if key in ahead and key not in path}, messages)

    def onward(self, node: str | None, path: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...]]:
        """The question or end that comes, from this node on, and the messages before it."""
        messages: list[str] = []
        passed: set[str] = set()
        while (found := self.graph.nodes.get(node) if node is not None else None) is not None and found.kind in (MESSAGE, CONDITION):
            if found.id in passed:
                return None, tuple(messages)
            passed.add(found.id)
            if found.kind == MESSAGE:
                messages.append(found.id)
            node = next_of(self.graph, found, path)
        return (node if found is not None and found.kind in (QUESTION, END) else None), tuple(messages)

    def answered(self, state: State, node: str, value: Any) -> State:
        """After this answer, which `answers.accept` took, to the question that it stands at or to an earlier one on the path."""
        before = {}
        for key in state.answers:
            if key == node:
                break
            before[key] = state.answers[key]
        path, known = {**before, node: value}, {**state.kept, **state.answers}
        stood_at = self.graph.question(node) is not None and (node == state.node or node in state.answers)
        return self.behind(path, known) if stood_at else self.walk(path, known)

    def back(self, state: State) -> State:
        """Before the last answer; the same where there is none."""
        order = list(state.answers)
        return self.behind({key: state.answers[key] for key in order[:-1]}, {**state.kept, **state.answers})

    def path(self, state: State) -> list[str]:
        """The ids of all nodes on the way from the start to where it stands, messages and conditions among them."""
        path: dict[str, Any] = {}
        passed: dict[str, None] = {}
        key = self.graph.start
        while key is not None and key not in passed and (node := self.graph.nodes.get(key)) is not None:
            passed[key] = None
            if key == state.node or (node.asks and key not in state.answers):
                break
            if node.asks:
                path[key] = state.answers[key]
            key = next_of(self.graph, node, path)
        return list(passed)

    def progress(self, state: State) -> float:
        """The answered part, 0 to 1, of the longest way that is left; it never falls while one goes on."""
        if state.node is None or self.at_end(state):
            return 1.0 if self.at_end(state) else 0.0
        done = len(state.answers)
        return round(done / (done + self.left[state.node]), 3)

    def at_end(self, state: State) -> Node | None:
        """The end that was reached, if one was."""
        found = self.graph.nodes.get(state.node) if state.node is not None else None
        return found if found is not None and found.kind == END else None


def next_of(graph: Graph, node: Node, path: Mapping[str, Any]) -> str | None:
    """The id that a node leads to, after the answers so far, its own among them."""
    if node.kind == QUESTION:
        return next((node.map[key] for key in keys_of(node, path.get(node.id)) if key in node.map), node.next)
    if node.kind == CONDITION:
        holding = (rule for rule in node.rules if conditions.holds(rule, graph.question(rule.node), path.get(rule.node)))
        return next((rule.next for rule in holding), node.next)
    return node.next if node.kind == MESSAGE else None


def keys_of(question: Node, answer: Any) -> Iterator[str]:
    """The keys of `nextNodeMap` that this answer means; of several chosen options in the order of `options`."""
    if question.type == MULTIPLE:
        yield from (option.value for option in question.options if isinstance(answer, list) and option.value in answer)
    elif question.type == NUMBER and answer is not None:
        yield from (key for key in question.map if answers.of_key(question, key) == answer)
    elif isinstance(answer, str):
        yield answer
