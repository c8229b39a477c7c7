"""Everything that is wrong with a graph, all of it at once, each problem with its node. What is only doubtful is a warning.

A graph without errors can be published: whatever its customers answer, a run of it always has a next question or an end, and from
everywhere an end can be reached.
"""
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from journeys.graph import answers, conditions, patterns, structure
from journeys.graph.format import (
    CARD_FIELDS,
    CHOICES,
    CONDITION,
    DATE,
    END,
    GIFT_CARD,
    IMAGES,
    LONGEST_ANSWER,
    MESSAGE,
    MOST_BYTES,
    MOST_LINES,
    MOST_NODES,
    MOST_OPERANDS,
    MULTIPLE,
    NUMBER,
    PRIORITIES,
    QUESTION,
    SELL_GIFT_CARD,
    SINGLE,
    TEXT,
    Graph,
    Node,
    is_number,
    listed,
    mapping,
    operands,
    text,
)
from journeys.graph.rendering import INSERTION, LONGEST_TAG, insertions
from journeys.graph.schema import VALIDATION, violations
from journeys.graph.walking import Journey

NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # as JSON writes it
ERROR, WARNING = "error", "warning"
MOST_TOLD = 1_000  # of what is malformed; a file that was never one of ours has no end of it
MOST_PATTERNS, MOST_TRIED, MOST_AROUND = 100, 20_000, 1_000_000  # of what is laborious
KNOWN = {
    QUESTION: {"questionType", "question", "help", "required", "validation", "options", "nextNodeMap", "nextNode"},
    MESSAGE: {"message", "nextNode"}, CONDITION: {"rules", "nextNode"}, END: {"action", "message", "ticket", "submission"}}
EVERYWHERE = {"id", "type", "position"}  # the last is a canvas's
NARROWEST: dict[str, tuple[str, str, float, float]] = {  # the names of bounds, and what is answered at the least and at the most
    TEXT: ("minLength", "maxLength", 1, LONGEST_ANSWER), MULTIPLE: ("min", "max", 1, MOST_LINES),
    NUMBER: ("min", "max", -answers.FARTHEST, answers.FARTHEST)}
FILLS = {"brand": (TEXT, SINGLE), "country": (TEXT, SINGLE), "amount": (NUMBER,)}  # what may answer a field of a gift card


@dataclass(frozen=True)
class Problem:
    """`node` is None where it is the whole graph's. `member` says where in the node, as `options.0.label`."""

    node: str | None
    code: str
    message: str
    member: str = ""
    level: str = ERROR


def problems(data: Any) -> list[Problem]:
    """All of them, by node in the order of the file; of one kind one in each place, so that any two can be told apart."""
    if too_much := oversized(data):
        return [too_much]
    graph = Graph.of(data)
    if too_much := laborious(graph):
        return [too_much]
    nodes = mapping(mapping(data).get("nodes"))
    found: dict[tuple[str | None, str, str], Problem] = {}
    for problem in (*malformed(data, nodes), *of_nodes(graph, nodes), *of_whole(graph)):
        found.setdefault((problem.node, problem.code, problem.member), problem)
    order = {key: place for place, key in enumerate(nodes)}
    return sorted(found.values(), key=lambda problem: (order.get(problem.node or "", -1), problem.level))


def errors(data: Any) -> list[Problem]:
    """What keeps a graph from being published."""
    return [problem for problem in problems(data) if problem.level == ERROR]


def oversized(data: Any) -> Problem | None:
    """Why a graph is not even looked at, or kept."""
    written = as_json(data)
    if written is None:
        return Problem(None, "not_json", "This is no JSON that could be kept.")
    if NUL.search(written):
        return Problem(None, "not_json", "A text has the character NUL in it, which cannot be kept.")
    if (size := len(written)) > MOST_BYTES:
        return Problem(None, "too_large", f"A journey has {MOST_BYTES:,} bytes at most; this one has {size:,}.")
    if (many := len(mapping(mapping(data).get("nodes")))) > MOST_NODES:
        return Problem(None, "too_many_nodes", f"A journey has {MOST_NODES} nodes at most; this one has {many}.")
    return None


def as_json(data: Any) -> bytes | None:
    """None for what JSON does not have."""
    try:
        return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (RecursionError, TypeError, ValueError):
        return None


