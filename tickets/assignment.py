"""Who gets which ticket: pure, so that the rule can be read and tested without a database.

Tickets by priority, then by age; eligible agents in a round robin, least recently assigned first.
"""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True)
class Waiting:
    """A queued ticket, in its place in the queue."""

    ticket: UUID
    skill: UUID | None = None
    preferred: UUID | None = None  # gets it back at once if eligible
    released_by: UUID | None = None  # does not get it back


@dataclass(frozen=True)
class Candidate:
    """An agent as the queue sees them now. `turn` counts assignments: a lower one was assigned longer ago."""

    agent: UUID
    available: bool
    on_shift: bool
    load: int
    capacity: int
    turn: int = 0
    skills: frozenset[UUID] = frozenset()

    @property
    def free(self) -> int:
        """How many more tickets they may hold."""
        return max(0, self.capacity - self.load)

    @property
    def on_duty(self) -> bool:
        return self.available and self.on_shift

    def knows(self, skill: UUID | None) -> bool:
        return skill is None or skill in self.skills


@dataclass(frozen=True)
class Assigned:
    ticket: UUID
    agent: UUID
    turn: int


class Reason(StrEnum):
    """Why a ticket waits."""

    PAUSED = "paused"
    NO_AGENTS = "no_agents"
    NOBODY_WITH_SKILL = "nobody_with_skill"
    ONLY_RELEASER = "only_releaser"
    NOBODY_AVAILABLE = "nobody_available"
    NOBODY_ON_SHIFT = "nobody_on_shift"
    ALL_AT_CAPACITY = "all_at_capacity"
    NEXT = "next"


TEXTS = {
    Reason.PAUSED: "Automatic assignment is switched off.",
    Reason.NO_AGENTS: "The organization has no agents.",
    Reason.NOBODY_WITH_SKILL: "No agent has the skill that this category needs.",
    Reason.ONLY_RELEASER: "The only agent who could take it gave it back.",
    Reason.NOBODY_AVAILABLE: "No agent who could take it is available.",
    Reason.NOBODY_ON_SHIFT: "No agent who could take it is inside a shift.",
    Reason.ALL_AT_CAPACITY: "All agents who could take it are at capacity.",
    Reason.NEXT: "It is being assigned.",
}


@dataclass
class _Rota:
    """The agents on duty with room left, least recently assigned first."""

    order: list[Candidate]
    room: dict[UUID, int]
    hopeless: set[UUID | None] = field(default_factory=set)  # skills that nobody here has room for

    def pick(self, waiting: Waiting) -> Candidate | None:
        if waiting.skill in self.hopeless:
            return None
        able = [c for c in self.order if c.knows(waiting.skill)]
        if not able:
            self.hopeless.add(waiting.skill)
            return None
        willing = [c for c in able if c.agent != waiting.released_by]
        return next((c for c in willing if c.agent == waiting.preferred), willing[0] if willing else None)

    def assign(self, candidate: Candidate) -> None:
        self.order.remove(candidate)
        self.room[candidate.agent] -= 1
        if self.room[candidate.agent]:
            self.order.append(candidate)


def assign(queue: Iterable[Waiting], candidates: Sequence[Candidate], *, turn: int) -> list[Assigned]:
    """Who gets which of the waiting tickets, in the queue's order. `turn` is the number of the organization's last assignment."""
    on_duty = sorted((c for c in candidates if c.on_duty and c.free), key=lambda c: (c.turn, c.agent))
    rota = _Rota(on_duty, {c.agent: c.free for c in on_duty})
    assigned: list[Assigned] = []
    for waiting in queue:
        if not rota.order:
            break
        if candidate := rota.pick(waiting):
            rota.assign(candidate)
            assigned.append(Assigned(waiting.ticket, candidate.agent, turn + len(assigned) + 1))
    return assigned


def reason(waiting: Waiting, candidates: Sequence[Candidate], *, paused: bool = False) -> Reason:
    """The first thing that would have to change for the ticket to be assigned."""
    if paused:
        return Reason.PAUSED
    left = list(candidates)
    for why, passes in (
        (Reason.NO_AGENTS, lambda c: True),
        (Reason.NOBODY_WITH_SKILL, lambda c: c.knows(waiting.skill)),
        (Reason.ONLY_RELEASER, lambda c: c.agent != waiting.released_by),
        (Reason.NOBODY_AVAILABLE, lambda c: c.available),
        (Reason.NOBODY_ON_SHIFT, lambda c: c.on_shift),
        (Reason.ALL_AT_CAPACITY, lambda c: c.free > 0),
    ):
        left = [c for c in left if passes(c)]
        if not left:
            return why
    return Reason.NEXT
