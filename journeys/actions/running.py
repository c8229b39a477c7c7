"""What customers do: begin a journey, answer, go back, and come to its end, which happens once.

The run's row is the lock: two answers at once come one after the other, and the second one finds what the first one did.
"""
from datetime import timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from accounts.actor import Actor
from foundation.errors import Conflict, Forbidden, Invalid, NotFound, RateLimited
from journeys import outcomes, queries, uploads
from journeys.graph import rendering
from journeys.graph.answers import Refused
from journeys.graph.format import CREATE_TICKET, SELL_GIFT_CARD, Node
from journeys.graph.walking import Journey as Walkable
from journeys.graph.walking import State
from journeys.models import Run, RunStatus, TicketAnswer, Version, Visit
from tickets.actions import opening

BEGUN_MOST, BEGUN_WITHIN = 30, timedelta(minutes=10)  # runs that a customer begins


def start(*, actor: Actor, journey: UUID) -> Run:
    """A new run of what is published now. Raises NotFound for a journey that is not offered to the actor, Forbidden for staff."""
    found = queries.offered_to(actor).filter(pk=journey).first()
    if found is None:
        if queries.visible_to(actor).filter(pk=journey).exists():
            check_customer(actor)
        raise NotFound("There is no such journey.")
    check_rate(actor)
    version = Version.objects.only("id", "number").get(journey=found, number=found.published_number or 0)
    run = Run.objects.create(organization_id=actor.organization_id, journey=found, version=version, customer_id=actor.id)
    walkable = queries.walkable(version.id)
    stand(run, walkable, walkable.begin(), actor)
    return run


def check_rate(actor: Actor) -> None:
    """Raises RateLimited for whoever begins journeys without end."""
    mine = Run.objects.filter(organization_id=actor.organization_id, customer_id=actor.id).order_by("-id")
    earlier = mine.values_list("started_at", flat=True)[BEGUN_MOST - 1 : BEGUN_MOST].first() if settings.RATE_LIMITS else None
    wait = earlier + BEGUN_WITHIN - timezone.now() if earlier else timedelta()
    if wait > timedelta():
        raise RateLimited("You have begun too many journeys. Please try again later.", retry_after_ms=int(wait / timedelta(milliseconds=1)))


def answer(*, actor: Actor, run: UUID, node: str, value: Any) -> Run:
    """Answer the question that the run stands at, or change the answer to an earlier one on its path. The same answer again changes
    nothing. Raises Invalid for what is no answer, Conflict with the run as it is for a question that is not asked."""
    found = locked(actor, run)
    walkable, state = queries.walkable(found.version_id), queries.state_of(found)
    if node not in state.answers and (node != state.node or walkable.at_end(state)):
        raise Conflict("This question is not asked now.", code="not_asked", current=queries.run_shown(found))
    try:
        accepted = walkable.accept(node, value)
    except Refused as refusal:
        field = f"value.{refusal.part}" if refusal.part else "value"
        raise Invalid("This is no answer to the question.", fields={field: [str(refusal)]}) from None
    if found.status == RunStatus.COMPLETED:
        if found.answers and found.answers[-1] == [node, accepted]:
            return found
        raise completed(found)
    before = takewhile(lambda key: key != node, state.answers)
    earlier = uploads.of_answers(walkable.graph, {key: state.answers[key] for key in before})
    uploads.hold(actor=actor, keys=uploads.of_answers(walkable.graph, {node: accepted}), beside=earlier)
    leave(found, answered=node == state.node)
    stand(found, walkable, walkable.answered(state, node, accepted), actor)
    return found


def back(*, actor: Actor, run: UUID) -> Run:
    """Stand at the question before, whose answer is kept. Raises Conflict at the first one, and where the run is completed."""
    found = locked(actor, run)
    if found.status == RunStatus.COMPLETED:
        raise completed(found)
    state = queries.state_of(found)
    if not state.answers:
        raise Conflict("This is the first question.", code="at_start", current=queries.run_shown(found))
    leave(found, answered=False)
    walkable = queries.walkable(found.version_id)
    stand(found, walkable, walkable.back(state), actor)
    return found


def completed(run: Run) -> Conflict:
    return Conflict("This journey is completed.", code="completed", current=queries.run_shown(run))


def locked(actor: Actor, run: UUID) -> Run:
    """A run of the actor's own, locked; raises NotFound, or Forbidden for staff, who look only."""
    mine = queries.runs_visible_to(actor).select_related(None)  # what is joined would be of before the wait for the lock
    found = mine.select_for_update().filter(pk=run).first()
    if found is None:
        raise NotFound("There is no such run.")
    check_customer(actor)
    return found


def check_customer(actor: Actor) -> None:
    if actor.staff or not actor.may("journeys.run_journey"):
        raise Forbidden("Only customers go through journeys.")


def leave(run: Run, *, answered: bool) -> None:
    """The question that the run stood at is left, by its answer or otherwise."""
    Visit.objects.filter(run=run, left_at=None).update(left_at=Now(), answered=answered)


def stand(run: Run, walkable: Walkable, state: State, actor: Actor) -> None:
    """The run is in this state now; an end completes it."""
    run.answers, run.kept, run.node = [list(pair) for pair in state.answers.items()], dict(state.kept), state.node
    run.updated_at = Now()
    end = walkable.at_end(state)
    if end is not None:
        complete(run, walkable, end, actor)
    elif state.node is not None:
        Visit.objects.create(organization_id=run.organization_id, run=run, node=state.node)
    run.save()
    run.refresh_from_db(fields=["updated_at", "completed_at"])


def complete(run: Run, walkable: Walkable, end: Node, actor: Actor) -> None:
    """Do what the end says, in the transaction of the last answer."""
    answers = dict(run.answers)
    run.status, run.completed_at, run.action = RunStatus.COMPLETED, Now(), end.action
    if end.action == SELL_GIFT_CARD:
        run.submission = rendering.submission(end, walkable.graph, answers)
    elif end.action == CREATE_TICKET:
        run.ticket_id = opening.open_within(actor=actor, new=outcomes.ticket(run.journey.name, walkable.graph, end, answers))
        uploads.tie(actor=actor, keys=uploads.of_answers(walkable.graph, answers), ticket=run.ticket_id)
        keep_answers(run, walkable, answers)


def keep_answers(run: Run, walkable: Walkable, answers: dict[str, Any]) -> None:
    """The answers beside the ticket, each as it was asked."""
    asked = [(question, value) for key, value in answers.items() if (question := walkable.graph.question(key)) is not None]
    TicketAnswer.objects.bulk_create(
        TicketAnswer(organization_id=run.organization_id, ticket_id=run.ticket_id, run=run, position=position, node=question.id,
                     question=rendering.inserted(question.text, walkable.graph, answers), question_type=question.type, value=value,
                     text=rendering.as_text(question, value))
        for position, (question, value) in enumerate(asked, 1))