def laborious(graph: Graph) -> Problem | None:
    """Why a graph takes longer to look at than anybody waits, though it is small: patterns of any size are tried with mapped answers of any
    length, and a sale is looked for on the ways around each question that tells its card."""
    texts = [node for node in graph.nodes.values() if node.type == TEXT and node.asks and isinstance(node.validation.get("pattern"), str)]
    tried = sum(len(key) for node in texts for key in node.map)
    if len({node.validation["pattern"] for node in texts}) > MOST_PATTERNS or tried > MOST_TRIED:
        return Problem(None, "too_much", f"A journey has {MOST_PATTERNS} patterns at most, and {MOST_TRIED:,} characters of answers that "
                       "lead on from questions with one.")
    around = {key for end in graph.nodes.values() if end.action == SELL_GIFT_CARD for key in end.submission.values()}
    size = sum(1 + len(node.map) + len(node.rules) for node in graph.nodes.values())
    if len(around) * size > MOST_AROUND:
        return Problem(None, "too_much", "Too many questions tell the cards of sales, for a journey with so many ways.")
    return None


def malformed(data: Any, nodes: Mapping[str, Any]) -> Iterator[Problem]:
    """What the schema says, until it has said enough."""
    for count, (path, code, message) in enumerate(violations(data)):
        if count == MOST_TOLD:
            yield Problem(None, "malformed", "There is more that is malformed.")
            return
        inside = len(path) > 1 and path[0] == "nodes" and path[1] in nodes
        member = ".".join(map(str, path[2:] if inside else path))
        yield Problem(str(path[1]) if inside else None, code, f"{member or 'This'} {message}.", member)


# One node by itself.


def of_nodes(graph: Graph, nodes: Mapping[str, Any]) -> Iterator[Problem]:
    for key, node in graph.nodes.items():
        members = mapping(nodes[key])
        if members.get("id") != key:
            yield Problem(key, "id_differs", f"The id of the node is not its key {key}.", "id")
        for check in CHECKS:
            yield from check(graph, node, members)


def unknown_members(graph: Graph, node: Node, members: Mapping[str, Any]) -> Iterator[Problem]:
    known = KNOWN.get(node.kind)
    for name in members if known is not None else ():
        if name not in known | EVERYWHERE:  # type: ignore[operator]
            yield Problem(node.id, "unknown_member", f"{name} means nothing here.", name, WARNING)
    for name in node.validation if node.type in VALIDATION else ():
        if name not in VALIDATION[node.type]:
            yield Problem(node.id, "unknown_member", f"{name} means nothing for this type of question.", f"validation.{name}", WARNING)


def targets(graph: Graph, node: Node, members: Mapping[str, Any]) -> Iterator[Problem]:
    named = [("nextNode", node.next), *((f"nextNodeMap.{key}", to) for key, to in node.map.items()),
             *((f"rules.{place}.nextNode", rule.next) for place, rule in enumerate(node.rules))]
    for member, to in named:
        if to is not None and to not in graph.nodes:
            yield Problem(node.id, "unknown_target", f"It leads to {to}, which is no node.", member)


def options(graph: Graph, node: Node, members: Mapping[str, Any]) -> Iterator[Problem]:
    """Options that an answer, or a customer, cannot tell apart."""
    values: dict[str, int] = {}
    labels: dict[str, int] = {}
    for place, option in enumerate(map(mapping, listed(members.get("options"))[:MOST_LINES])):
        value, label = option.get("value"), text(option.get("label"))
        if isinstance(value, str) and (first := values.setdefault(value, place)) != place:
            yield Problem(node.id, "option_twice", f"Options {first + 1} and {place + 1} have the value {value}.", f"options.{place}.value")
        if (seen := " ".join(label.split()).casefold()) and (first := labels.setdefault(seen, place)) != place:
            yield Problem(node.id, "label_twice", f"Options {first + 1} and {place + 1} are called {label}.", f"options.{place}.label")


def mapped(graph: Graph, node: Node, members: Mapping[str, Any]) -> Iterator[Problem]:
    """Keys of `nextNodeMap` that no answer has."""
    values = {option.value for option in node.options}
    for key in node.map if node.kind == QUESTION else ():
        if key not in values if node.type in CHOICES else answers.of_key(node, key) is None:
            yield Problem(node.id, "map_never_taken", f"No answer is {key}.", f"nextNodeMap.{key}", WARNING)


