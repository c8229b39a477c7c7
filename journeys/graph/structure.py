"""Where nodes lead: the ways out that some answer takes, what can be reached, and cycles. All of it linear in the size of the graph."""
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from journeys.graph import answers, conditions
from journeys.graph.format import CHOICES, CONDITION, END, MESSAGE, MULTIPLE, QUESTION, Graph, Node

Ways = Mapping[str, tuple[str, ...]]


def ways(graph: Graph) -> Ways:
    """The nodes that each node can lead to. What no answer ever takes is no way."""
    return {key: tuple(dict.fromkeys(to for to in exits(graph, node) if to in graph.nodes)) for key, node in graph.nodes.items()}


def exits(graph: Graph, node: Node) -> list[str]:
    """The ids that some answer leads to from here, whether or not there are such nodes."""
    found: list[str | None] = []
    if node.kind == QUESTION:
        found = [*mapped_exits(node), *([node.next] if takes_next(node) else [])]
    elif node.kind == CONDITION:
        found = [*(rule.next for rule in node.rules if conditions.possible(rule, graph.question(rule.node))), node.next]
    elif node.kind == MESSAGE:
        found = [node.next]
    return [to for to in found if to is not None]


def mapped_exits(question: Node) -> list[str]:
    """What `nextNodeMap` leads to by answers that can be given."""
    if question.type in CHOICES:
        places = range(len(question.options))
        return [question.map[question.options[place].value] for place in places if can_decide(question, place)]
    return [to for key, to in question.map.items() if answers.of_key(question, key) is not None]


def can_decide(question: Node, place: int) -> bool:
    """Whether the option at this place may be the first that is chosen and mapped, where so many must be chosen."""
    options = question.options
    if options[place].value not in question.map:
        return False
    beside = sum(option.value not in question.map for option in options[:place]) + len(options) - place - 1
    return question.type != MULTIPLE or beside >= least_chosen(question) - 1


def takes_next(node: Node) -> bool:
    """Whether some answer is led by `nextNode`. A choice without options counts too: that it lacks them is its one problem."""
    if node.kind != QUESTION:
        return node.kind in (MESSAGE, CONDITION)
    if node.type not in CHOICES or not node.required or not node.options:
        return True
    unmapped = sum(option.value not in node.map for option in node.options)
    return unmapped >= (least_chosen(node) if node.type == MULTIPLE else 1)


def least_chosen(question: Node) -> int:
    return max(1, answers.whole(question, "min", 1))


def reached(ways: Ways, starts: Iterable[str], barred: AbstractSet[str] = frozenset()) -> set[str]:
    """All that can be reached from these, themselves included, without setting foot on what is barred."""
    found = {start for start in starts if start in ways and start not in barred}
    waiting = list(found)
    while waiting:
        for to in ways[waiting.pop()]:
            if to not in found and to not in barred:
                found.add(to)
                waiting.append(to)
    return found


def reversed_ways(ways: Ways) -> Ways:
    found: dict[str, list[str]] = {key: [] for key in ways}
    for key, leads in ways.items():
        for to in leads:
            found[to].append(key)
    return {key: tuple(sources) for key, sources in found.items()}


def components(ways: Ways) -> list[set[str]]:
    """Nodes that can reach each other, together; each group before those that lead to it (Kosaraju's way)."""
    back, seen, found = reversed_ways(ways), set[str](), list[set[str]]()
    for key in reversed(left_in_order(ways)):
        if key not in seen:
            group = reached(back, [key], seen)
            seen |= group
            found.append(group)
    return found[::-1]


def left_in_order(ways: Ways) -> list[str]:
    """The nodes as a walk in depth leaves them for the last time."""
    found, seen = list[str](), set[str]()
    for root in ways:
        path = [] if root in seen else [(root, iter(ways[root]))]
        seen.add(root)
        while path:
            key, leads = path[-1]
            to = next((to for to in leads if to not in seen), None)
            if to is None:
                found.append(key)
                path.pop()
            else:
                seen.add(to)
                path.append((to, iter(ways[to])))
    return found


def on_cycles(ways: Ways) -> set[str]:
    """The nodes that lead back to themselves."""
    return {key for group in components(ways) for key in group if len(group) > 1 or key in ways[key]}


def questions_left(graph: Graph, ways: Ways) -> dict[str, int]:
    """How many questions may still come from each node, itself included: of the longest way, each circle counted once."""
    left: dict[str, int] = {}
    for group in components(ways):
        after = max((left[to] for key in group for to in ways[key] if to not in group), default=0)
        left.update(dict.fromkeys(group, after + sum(graph.nodes[key].asks for key in group)))
    return left


def ends(graph: Graph) -> list[str]:
    return [key for key, node in graph.nodes.items() if node.kind == END]
