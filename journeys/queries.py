"""Reading journeys and runs. Every read begins with what the actor may see."""
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.actor import Actor, AnyActor
from foundation.errors import NotFound
from journeys.graph import checking, rendering
from journeys.graph.answers import Refused, accept
from journeys.graph.format import CREATE_TICKET, END, Graph, Node
from journeys.graph.rendering import INSERTION
from journeys.graph.walking import Journey as Walkable
from journeys.graph.walking import State as Place
from journeys.models import Audience, Journey, Run, RunStatus, State, TicketAnswer, Version
from tickets import queries as tickets
from tickets.models import Category, Ticket

RUNS_SHOWN = 50
VERSIONS = 50  # of a page


# Journeys.


def visible_to(actor: AnyActor) -> QuerySet[Journey]:
    """Staff who may see journeys see all of their organization, a customer those that are offered to them."""
    if not actor.staff:
        return offered_to(actor)
    mine = Journey.objects.filter(organization_id=actor.organization_id)
    return mine if actor.may("journeys.view_journey") else mine.none()


def offered_to(actor: AnyActor) -> QuerySet[Journey]:
    """The published ones for the actor's audience; nobody's for staff."""
    mine = Journey.objects.filter(organization_id=actor.organization_id, state=State.PUBLISHED)
    if actor.staff or not actor.may("journeys.run_journey"):
        return mine.none()
    known = Ticket.objects.filter(organization_id=actor.organization_id, customer_id=actor.id).exists()
    return mine.filter(audience__in=[Audience.EVERYONE, Audience.RETURNING if known else Audience.NEW])


def listed(actor: AnyActor, languages: Sequence[str] = ()) -> list[Journey]:
    """In their order; for a customer those in the first language that any of them is in, beside those for readers of all languages."""
    found = list(visible_to(actor).defer("draft"))
    return found if actor.staff else in_language(found, languages)


def in_language(journeys: list[Journey], languages: Sequence[str]) -> list[Journey]:
    """`languages` are tags, the preferred one first; `pt-BR` takes `pt` too. All where none of them is there."""
    for wanted in languages:
        exact = [journey for journey in journeys if journey.language.lower() == wanted.lower()]
        chosen = exact or [journey for journey in journeys if journey.language and primary(journey.language) == primary(wanted)]
        if chosen:
            return [journey for journey in journeys if journey in chosen or not journey.language]
    return journeys


def primary(language: str) -> str:
    return language.lower().partition("-")[0]


def get(actor: AnyActor, journey: UUID) -> Journey:
    """One that the actor may see; raises NotFound."""
    found = visible_to(actor).filter(pk=journey).first()
    if found is None:
        raise NotFound("There is no such journey.")
    return found


def row(journey: Journey) -> dict[str, Any]:
    """A journey as lists show it."""
    return {
        "id": journey.id, "name": journey.name, "description": journey.description, "state": journey.state, "position": journey.position,
        "audience": journey.audience, "language": journey.language, "version": journey.version,
        "published_number": journey.published_number, "created_at": journey.created_at, "updated_at": journey.updated_at,
    }


def detail(journey: Journey) -> dict[str, Any]:
    """A journey with its draft, for who builds it."""
    published = Version.objects.filter(journey=journey, number=journey.published_number or 0).first()
    return {**row(journey), "draft": journey.draft, "has_changes": published is None or published.graph != journey.draft}


def exported(journey: Journey) -> dict[str, Any]:
    """What `import` takes back, here or in another organization: settings and the draft."""
    return {"name": journey.name, "description": journey.description, "audience": journey.audience, "language": journey.language,
            "graph": journey.draft}


def problems(graph: Any) -> list[checking.Problem]:
    """All that is wrong with a graph, and what is doubtful in this organization."""
    return [*checking.problems(graph), *unknown_categories(graph)]


def unknown_categories(graph: Any) -> list[checking.Problem]:
    """The ends whose tickets would be of a category that this organization does not have."""
    found = []
    slugs = set(Category.objects.values_list("slug", flat=True))
    for node in Graph.of(graph).nodes.values():
        category = node.ticket.get("category")
        if (node.kind == END and node.action == CREATE_TICKET and isinstance(category, str) and category and category not in slugs
                and not INSERTION.search(category)):
            message = f"There is no category {category}: tickets will have none."
            found.append(checking.Problem(node.id, "unknown_category", message, "ticket.category", checking.WARNING))
    return found


def shown_problems(found: list[checking.Problem]) -> list[dict[str, Any]]:
    return [asdict(problem) for problem in found]


def version(journey: Journey, number: int) -> Version:
    """One of a journey's versions; raises NotFound."""
    found = Version.objects.filter(journey=journey, number=number).first()
    if found is None:
        raise NotFound("There is no such version.")
    return found


