"""The clocks of one ticket: what starts, pauses and stops them, and what is to be said of them by now."""
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from tickets.sla.calendars import ELAPSED, Calendar, Measure, NeverOpen
from tickets.sla.clocks import RESPONSES, Clock, Kind, Moments, Pause, State, Target, begun

Calendars = Mapping[UUID, Calendar]
KINDS = tuple(Kind)
NEVER: list[datetime | None] = [None, None, None]
PAUSES = ("pending", "resolved")  # the statuses in which resolution waits


@dataclass(frozen=True)
class Policy:
    """What is promised of a ticket, by kind of clock and priority (1 low to 4 urgent). `further`: so many minutes after a breach it is
    escalated once more."""

    id: UUID
    targets: Mapping[tuple[Kind, int], Target]
    further: tuple[int, ...] = ()

    @cached_property
    def promises_next_response(self) -> bool:
        """Whether there is a target for it, of any priority."""
        return any(kind == Kind.NEXT_RESPONSE for kind, _ in self.targets)


@dataclass(frozen=True)
class Happening:
    """A boundary that a clock has passed. `level`: 1 warning, 2 critical, 3 breached, from 4 on the further levels."""

    clock: Kind
    level: int
    after: datetime

    @property
    def escalates(self) -> bool:
        return self.level >= State.BREACHED


@dataclass(frozen=True)
class Columns:
    """After which moments a ticket is in warning, critical and breached, by the worst of its clocks; and after which one there is something
    to be said."""

    warning_at: datetime | None = None
    critical_at: datetime | None = None
    due_at: datetime | None = None
    next_at: datetime | None = None


@dataclass(frozen=True)
class Clocks:
    """What was promised of a ticket by which policy, and how it stands. `pauses` are when the ticket waited for its customer or counted as
    resolved, `paused_at` since when it does. Changes give new ones."""

    policy: UUID
    next_response_promised: bool
    further: tuple[int, ...] = ()
    escalation_level: int = 0
    pauses: tuple[Pause, ...] = ()
    paused_at: datetime | None = None
    clocks: Mapping[Kind, Clock] = field(default_factory=dict)

    def follow(self, status: str, at: datetime, calendars: Calendars) -> "Clocks":
        """As they stand in this status. Resolution pauses while the customer is to answer and while it counts as resolved; then nothing
        else is owed."""
        pausing = status in PAUSES
        clocks = dict(self.clocks)
        for kind, clock in self.clocks.items():
            if status == "closed" or (status == "resolved" and kind in RESPONSES):
                clocks[kind] = clock.stop(at)
            elif kind == Kind.RESOLUTION:
                clocks[kind] = clock.pause(at) if pausing else clock.resume(at, measure_of(clock.target, calendars))
        over = () if pausing or self.paused_at is None or at <= self.paused_at else ((self.paused_at, at),)
        return replace(self, clocks=clocks, pauses=(*self.pauses, *over), paused_at=self.paused_at or at if pausing else None)

    def answered(self, at: datetime) -> "Clocks":
        """The staff said something to the customer."""
        return replace(self, clocks={kind: clock.stop(at) if kind in RESPONSES else clock for kind, clock in self.clocks.items()})

    def asked(self, at: datetime, target: Target | None, calendars: Calendars) -> "Clocks":
        """The customer said something: the next response is owed, counted from the first message that awaits it."""
        if not self.awaits_question:
            return self
        clock = start(target, at, calendars)
        return self._with(Kind.NEXT_RESPONSE, clock) if clock else replace(self, next_response_promised=False)

    @property
    def awaits_question(self) -> bool:
        """Whether the customer's next message starts a clock: the next response is promised, and no response is owed yet."""
        return self.next_response_promised and not self.owes_response

    @property
    def owes_response(self) -> bool:
        """Whether a response clock runs."""
        return any(kind in self.clocks and self.clocks[kind].running for kind in RESPONSES)

    def fit(self, policy: Policy | None, priority: int, calendars: Calendars, now: datetime, *,
            opened_at: datetime, responded_at: datetime | None) -> "Clocks | None":
        """With the targets of a policy for a priority, from the same starts. A clock that has no target any more is dropped, unless it has
        stopped; one that has a target only now began when the ticket was opened."""
        if policy is None:
            return None
        clocks = {}
        for kind in Kind:
            target, clock = policy.targets.get((kind, priority)), self.clocks.get(kind)
            fitted = _fit(clock, target, calendars, now) if clock else self._late(kind, target, calendars, opened_at, responded_at)
            if fitted:
                clocks[kind] = fitted
        return replace(self, policy=policy.id, next_response_promised=policy.promises_next_response, further=policy.further, clocks=clocks)

    def _late(self, kind: Kind, target: Target | None, calendars: Calendars, opened_at: datetime,
              responded_at: datetime | None) -> Clock | None:
        if kind == Kind.NEXT_RESPONSE:
            return None
        if kind == Kind.FIRST_RESPONSE:
            clock = start(target, opened_at, calendars)
            return clock.stop(responded_at) if clock and responded_at else clock
        clock = start(target, opened_at, calendars, self.pauses)
        return clock.pause(self.paused_at) if clock and self.paused_at else clock

    def advance(self, now: datetime) -> "tuple[Clocks, list[Happening]]":
        """With everything said that is to be said by now, and what that is. Of a warning that was missed only the last one is said, of
        escalations each."""
        clocks = dict(self.clocks)
        happened: list[Happening] = []
        for kind, clock in self.clocks.items():
            if clock.stopped_at is None:
                by_now = [moment for moment in clock.begins(self.further) if moment < (clock.paused_at or now)]
                happened += _said(kind, by_now, clock.handled)
                clocks[kind] = replace(clock, handled=max(clock.handled, len(by_now)))
        raised = self.escalation_level + sum(each.escalates for each in happened)
        return replace(self, clocks=clocks, escalation_level=raised), sorted(happened, key=lambda each: each.after)

    def columns(self, status: str) -> Columns:
        """What lists and the sweep look for; nothing where nothing is owed."""
        owed = [] if status in ("resolved", "closed") else [clock for clock in self.clocks.values() if clock.stopped_at is None]
        ends = [clock.ends() for clock in owed] or [NEVER]
        warning_at, critical_at, due_at = (_first(moments) for moments in zip(*ends, strict=True))
        return Columns(warning_at, critical_at, due_at, _first(clock.next_at(self.further) for clock in owed))

    def state(self, now: datetime) -> State:
        """The worst state of what is owed."""
        return max((clock.state(now) for clock in self.clocks.values() if clock.stopped_at is None), default=State.OK)

    def _with(self, kind: Kind, clock: Clock) -> "Clocks":
        return replace(self, clocks={**self.clocks, kind: clock})


