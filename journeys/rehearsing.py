"""Going through a graph as a customer would, by the same evaluator, with nothing stored and nothing opened."""
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from foundation.errors import Invalid
from journeys import outcomes, queries
from journeys.graph import rendering
from journeys.graph.answers import Refused
from journeys.graph.format import CREATE_TICKET, SELL_GIFT_CARD, Graph, Node, operands
from journeys.graph.walking import Journey, State

NOT_ASKED = "This question is not asked now."
MOST_WORK = 1_000_000  # steps times what one may look at: as 500 through 500 nodes with 1,500 answers that lead on
MOST_WRITTEN = 100_000  # characters of all answers, each of which a pattern may be matched with
Has = Callable[[str], bool]


def rehearse(name: str, graph: Any, steps: Sequence[Mapping[str, Any]], has: Has = outcomes.has_category) -> dict[str, Any]:
    """Where these steps lead, each an answer {node, value} or {back: true}. The first one that is refused and those behind it are left out:
    `taken` says how many were taken, `refused` why no more, `refused_at` which field of a gift card is to blame. Ids of pictures are not
    looked up; of the database only whether it `has` the category of a ticket. Raises Invalid for more work than a request may be."""
    journey = Journey(Graph.of(graph))
    if len(steps) * size(journey.graph) > MOST_WORK or written(steps) > MOST_WRITTEN:
        raise Invalid("Some fields are not valid.", code="too_much_to_preview",
                      fields={"steps": ["These are too many steps, or too long ones, for a preview of a journey of this size."]})
    state, taken, refused, part = journey.begin(), 0, None, ""
    for step in steps:
        try:
            state = after(journey, state, step)
        except Refused as refusal:
            refused, part = str(refusal), refusal.part
            break
        taken += 1
    return {"taken": taken, "refused": refused, "refused_at": part, **shown(name, journey, state, has)}


def written(steps: Sequence[Mapping[str, Any]]) -> int:
    """How many characters the answers have."""
    return sum(len(step["value"]) for step in steps if isinstance(step.get("value"), str))


def size(graph: Graph) -> int:
    """What a step may look at: nodes, answers that lead somewhere, rules and what these compare with."""
    return sum(1 + len(node.map) + sum(1 + operands(rule.value) for rule in node.rules) for node in graph.nodes.values())


def after(journey: Journey, state: State, step: Mapping[str, Any]) -> State:
    """The state after one step; raises Refused."""
    if step.get("back"):
        if not state.answers:
            raise Refused("This is the first question.")
        return journey.back(state)
    node = step["node"]
    if node not in state.answers and (node != state.node or journey.at_end(state)):
        raise Refused(NOT_ASKED)
    return journey.answered(state, node, journey.accept(node, step["value"]))


def shown(name: str, journey: Journey, state: State, has: Has) -> dict[str, Any]:
    graph, end = journey.graph, journey.at_end(state)
    question = graph.question(state.node)
    return {
        "progress": journey.progress(state), "can_go_back": bool(state.answers), "path": journey.path(state),
        "node": None if question is None else queries.node_shown(question, graph, state),
        "messages": [rendering.inserted(graph.nodes[key].text, graph, state.answers) for key in state.messages],
        "answers": queries.answers_shown(graph, state.answers), "end": None if end is None else outcome(name, graph, end, state, has),
    }


def outcome(name: str, graph: Graph, end: Node, state: State, has: Has) -> dict[str, Any]:
    ticket = outcomes.ticket(name, graph, end, state.answers, has) if end.action == CREATE_TICKET else None
    return {
        "node": end.id, "action": end.action, "message": rendering.inserted(end.text, graph, state.answers),
        "ticket": None if ticket is None else {
            "subject": ticket.subject, "text": ticket.text, "category": ticket.category, "priority": ticket.priority.name.lower(),
            "tags": list(ticket.tags)},
        "submission": rendering.submission(end, graph, state.answers) if end.action == SELL_GIFT_CARD else None,
    }
