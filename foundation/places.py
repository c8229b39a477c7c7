"""Slow work on requests' threads: so many at once, a few wait, the rest is told to come back."""
import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from foundation.errors import DomainError

Group = tuple[Hashable, ...]


@dataclass(eq=False)
class Waiting:
    """Somebody in the line, the groups that they belong to, and the sign to begin."""

    groups: tuple[Group, ...]
    begin: threading.Event = field(default_factory=threading.Event)


class Places:
    """`at_once` may work, and `room` be here, those who wait included. `whose` it is, is said from the widest to the narrowest, such as
    organization and user: each has half of what the one before has. Of those who wait the one is next whose organization's turn, and
    within it their own, was longest ago: whoever has much to do keeps nobody else waiting for more than one piece of it. `refusal` makes
    the error for whoever finds no place."""

    def __init__(self, at_once: int, room: int, refusal: Callable[[], DomainError]) -> None:
        self.room = room
        self.here = 0
        self.theirs: Counter[Group] = Counter()
        self._idle = at_once
        self._refusal = refusal
        self._lock = threading.Lock()
        self._line: list[Waiting] = []  # in the order in which they came
        self._turn = 0
        self._turns: dict[Group, int] = {}  # the last one of each who is here

    def expect_room(self) -> None:
        """Raises the refusal where nobody could take a place at this moment."""
        with self._lock:
            self._expect_room(())

    @contextmanager
    def place(self, *whose: Hashable) -> Iterator[None]:
        """A place to work at; raises the refusal at once where there is no room, or none for them."""
        waiting = self._enter(tuple(whose[:depth] for depth in range(1, len(whose) + 1)))
        try:
            waiting.begin.wait()
            yield
        finally:
            self._leave(waiting)

    def _expect_room(self, groups: tuple[Group, ...]) -> None:
        most, here = self.room, self.here
        for group in groups:
            if here >= most:
                break
            most, here = (most + 1) // 2, self.theirs[group]
        if here >= most:
            raise self._refusal()

    def _enter(self, groups: tuple[Group, ...]) -> Waiting:
        waiting = Waiting(groups)
        with self._lock:
            self._expect_room(groups)
            self.here += 1
            for group in groups:
                self.theirs[group] += 1
                self._turns.setdefault(group, self._turn - 1)  # before whoever just had one, behind whoever waits since one before
            self._line.append(waiting)
            self._begin()
        return waiting

    def _leave(self, waiting: Waiting) -> None:
        with self._lock:
            if waiting.begin.is_set():
                self._idle += 1
            else:  # it was interrupted
                self._line.remove(waiting)
            self.here -= 1
            for group in waiting.groups:
                self.theirs[group] -= 1
                if not self.theirs[group]:
                    del self.theirs[group], self._turns[group]
            self._begin()

    def _begin(self) -> None:
        """Whoever is next begins, where a place is idle."""
        while self._idle and self._line:
            following = min(self._line, key=lambda waiting: [self._turns[group] for group in waiting.groups])
            self._line.remove(following)
            self._idle -= 1
            self._turn += 1
            self._turns.update(dict.fromkeys(following.groups, self._turn))
            following.begin.set()
