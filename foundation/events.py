"""How a fact travels: an event and its deliveries in the fact's own transaction, sent after the commit, repeated by the sweep.

`pandarchat/subscribers.py` names the Celery tasks that an event starts. The subscriber PUSH is built in: the frames that the
event carries are published to sockets, so that a process which dies before publishing does not swallow them.
"""
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, cast
from uuid import UUID

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from foundation import queueing
from foundation.layer import HintLayer
from foundation.models import Delivery, Event
from foundation.units import current_organization

logger = logging.getLogger(__name__)
PUSH = "push"


@dataclass(frozen=True)
class Push:
    """A frame for every socket in a group, already serialised."""

    group: str
    frame: str


@cache
def subscriptions() -> Mapping[str, Sequence[str]]:
    """Event kind to the names of the tasks it starts."""
    table: Mapping[str, Sequence[str]] = import_string(settings.SUBSCRIBERS)
    return table


@cache
def gathered() -> frozenset[str]:
    """Tasks of which one run answers every delivery of its organization that was there when it began."""
    names: frozenset[str] = import_string(settings.GATHERED)
    return names


def hints() -> HintLayer:
    """This process's line to the sockets."""
    return cast(HintLayer, get_channel_layer())


def subscribers_of(kind: str, *, pushes: bool = False) -> list[str]:
    """Who is owed a delivery of this kind of event."""
    return [*([PUSH] if pushes else []), *subscriptions().get(kind, ())]


def emit(kind: str, payload: Mapping[str, Any] | None = None, *, push: Iterable[Push] = ()) -> None:
    """Record a fact for its subscribers, inside the unit of work that writes the fact. Nobody subscribed: nothing is written."""
    pushes = list(push)
    subscribers = subscribers_of(kind, pushes=bool(pushes))
    if not subscribers:
        return
    organization = current_organization()
    event = Event.objects.create(organization_id=organization, kind=kind, payload={**(payload or {}), **pushed(pushes)})
    deliveries = [Delivery(organization_id=organization, event_id=event.id, subscriber=name) for name in subscribers]
    Delivery.objects.bulk_create(deliveries)
    owed = [(delivery.id, delivery.subscriber) for delivery in deliveries]
    transaction.on_commit(partial(send, organization, owed, pushes), robust=True)


def pushed(pushes: Sequence[Push]) -> dict[str, Any]:
    """The frames as the event's payload keeps them."""
    return {"push": [[push.group, push.frame] for push in pushes]} if pushes else {}


def hint(push: Push, *, exclude: str = "") -> None:
    """Publish a frame after the commit, once and without a record: what may be lost because it can be fetched again."""
    transaction.on_commit(partial(hints().publish, push.group, push.frame, exclude=exclude), robust=True)


def control(group: str, verb: str, **data: Any) -> None:
    """Tell the servers that hold a group's sockets something, after the commit."""
    transaction.on_commit(partial(hints().control, group, verb, **data), robust=True)


def send(organization: UUID, owed: Iterable[tuple[UUID, str]], pushes: Iterable[Push]) -> None:
    """After the commit: publish what is pushed, enqueue what is a task. What fails here the sweep repeats."""
    done = []
    for delivery, subscriber in owed:
        if subscriber == PUSH:
            for push in pushes:
                hints().publish(push.group, push.frame)
            done.append(delivery)
        else:
            queueing.enqueue(subscriber, organization, delivery)
    if done:
        finish(organization, done)


def finish(organization: UUID, deliveries: list[UUID]) -> None:
    """Strike out deliveries that are done; by itself one statement, inside a unit part of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT finish_deliveries(%s, %s)", [organization, deliveries])


def still_owed(delivery: UUID) -> bool:
    """Whether a task's delivery is still to be done, inside a unit."""
    return Delivery.objects.filter(id=delivery).exists()


def payload_of(delivery: UUID) -> Mapping[str, Any] | None:
    """What the fact was that a task is owed, inside a unit; None where the delivery is done."""
    row = Delivery.objects.select_related("event").filter(id=delivery).first()
    return None if row is None else row.event.payload


def push_again(organization: UUID, delivery: UUID) -> None:
    """Publish an event's frames once more, for a process that died before it did."""
    row = Delivery.objects.select_related("event").filter(id=delivery).first()
    if row is None:
        return
    pushes = [Push(group, frame) for group, frame in row.event.payload.get("push", [])]
    transaction.on_commit(partial(send, organization, [(delivery, PUSH)], pushes), robust=True)


def sweep(limit: int = 500) -> int:
    """Enqueue again the deliveries that are due, of all organizations; returns how many. A crashed worker, a wiped Redis and a
    process that died between commit and publish all end here. The first tries come within half a minute of each other, for minutes; then
    each waits twice as long, 5 minutes at most."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization, delivery, subscriber FROM claim_due_deliveries(%s)", [limit])
        due = cursor.fetchall()
    for organization, delivery, subscriber in due:
        queueing.enqueue(PUSH_TASK if subscriber == PUSH else subscriber, organization, delivery)
    return len(due)


PUSH_TASK = "foundation.tasks.push"
