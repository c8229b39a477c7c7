"""State machines: which moves exist, who may make them, and one way to make one."""
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from foundation.errors import Conflict

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Move:
    """One row of a transition table."""

    source: str
    target: str
    by: str  # the name of the act, as the table of the rules names it


@dataclass(frozen=True)
class Machine(Generic[Thing]):
    """A table of moves over a field of a locked row.

    A move is: lock, guard, transition, entry, event; all of it in the caller's unit of work.
    """

    moves: Iterable[Move]
    attribute: str = "status"
    _table: dict[tuple[str, str], set[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for move in self.moves:
            self._table.setdefault((move.source, move.by), set()).add(move.target)

    def allowed(self, source: str, *acts: str) -> list[str]:
        """Where these acts can lead from here, sorted."""
        return sorted(set().union(*(self._table.get((source, act), set()) for act in acts)))

    def move(
        self,
        thing: Thing,
        to: str,
        *,
        acts: Iterable[str],
        change: Callable[[Thing], Any],
        entry: Callable[[Thing, str], Any],
        event: Callable[[Thing, str], Any],
    ) -> Thing:
        """Move a thing that the caller has locked. `change` sets what else follows and saves, `entry` tells the conversation, `event`
        tells the rest of the house; the last two are given the state it came from. Raises Conflict with the allowed states."""
        source = getattr(thing, self.attribute)
        allowed = self.allowed(source, *acts)
        if to not in allowed:
            raise Conflict(refusal(source, to, allowed), code="move_refused", allowed=allowed, state=source)
        setattr(thing, self.attribute, to)
        change(thing)
        entry(thing, source)
        event(thing, source)
        return thing


def refusal(source: str, to: str, allowed: list[str]) -> str:
    """Why a move is refused, for people."""
    words = ", ".join(state.replace("_", " ") for state in allowed) or "nothing"
    return f"A move from {source.replace('_', ' ')} to {to.replace('_', ' ')} is not allowed. Allowed from here: {words}."