def begin(policy: Policy | None, priority: int, calendars: Calendars, at: datetime) -> Clocks | None:
    """The clocks of a ticket that is opened now; None where nothing is promised."""
    if policy is None:
        return None
    clocks = {kind: clock for kind in (Kind.FIRST_RESPONSE, Kind.RESOLUTION)
              if (clock := start(policy.targets.get((kind, priority)), at, calendars))}
    return Clocks(policy.id, policy.promises_next_response, policy.further, clocks=clocks)


def start(target: Target | None, at: datetime, calendars: Calendars, pauses: tuple[Pause, ...] = ()) -> Clock | None:
    """A clock for this target; None where there is none, or none that can be reached."""
    measure = measure_of(target, calendars) if target else None
    if target is None or measure is None:
        return None
    try:
        return begun(target, measure, at, pauses)
    except NeverOpen:
        return None


def measure_of(target: Target, calendars: Calendars) -> Measure | None:
    """How a target's time is measured; None where its calendar is gone."""
    return ELAPSED if target.calendar is None else calendars.get(target.calendar)


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _fit(clock: Clock, target: Target | None, calendars: Calendars, now: datetime) -> Clock | None:
    if clock.stopped_at is not None:
        return clock
    measure = measure_of(target, calendars) if target else None
    if target is None or measure is None:
        return None
    try:
        return clock.fit(target, measure, now)
    except NeverOpen:
        return clock


def _said(kind: Kind, by_now: list[datetime], handled: int) -> Iterator[Happening]:
    """What a clock that has passed so many boundaries, of which some are handled, gives to say."""
    for level in range(handled + 1, len(by_now) + 1):
        if level >= State.BREACHED or level == len(by_now):
            yield Happening(kind, level, by_now[level - 1])


# As JSON: what a ticket's row keeps is what its staff is shown.


def as_json(clocks: Clocks) -> dict[str, Any]:
    """Moments are aware datetimes, for whoever encodes."""
    return {
        "policy": clocks.policy, "escalation_level": clocks.escalation_level, "further_levels": clocks.further,
        "next_response_promised": clocks.next_response_promised, "paused_at": clocks.paused_at, "pauses": clocks.pauses,
        **{kind.value: clock_as_json(clocks.clocks[kind]) if kind in clocks.clocks else None for kind in KINDS},
    }


def clock_as_json(clock: Clock) -> dict[str, Any]:
    """One clock."""
    ends = clock.moments
    return {
        "target_seconds": clock.target.seconds, "calendar": clock.target.calendar, "started_at": clock.started_at,
        "warning_at": ends.warning_at, "critical_at": ends.critical_at, "due_at": ends.due_at, "stopped_at": clock.stopped_at,
        "handled": clock.handled,
    }


def of_json(stored: Mapping[str, Any]) -> Clocks:
    """The clocks that a row keeps."""
    pauses = tuple((_moment(begins), _moment(ends)) for begins, ends in stored["pauses"])
    paused_at = _known(stored["paused_at"])
    return Clocks(
        policy=UUID(stored["policy"]), next_response_promised=stored["next_response_promised"], further=tuple(stored["further_levels"]),
        escalation_level=stored["escalation_level"], pauses=pauses, paused_at=paused_at,
        clocks={kind: _clock_of_json(stored[kind], *((pauses, paused_at) if kind == Kind.RESOLUTION else ((), None)))
                for kind in KINDS if stored[kind] is not None})


def _clock_of_json(stored: Mapping[str, Any], pauses: tuple[Pause, ...], paused_at: datetime | None) -> Clock:
    stopped_at = _known(stored["stopped_at"])
    return Clock(
        target=Target(stored["target_seconds"], UUID(stored["calendar"]) if stored["calendar"] else None),
        started_at=_moment(stored["started_at"]),
        moments=Moments(_moment(stored["warning_at"]), _moment(stored["critical_at"]), _moment(stored["due_at"])), pauses=pauses,
        paused_at=None if stopped_at else paused_at, stopped_at=stopped_at, handled=stored["handled"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _known(text: str | None) -> datetime | None:
    return _moment(text) if text else None