def versions(journey: Journey, page: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """A page of them, the newest first, and what stands beside it."""
    rows = Version.objects.filter(journey=journey).defer("graph")
    count = rows.count()
    shown = [version_row(journey, found) for found in rows[(page - 1) * VERSIONS : page * VERSIONS]]
    return shown, {"count": count, "page": page, "pages": -(-count // VERSIONS)}


def version_row(journey: Journey, found: Version) -> dict[str, Any]:
    return {"number": found.number, "note": found.note, "published_at": found.published_at,
            "published_by": {"id": found.published_by_id, "name": found.published_by_name},
            "is_current": found.number == journey.published_number}


def graph_of(journey: Journey, number: int | None) -> Any:
    """A version's graph, or the draft where no number is given."""
    return journey.draft if number is None else version(journey, number).graph


# Runs.


@lru_cache(maxsize=64)
def walkable(version: UUID) -> Walkable:
    """A version's graph, read once: versions never change. Whoever asks has seen a run of it."""
    return Walkable(Graph.of(Version.objects.only("graph").get(pk=version).graph))


def runs_visible_to(actor: AnyActor) -> QuerySet[Run]:
    """A customer's own; all of the organization for staff who may see journeys."""
    mine = Run.objects.filter(organization_id=actor.organization_id).select_related("journey", "version", "ticket")
    if not actor.staff:
        return mine.filter(customer_id=actor.id)
    return mine if actor.may("journeys.view_journey") else mine.none()


def run(actor: Actor, key: UUID) -> Run:
    """Raises NotFound."""
    found = runs_visible_to(actor).filter(pk=key).first()
    if found is None:
        raise NotFound("There is no such run.")
    return found


def under_way(actor: Actor) -> list[dict[str, Any]]:
    """The newest active runs, of all journeys, those that are not offered any more among them."""
    return [run_shown(found) for found in runs_visible_to(actor).filter(status=RunStatus.ACTIVE)[:RUNS_SHOWN]]


def problem(actor: Actor, key: UUID, node: str, value: Any) -> str | None:
    """Why this would be no answer to a question of a run, None where it would be one. Raises NotFound for a question of another journey."""
    found = run(actor, key)
    question = walkable(found.version_id).graph.question(node)
    if question is None:
        raise NotFound("There is no such question.")
    try:
        accept(question, value)
    except Refused as refusal:
        return str(refusal)
    return None


def runs(actor: Actor, journey: UUID) -> list[dict[str, Any]]:
    """The newest of a journey's runs, which who has begun finds also where it is not offered any more. Raises NotFound where the actor
    sees neither any nor the journey."""
    found = list(runs_visible_to(actor).filter(journey=journey)[:RUNS_SHOWN])
    if not found:
        get(actor, journey)
    prefix = tickets.prefix() if any(run.ticket_id for run in found) else None
    return [run_shown(run, prefix) for run in found]


def state_of(found: Run) -> Place:
    """Where a run stands, from its answers."""
    return walkable(found.version_id).walk(dict(found.answers), found.kept)


def run_shown(found: Run, prefix: str | None = None) -> dict[str, Any]:
    """A run as whoever walks it sees it: the question that is asked, or what came of it. `prefix` is that of ticket numbers, where it is
    known already."""
    journey, state = walkable(found.version_id), state_of(found)
    answers, end = state.answers, journey.at_end(state)
    question = journey.graph.question(state.node)
    return {
        "id": found.id, "journey": {"id": found.journey_id, "name": found.journey.name}, "version": found.version.number,
        "status": found.status, "progress": journey.progress(state), "can_go_back": found.status == RunStatus.ACTIVE and bool(answers),
        "node": None if question is None else node_shown(question, journey.graph, state),
        "messages": [rendering.inserted(journey.graph.nodes[key].text, journey.graph, answers) for key in state.messages],
        "answers": answers_shown(journey.graph, answers),
        "action": found.action or None, "submission": found.submission,
        "ticket": ticket_shown(found.ticket, prefix) if found.ticket else None,
        "message": rendering.inserted(end.text, journey.graph, answers) if end is not None else None,
        "started_at": found.started_at, "updated_at": found.updated_at, "completed_at": found.completed_at,
    }


def ticket_shown(ticket: Ticket, prefix: str | None) -> dict[str, Any]:
    return {"id": ticket.pk, "number": f"{tickets.prefix() if prefix is None else prefix}-{ticket.number}"}


def node_shown(question: Node, graph: Graph, place: Place) -> dict[str, Any]:
    """What is drawn of a question, with the answer that was given before. Where it leads is nobody's business."""
    return {
        "id": question.id, "type": question.kind, "questionType": question.type,
        "question": rendering.inserted(question.text, graph, place.answers),
        "help": rendering.inserted(question.help, graph, place.answers),
        "required": question.required, "options": [asdict(option) for option in question.options], "validation": dict(question.validation),
        "answer": place.kept.get(question.id),
    }


def answers_shown(graph: Graph, answers: Any) -> list[dict[str, Any]]:
    """The answers on the path, with their questions."""
    asked = ((graph.question(key), value) for key, value in answers.items())
    return [{"node": question.id, "question": rendering.inserted(question.text, graph, answers), "questionType": question.type,
             "value": value, "text": rendering.as_text(question, value)} for question, value in asked if question is not None]


def answers_of_ticket(actor: AnyActor, ticket: UUID) -> list[dict[str, Any]]:
    """What a customer answered before this ticket; raises NotFound for a ticket that the actor does not see."""
    if not tickets.visible_to(actor).filter(pk=ticket).exists():
        raise NotFound("There is no such ticket.")
    found = TicketAnswer.objects.filter(organization_id=actor.organization_id, ticket_id=ticket)
    return [{"node": kept.node, "question": kept.question, "questionType": kept.question_type, "value": kept.value, "text": kept.text}
            for kept in found]