def ways_out(graph: Graph, node: Node, members: Mapping[str, Any]) -> Iterator[Problem]:
    """Every option, and whatever else may be answered, leads somewhere."""
    if node.kind != QUESTION or node.type not in VALIDATION:
        return
    if node.next is None:
        for option in node.options if node.type in CHOICES else ():
            if option.value not in node.map:
                message = f"The option {option.label} leads nowhere."
                yield Problem(node.id, "option_leads_nowhere", message, f"nextNodeMap.{option.value}")
        if node.type not in CHOICES:
            yield Problem(node.id, "leads_nowhere", "It lacks nextNode.", "nextNode")
        elif not node.required:
            yield Problem(node.id, "leads_nowhere", "Whoever skips it is led nowhere: it lacks nextNode.", "nextNode")
    elif not structure.takes_next(node):
        yield Problem(node.id, "next_never_taken", "Every option is mapped, so nextNode is never taken.", "nextNode", WARNING)


def ranges(graph: Graph, node: Node, members: Mapping[str, Any]) -> Iterator[Problem]:
    """Bounds that no answer meets."""
    if node.type == DATE:
        yield from days(node)
    elif node.type in NARROWEST and (node.options or node.type != MULTIPLE):
        least, most, floor, ceiling = NARROWEST[node.type]
        lowest = max(floor, bound(node, least, floor))
        highest = min(ceiling, bound(node, most, ceiling))
        if lowest > highest:
            yield Problem(node.id, "empty_range", f"Nothing from {lowest} to {highest} can be answered.", f"validation.{most}")
        elif node.type == MULTIPLE and lowest > len(node.options):
            yield Problem(node.id, "empty_range", "More must be chosen than there are options.", f"validation.{least}")


def bound(node: Node, name: str, otherwise: float) -> float:
    found: Any = node.validation.get(name)
    return found if is_number(found) else otherwise


def days(node: Node) -> Iterator[Problem]:
    given = {name: node.validation[name] for name in ("min", "max") if isinstance(node.validation.get(name), str)}
    known = {name: day for name, value in given.items() if (day := answers.as_date(value)) is not None}
    for name in given.keys() - known.keys():
        yield Problem(node.id, "no_date", "There is no such day.", f"validation.{name}")
    if len(known) == len(("min", "max")) and known["min"] > known["max"]:
        yield Problem(node.id, "empty_range", "min is later than max: nothing can be answered.", "validation.min")


def pattern(graph: Graph, node: Node, members: Mapping[str, Any]) -> Iterator[Problem]:
    given = node.validation.get("pattern")
    if node.type == TEXT and isinstance(given, str):
        try:
            patterns.compiled(given)
        except patterns.BadPattern as error:
            yield Problem(node.id, "bad_pattern", f"The pattern cannot be used: {error}.", "validation.pattern")


def texts(graph: Graph, node: Node, members: Mapping[str, Any]) -> Iterator[Problem]:
    """Insertions name questions."""
    given = {"question" if node.asks else "message": node.text, "help": node.help}
    given |= {f"ticket.{name}": text(node.ticket.get(name)) for name in ("subject", "category", "priority")}
    given |= {f"ticket.tags.{place}": text(tag) for place, tag in enumerate(listed(node.ticket.get("tags")))}
    for member, template in given.items():
        if unknown := [key for key in dict.fromkeys(insertions(template)) if graph.question(key) is None]:
            named = ", ".join(f"{{{{{key}}}}}" for key in unknown)
            yield Problem(node.id, "inserts_nothing", f"{named} inserts an answer, and that is no question.", member)


def values(graph: Graph, node: Node, members: Mapping[str, Any]) -> Iterator[Problem]:
    """Rules that compare with more than is read."""
    for place, rule in enumerate(map(mapping, listed(members.get("rules"))[:MOST_LINES])):
        if operands(rule.get("value")) > MOST_OPERANDS:
            yield Problem(node.id, "too_many_values", f"A rule compares with {MOST_OPERANDS} values at most.", f"rules.{place}.value")


def rules(graph: Graph, node: Node, members: Mapping[str, Any]) -> Iterator[Problem]:
    for place, rule in enumerate(node.rules):
        question = graph.question(rule.node)
        if question is None:
            yield Problem(node.id, "compares_nothing", f"It compares the answer to {rule.node}, no question.", f"rules.{place}.node")
        elif not conditions.possible(rule, question):
            yield Problem(node.id, "rule_never_true", "No answer makes this rule true.", f"rules.{place}", WARNING)


