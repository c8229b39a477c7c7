"""What chat asks whoever opens conversations: what a message does besides being stored, where its conversation says that it does something,
and where a customer's message goes that its conversation does not take."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.actor import Actor
from foundation.errors import Conflict


class Closed(Conflict):
    """The conversation takes no more messages."""

    code = "closed"


@dataclass(frozen=True)
class Place:
    """A conversation that a message went to instead of the one that it was meant for; `number` as people read it. `begun`: with this
    message, which is its first entry already."""

    id: UUID
    number: str
    begun: bool = False


@dataclass(frozen=True)
class Opener:
    """What whoever opens conversations answers, in the message's unit of work and with the conversation locked."""

    # (conversation, actor): move what the message moves, which has its number. Raises Closed.
    woken: Callable[[UUID, Actor], None]
    # (conversation, text, attachments, customer): the one that goes on from it, locked, or a new one; None where there is nowhere.
    elsewhere: Callable[[UUID, str, Sequence[UUID], Actor], Place | None]
    # (conversation): what it is called.
    place: Callable[[UUID], Place]


_openers: list[Opener] = []


def register(known: Opener) -> None:
    """Called once the apps are loaded."""
    _openers[:] = [known]


def opener() -> Opener:
    return _openers[0]
