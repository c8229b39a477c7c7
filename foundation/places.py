"""Slow work on requests' threads: so many at once, a few wait, the rest is told to come back."""
import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

from foundation.errors import DomainError


class Places:
    """`at_once` may work, and `room` be here, those who wait included; of one and the same `whose` half of the room. `refusal` makes the
    error for whoever finds no place."""

    def __init__(self, at_once: int, room: int, refusal: Callable[[], DomainError]) -> None:
        self.room = threading.BoundedSemaphore(room)
        self.work = threading.BoundedSemaphore(at_once)
        self._most_of_one = (room + 1) // 2
        self._refusal = refusal
        self._lock = threading.Lock()
        self._theirs: Counter[Hashable] = Counter()

    def expect_room(self) -> None:
        """Raises the refusal where nobody could take a place at this moment."""
        if not self.room.acquire(blocking=False):
            raise self._refusal()
        self.room.release()

    @contextmanager
    def place(self, whose: Hashable = None) -> Iterator[None]:
        """A place to work at; raises the refusal at once where there is no room, or none for them."""
        with self._share(whose):
            if not self.room.acquire(blocking=False):
                raise self._refusal()
            try:
                with self.work:
                    yield
            finally:
                self.room.release()

    @contextmanager
    def _share(self, whose: Hashable) -> Iterator[None]:
        if whose is None:
            yield
            return
        with self._lock:
            if self._theirs[whose] >= self._most_of_one:
                raise self._refusal()
            self._theirs[whose] += 1
        try:
            yield
        finally:
            with self._lock:
                self._theirs[whose] -= 1
                if not self._theirs[whose]:
                    del self._theirs[whose]
