"""Going through a graph as a customer would, by the same evaluator, with nothing stored and nothing opened."""
from collections.abc import Mapping, Sequence
from typing import Any

from journeys import outcomes, queries
from journeys.graph import rendering
from journeys.graph.answers import Refused
from journeys.graph.format import CREATE_TICKET, SELL_GIFT_CARD, Graph, Node
from journeys.graph.walking import Journey, State

NOT_ASKED = "This question is not asked now."


def rehearse(name: str, graph: Any, steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Where these steps lead, each an answer {node, value} or {back: true}. The first one that is refused and those behind it are left out:
    `taken` says how many were taken, `refused` why no more. Ids of pictures are not looked up."""
    journey = Journey(Graph.of(graph))
    state, taken, refused = journey.begin(), 0, None
    for step in steps:
        try:
            state = after(journey, state, step)
        except Refused as refusal:
            refused = str(refusal)
            break
        taken += 1
    return {"taken": taken, "refused": refused, **shown(name, journey, state)}


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


def shown(name: str, journey: Journey, state: State) -> dict[str, Any]:
    graph, end = journey.graph, journey.at_end(state)
    question = graph.question(state.node)
    return {
        "progress": journey.progress(state), "can_go_back": bool(state.answers), "path": journey.path(state),
        "node": None if question is None else queries.node_shown(question, graph, state),
        "messages": [rendering.inserted(graph.nodes[key].text, graph, state.answers) for key in state.messages],
        "answers": queries.answers_shown(graph, state.answers), "end": None if end is None else outcome(name, graph, end, state),
    }


def outcome(name: str, graph: Graph, end: Node, state: State) -> dict[str, Any]:
    ticket = outcomes.ticket(name, graph, end, state.answers) if end.action == CREATE_TICKET else None
    return {
        "node": end.id, "action": end.action, "message": rendering.inserted(end.text, graph, state.answers),
        "ticket": None if ticket is None else {
            "subject": ticket.subject, "text": ticket.text, "category": ticket.category, "priority": ticket.priority.name.lower(),
            "tags": list(ticket.tags)},
        "submission": rendering.submission(end, graph, state.answers) if end.action == SELL_GIFT_CARD else None,
    }
