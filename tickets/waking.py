"""Tickets learn of the messages that move them."""
from chat import waking


def register() -> None:
    """Called once the apps are loaded."""
    from tickets.actions.moves import woken

    waking.register(woken)
