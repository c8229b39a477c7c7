"""Slow work on requests' threads: so many at once, a few wait, the rest is told to come back."""
import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from foundation.errors import DomainError


@dataclass(eq=False)
class Waiting:
    """Somebody in the line, and the sign to begin."""

    whose: Hashable
    begin: threading.Event = field(default_factory=threading.Event)


class Places:
    """`at_once` may work, and `room` be here, those who wait included; of one and the same `whose` half of the room. Of those who wait
    the one is next whose turn was longest ago: whoever has much to do keeps nobody else waiting for more than one piece of it. `refusal`
    makes the error for whoever finds no place."""

    def __init__(self, at_once: int, room: int, refusal: Callable[[], DomainError]) -> None:
        self._idle = at_once
        self.room = room
        self._most_of_one = (room + 1) // 2
        self._refusal = refusal
        self._lock = threading.Lock()
        self.here: Counter[Hashable] = Counter()
        self._line: list[Waiting] = []  # in the order in which they came
        self._turn = 0
        self._turns: dict[Hashable, int] = {}  # the last one of each who is here

    def expect_room(self, whose: Hashable = None) -> None:
        """Raises the refusal where they would be refused at this moment."""
        with self._lock:
            self._expect_room(whose)

    @contextmanager
    def place(self, whose: Hashable = None) -> Iterator[None]:
        """A place to work at; raises the refusal at once where there is no room, or none for them."""
        waiting = self._enter(whose)
        try:
            waiting.begin.wait()
            yield
        finally:
            self._leave(waiting)

    def _expect_room(self, whose: Hashable) -> None:
        if self.here.total() >= self.room or (whose is not None and self.here[whose] >= self._most_of_one):
            raise self._refusal()

    def _enter(self, whose: Hashable) -> Waiting:
        waiting = Waiting(whose)
        with self._lock:
            self._expect_room(whose)
            self.here[whose] += 1
            self._turns.setdefault(whose, self._turn - 1)  # before whoever just had a turn, behind whoever waits since one before
            self._line.append(waiting)
            self._begin()
        return waiting

    def _leave(self, waiting: Waiting) -> None:
        with self._lock:
            if waiting.begin.is_set():
                self._idle += 1
            else:  # it was interrupted
                self._line.remove(waiting)
            self.here[waiting.whose] -= 1
            if not self.here[waiting.whose]:
                del self.here[waiting.whose], self._turns[waiting.whose]
            self._begin()

    def _begin(self) -> None:
        """Whoever is next begins, where a place is idle."""
        while self._idle and self._line:
            following = min(self._line, key=lambda waiting: self._turns[waiting.whose])
            self._line.remove(following)
            self._idle -= 1
            self._turn += 1
            self._turns[following.whose] = self._turn
            following.begin.set()
