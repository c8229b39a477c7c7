"""What a message does besides being stored, where its conversation says that it does something: known to whoever opened it."""
from collections.abc import Callable
from uuid import UUID

from accounts.actor import Actor

Wake = Callable[[UUID, Actor], None]
_handlers: list[Wake] = []


def register(wake: Wake) -> None:
    """`wake(conversation, actor)` runs in the message's unit of work, after the message took its number."""
    if wake not in _handlers:
        _handlers.append(wake)


def wake(conversation: UUID, actor: Actor) -> None:
    for handler in _handlers:
        handler(conversation, actor)