def tickets(graph: Graph, node: Node, members: Mapping[str, Any]) -> Iterator[Problem]:
    for place, tag in enumerate(listed(node.ticket.get("tags"))):
        if isinstance(tag, str) and not INSERTION.search(tag) and len(tag) > LONGEST_TAG:
            yield Problem(node.id, "tag_too_long", f"A tag has {LONGEST_TAG} characters at most.", f"ticket.tags.{place}")
    priority = node.ticket.get("priority")
    if isinstance(priority, str) and priority not in PRIORITIES and not INSERTION.search(priority):
        yield Problem(node.id, "unknown_priority", f"A priority is one of {', '.join(PRIORITIES)}.", "ticket.priority")


CHECKS: tuple[Callable[[Graph, Node, Mapping[str, Any]], Iterable[Problem]], ...] = (
    unknown_members, targets, options, mapped, ways_out, ranges, pattern, texts, values, rules, tickets)


# The graph as a whole.


def of_whole(graph: Graph) -> Iterator[Problem]:
    journey = Journey(graph)
    if graph.start is not None and graph.start not in graph.nodes:
        yield Problem(None, "no_start", f"It starts at {graph.start}, which is no node.", "startNode")
    elif graph.start is not None:
        yield from unreached(journey, graph.start)
        yield from sales(journey, graph.start)
    yield from endless(journey)
    yield from silent_circles(journey)


def unreached(journey: Journey, start: str) -> Iterator[Problem]:
    for key in journey.graph.nodes.keys() - structure.reached(journey.ways, [start]):
        yield Problem(key, "unreachable", "No answers lead here.")


def endless(journey: Journey) -> Iterator[Problem]:
    arriving = structure.reached(structure.reversed_ways(journey.ways), structure.ends(journey.graph))
    for key in journey.graph.nodes.keys() - arriving:
        yield Problem(key, "no_end", "No end can be reached from here.")


def silent_circles(journey: Journey) -> Iterator[Problem]:
    """Messages and conditions that lead in a circle, where nobody is asked."""
    silent = {key: tuple(to for to in leads if not journey.graph.nodes[to].asks)
              for key, leads in journey.ways.items() if not journey.graph.nodes[key].asks}
    for key in structure.on_cycles(silent):
        yield Problem(key, "endless_circle", "It leads in a circle in which nobody is asked anything.")


def sales(journey: Journey, start: str) -> Iterator[Problem]:
    """Whoever comes to a `sell_gift_card` has described the card on every way there."""
    graph = journey.graph
    cards = frozenset(key for key, node in graph.nodes.items() if node.type == GIFT_CARD and node.asks)
    around = cache(partial(structure.reached, journey.ways, [start]))  # without setting foot on some questions
    yield from photos(journey)
    for end in graph.nodes.values():
        if end.kind != END or end.action != SELL_GIFT_CARD:
            continue
        for name, key in end.submission.items():
            if reason := misfit(name, graph.question(key)):
                yield Problem(end.id, "bad_mapping", f"{key} {reason}.", f"submission.{name}")
        for name in CARD_FIELDS:
            asked = {end.submission[name]} if name in end.submission else cards
            needed = frozenset(key for key in asked if (question := graph.question(key)) is not None and question.required)
            if end.id in around(needed):
                message = f"One can come here without having told the card's {name}."
                yield Problem(end.id, "card_not_described", message, f"submission.{name}")


def photos(journey: Journey) -> Iterator[Problem]:
    """Images on the way to a sale: a card's photo shows its code, and belongs into the vault."""
    selling = [key for key, node in journey.graph.nodes.items() if node.kind == END and node.action == SELL_GIFT_CARD]
    for key in structure.reached(structure.reversed_ways(journey.ways), selling):
        if journey.graph.nodes[key].type == IMAGES and journey.graph.nodes[key].asks:
            yield Problem(key, "photo_of_card", "It can lead to an end that sells a gift card: no photo of one is taken here.")


def misfit(name: str, question: Node | None) -> str:
    """Why a question cannot answer this field of a gift card."""
    wanted = FILLS.get(name, ())
    if question is None or question.type not in wanted:
        return f"is no question of the type {' or '.join(wanted)}"
    wrong = [option.value for option in question.options if not answers.fits(name, option.value)]
    return f"offers {wrong[0]}, which is no {name}" if question.type == SINGLE and wrong else ""
