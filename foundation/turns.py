"""A few places that all organizations share, and none can fill: the last free one is for whoever holds none, and the next who may have a
place is who holds the fewest."""
import asyncio
from collections import Counter, deque
from collections.abc import Hashable

Waiting = asyncio.Future[None]


class Turns:
    """`most` places of one event loop. What is done there may take long; whoever holds a place gives it back, once."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._held: Counter[Hashable] = Counter()
        self._waiting: dict[Hashable, deque[Waiting]] = {}  # who has waited longest first

    def take_now(self, whose: Hashable) -> bool:
        """Whether there was a place for them at once."""
        if may := self._may(whose):
            self._give(whose)
        return may

    async def take(self, whose: Hashable) -> None:
        """Wait for a place. Whoever is cancelled meanwhile has none."""
        if self.take_now(whose):
            return
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(whose, deque()).append(waiting)
        try:
            await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():
                self.give_back(whose)
            raise

    def give_back(self, whose: Hashable) -> None:
        """Somebody of theirs is done."""
        self._free += 1
        self._held[whose] -= 1
        if not self._held[whose]:
            del self._held[whose]
        self._next()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(not one.done() for line in self._waiting.values() for one in line)

    def _may(self, whose: Hashable) -> bool:
        return self._free > (1 if self._held[whose] else 0)

    def _give(self, whose: Hashable) -> None:
        self._free -= 1
        self._held[whose] += 1

    def _next(self) -> None:
        while self._waiting:
            whose = min(self._waiting, key=self._held.__getitem__)
            if not self._may(whose):
                return
            line = self._waiting.pop(whose)
            waiting = line.popleft()
            if line:
                self._waiting[whose] = line  # at the end
            if not waiting.done():
                self._give(whose)
                waiting.set_result(None)
