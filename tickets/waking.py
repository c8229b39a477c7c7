"""Tickets learn of the messages that move them, and of those that come too late."""
from chat import waking


def register() -> None:
    """Called once the apps are loaded."""
    from tickets.actions import following_up, moves

    waking.register(waking.Opener(woken=moves.woken, elsewhere=following_up.elsewhere, place=following_up.place))
