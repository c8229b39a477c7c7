"""Who gets which ticket: pure, so that the rule can be read and tested without a database.

Tickets by priority, then by age; eligible agents in a round robin, least recently assigned first.
"""
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
    Reason.NOBODY_WITH_SKILL: "No agent has the skill that it needs.",
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
        able, first = False, None
        for candidate in self.order:
            if candidate.knows(waiting.skill):
                able = True
                if candidate.agent != waiting.released_by:
                    if waiting.preferred in (None, candidate.agent):
                        return candidate
                    first = first or candidate
        if not able:
            self.hopeless.add(waiting.skill)
        return first

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


@dataclass(frozen=True)
class Reach:
    """How deep one run of `assign` can reach into a queue: places free by skill (`anybody`: for tickets that need none), and whose."""

    anybody: int
    knowing: Mapping[UUID, int]
    agents: frozenset[UUID]

    def of(self, waiting: Waiting) -> int:
        """How many tickets like this one can be assigned at most."""
        return self.anybody if waiting.skill is None else self.knowing.get(waiting.skill, 0)

    def kind(self, waiting: Waiting) -> tuple[UUID | None, UUID | None]:
        """Tickets of a kind are assigned in the queue's order until one is not, and then none: who could have taken it is full."""
        return waiting.skill, waiting.released_by if waiting.released_by in self.agents else None


def reach(candidates: Iterable[Candidate]) -> Reach:
    """What these agents can reach."""
    taking = [c for c in candidates if c.on_duty and c.free]
    knowing: Counter[UUID] = Counter()
    for candidate in taking:
        knowing.update(dict.fromkeys(candidate.skills, candidate.free))
    return Reach(sum(c.free for c in taking), knowing, frozenset(c.agent for c in taking))


def within(queue: Iterable[Waiting], reach: Reach) -> list[Waiting]:
    """The part of a queue that decides; `assign` does with it what it does with the whole."""
    read: Counter[tuple[UUID | None, UUID | None]] = Counter()
    part = []
    for waiting in queue:
        if read[reach.kind(waiting)] < reach.of(waiting):
            read[reach.kind(waiting)] += 1
            part.append(waiting)
    return part


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
