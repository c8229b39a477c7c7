"""Telling whoever waits that the queue moved."""
from functools import partial
from time import monotonic
from uuid import UUID

from django.db import transaction

from foundation import events
from foundation.socket.frames import encode
from tickets import wire

AT_MOST_EVERY = 2.0  # seconds; clients wait longer before they ask, so that what is swallowed in between is in their answer
MANY = 10_000
_told: dict[UUID, float] = {}


def waiting_group(organization: UUID) -> str:
    """The sockets that asked to hear when the organization's queue moves."""
    return f"waiting:{organization}"


def queue_moved(organization: UUID) -> None:
    """`queue-moved` after the commit: other tickets wait than before, or in another order. However fast that goes, a process says it once
    in two seconds."""
    transaction.on_commit(partial(_tell, organization), robust=True)


def _tell(organization: UUID) -> None:
    now = monotonic()
    if now - _told.get(organization, -AT_MOST_EVERY) < AT_MOST_EVERY:
        return
    if len(_told) >= MANY:
        _told.clear()
    _told[organization] = now
    events.hints().publish(waiting_group(organization), encode(wire.QueueMoved()))
