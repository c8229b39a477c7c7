"""Making journeys: drafts that one edits, versions that customers walk through."""
from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from accounts import audit
from accounts.actor import AnyActor
from foundation.errors import Conflict, Forbidden, Invalid, NotFound
from journeys import queries
from journeys.graph import checking
from journeys.models import Journey, State, Version

MOST_JOURNEYS = 500  # of an organization
BEGINNING = {"startNode": "end", "nodes": {"end": {"id": "end", "type": "end", "action": "none", "message": ""}}}
SETTINGS = ("name", "description", "position", "audience", "language")


def create(*, actor: AnyActor, name: str, graph: dict[str, Any] | None = None, **settings: Any) -> Journey:
    """A new journey with this draft, which may have problems yet. Raises Forbidden, Invalid for what cannot be kept."""
    needs(actor, "journeys.add_journey")
    if Journey.objects.count() >= MOST_JOURNEYS:
        raise Conflict(f"There are {MOST_JOURNEYS} journeys already.", code="too_many")
    draft = keepable(BEGINNING if graph is None else graph)
    journey = Journey.objects.create(organization_id=actor.organization_id, name=name, draft=draft, **settings)
    audit.record("journey_created", actor=actor, target=journey, after={"name": name, **settings})
    return journey


def update(*, actor: AnyActor, journey: UUID, version: int, changes: dict[str, Any]) -> Journey:
    """Change settings or the draft of the version that was seen. Settings hold at once, the draft once it is published."""
    found = locked(actor, journey, version, "journeys.change_journey")
    given = dict(changes)
    if "graph" in given:
        found.draft = keepable(given.pop("graph"))
    before = {name: getattr(found, name) for name in given}
    for name, value in given.items():
        setattr(found, name, value)
    save(found)
    old, new = audit.changes(before, given)
    if new:
        audit.record("journey_changed", actor=actor, target=found, before=old, after=new)
    return found


def publish(*, actor: AnyActor, journey: UUID, version: int, note: str = "") -> Version:
    """The draft becomes the version that customers begin with from now on. Raises Invalid with all problems where it has errors."""
    found = locked(actor, journey, version, "journeys.publish_journey")
    problems = queries.problems(found.draft)
    if wrong := [problem for problem in problems if problem.level == checking.ERROR]:
        raise Invalid("The journey cannot be published as it is.", code="invalid_journey", problems=queries.shown_problems(problems),
                      fields=by_field(wrong))
    last = Version.objects.filter(journey=found).order_by("-number").values_list("number", flat=True).first() or 0
    published = Version.objects.create(
        organization_id=found.organization_id, journey=found, number=last + 1, graph=found.draft, note=note, published_by_id=actor.id,
        published_by_name=actor.name)
    before, found.state, found.published_number = found.state, State.PUBLISHED, published.number
    save(found)
    audit.record("journey_published", actor=actor, target=found, before={"state": before},
                 after={"state": found.state, "number": published.number, "note": note})
    return published


def by_field(problems: list[checking.Problem]) -> dict[str, list[str]]:
    """Problems as the fields of a refusal: `graph.nodes.<id>`, or `graph`."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(f"graph.nodes.{problem.node}" if problem.node is not None else "graph", []).append(problem.message)
    return found


def archive(*, actor: AnyActor, journey: UUID, version: int | None = None) -> Journey:
    """Nobody begins it any more; whoever has begun goes on."""
    return moved(locked(actor, journey, version, "journeys.publish_journey"), State.ARCHIVED, "journey_archived", actor)


def restore(*, actor: AnyActor, journey: UUID, version: int | None = None) -> Journey:
    """An archived journey is offered again with the version it had, or is a draft again where it had none."""
    found = locked(actor, journey, version, "journeys.publish_journey")
    if found.state != State.ARCHIVED:
        raise Conflict("Only an archived journey is restored.", code="move_refused", state=found.state, allowed=[])
    return moved(found, State.DRAFT if found.published_number is None else State.PUBLISHED, "journey_restored", actor)


def moved(journey: Journey, state: str, said: str, actor: AnyActor) -> Journey:
    """In that state from now on; nothing where it is in it."""
    if journey.state != state:
        before, journey.state = journey.state, state
        save(journey)
        audit.record(said, actor=actor, target=journey, before={"state": before}, after={"state": state})
    return journey


def restore_version(*, actor: AnyActor, journey: UUID, number: int, version: int) -> Journey:
    """An earlier version becomes the draft; publishing it makes a new version."""
    found = locked(actor, journey, version, "journeys.change_journey")
    found.draft = queries.version(found, number).graph
    save(found)
    return found


def delete(*, actor: AnyActor, journey: UUID, version: int | None = None) -> Journey:
    """Remove a draft that never was published, and say what it was; others are archived, since runs and figures refer to them."""
    found = locked(actor, journey, version, "journeys.delete_journey")
    if found.published_number is not None:
        raise Conflict("A journey that was published is archived, not deleted.", code="published")
    audit.record("journey_deleted", actor=actor, target=found, before={"name": found.name})
    Journey.objects.filter(pk=found.pk).delete()
    return found


def locked(actor: AnyActor, journey: UUID, version: int | None, permission: str) -> Journey:
    """A journey that the actor sees, locked, of the version they saw; raises NotFound, Forbidden, or Conflict with the current state."""
    found = queries.visible_to(actor).select_for_update(of=("self",)).filter(pk=journey).first()
    if found is None:
        raise NotFound("There is no such journey.")
    needs(actor, permission)
    if version is not None and version != found.version:
        raise Conflict("The journey was changed in the meantime.", code="stale", current=queries.detail(found))
    return found


def needs(actor: AnyActor, permission: str) -> None:
    if not (actor.staff and actor.may(permission)):
        raise Forbidden("You may not do this.")


def keepable(graph: dict[str, Any]) -> dict[str, Any]:
    """A draft as it is stored; raises Invalid for one that is too large or cannot be."""
    if problem := checking.oversized(graph):
        raise Invalid("Some fields are not valid.", fields={"graph": [problem.message]}, code=problem.code)
    return graph


def save(journey: Journey) -> None:
    """Store a changed journey under its next version."""
    journey.version += 1
    journey.updated_at = Now()
    journey.save()
    journey.refresh_from_db(fields=["updated_at"])
