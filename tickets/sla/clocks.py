"""One clock: what it counts, when it is due, and in which state it is."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from functools import cached_property
from uuid import UUID

from tickets.sla.calendars import ELAPSED, Measure, NeverOpen

Pause = tuple[datetime, datetime]


class Kind(StrEnum):
    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


RESPONSES = (Kind.FIRST_RESPONSE, Kind.NEXT_RESPONSE)  # they never pause


class State(IntEnum):
    """How close a clock is to its deadline; a number more is worse."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    BREACHED = 3


COLOURS = {State.OK: "green", State.WARNING: "yellow", State.CRITICAL: "red", State.BREACHED: "red"}


def state_of(remaining: timedelta, target: timedelta) -> State:
    """The state with so much of the target left: less than nothing is breached, less than a fifth critical, less than half a warning."""
    if remaining < timedelta():
        return State.BREACHED
    if 5 * remaining < target:
        return State.CRITICAL
    return State.WARNING if 2 * remaining < target else State.OK


@dataclass(frozen=True)
class Target:
    """What is promised: so much time, in the open time of a calendar or, without one, as it passes."""

    seconds: int
    calendar: UUID | None = None

    @cached_property
    def time(self) -> timedelta:
        return timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class Moments:
    """The last moments at which a clock is ok, not yet critical, and in time: a moment later the next state begins."""

    warning_at: datetime
    critical_at: datetime
    due_at: datetime


def moments(start: datetime, target: timedelta, measure: Measure, pauses: Sequence[Pause] = ()) -> Moments:
    """When the states of a clock end. Raises NeverOpen."""
    if not pauses:
        return Moments(measure.passed(start, target / 2), measure.passed(start, target * 4 / 5), measure.reached(start, target))
    return Moments(
        warning_at=passed(start, target / 2, measure, pauses), critical_at=passed(start, target * 4 / 5, measure, pauses),
        due_at=deadline(start, target, measure, pauses))


def deadline(start: datetime, target: timedelta, measure: Measure, pauses: Sequence[Pause] = ()) -> datetime:
    """The first moment by which the target has passed outside the pauses, so that one which ends at closing time is due then, and not at
    the next opening. Pauses are in their order. Raises NeverOpen."""
    left = target
    for begins, ends in _running(start, pauses):
        if ends is None:
            return measure.reached(begins, left)
        if left <= (ran := measure.between(begins, ends)):
            return measure.reached(begins, left)
        left -= ran
    raise AssertionError("the last part has no end")


def passed(start: datetime, amount: timedelta, measure: Measure, pauses: Sequence[Pause] = ()) -> datetime:
    """The last moment by which no more than this has passed outside the pauses. Raises NeverOpen."""
    left = amount
    for begins, ends in _running(start, pauses):
        if ends is None:
            return measure.passed(begins, left)
        if left < (ran := measure.between(begins, ends)):
            return measure.passed(begins, left)
        left -= ran
    raise AssertionError("the last part has no end")


def consumed(start: datetime, at: datetime, measure: Measure, pauses: Sequence[Pause] = ()) -> timedelta:
    """How much has passed by then outside the pauses."""
    return sum((measure.between(begins, at if ends is None else min(ends, at)) for begins, ends in _running(start, pauses)), timedelta())


def _running(start: datetime, pauses: Sequence[Pause]) -> Iterator[tuple[datetime, datetime | None]]:
    """The parts between the pauses; the last one has no end."""
    for begins, ends in pauses:
        yield start, begins
        start = ends
    yield start, None


@dataclass(frozen=True)
class Clock:
    """A clock of a ticket. `handled` counts what has been said of it: its warning, that it is critical, its breach, further levels."""

    target: Target
    started_at: datetime
    moments: Moments
    pauses: tuple[Pause, ...] = ()
    paused_at: datetime | None = None
    stopped_at: datetime | None = None
    handled: int = 0

    @property
    def running(self) -> bool:
        return self.paused_at is None and self.stopped_at is None

    def state(self, now: datetime) -> State:
        """Its state, which stays as it was once it has stopped, and while it pauses. What is past its deadline is breached, however little
        of its calendar's time has passed since."""
        at = self.stopped_at or self.paused_at or now
        ends = (self.moments.warning_at, self.moments.critical_at, self.moments.due_at)
        return State(sum(at > end for end in ends))

    def begins(self, further: Sequence[int]) -> list[datetime]:
        """The moments after which something is to be said: warning, critical, breach, and the further levels, so many minutes of it running
        after its deadline."""
        ends = self.moments
        return [ends.warning_at, ends.critical_at, ends.due_at, *(self._level(minutes) for minutes in further)]

    def _level(self, minutes: int) -> datetime:
        due = self.moments.due_at
        later = [(max(due, begins), ends) for begins, ends in self.pauses if ends > due]
        return deadline(due, timedelta(minutes=minutes), ELAPSED, later)

    def next_at(self, further: Sequence[int]) -> datetime | None:
        """After which moment there is something more to say of it; None where there is not, for now."""
        if self.stopped_at is not None:
            return None
        ends = self.moments
        if self.handled < State.BREACHED:
            following = (ends.warning_at, ends.critical_at, ends.due_at)[self.handled]
        elif (level := self.handled - State.BREACHED) < len(further):
            following = self._level(further[level])
        else:
            return None
        return following if self._comes(following) else None

    def _comes(self, moment: datetime) -> bool:
        """Whether it gets there by itself: while it pauses, only what it has passed already counts."""
        return self.paused_at is None or moment < self.paused_at

    def ends(self) -> list[datetime | None]:
        """After which moments it is in warning, critical and breached; None where it is not getting there for now."""
        found = (self.moments.warning_at, self.moments.critical_at, self.moments.due_at)
        return [moment if self._comes(moment) else None for moment in found]

    def stop(self, at: datetime) -> "Clock":
        """What was promised has been done, or is no longer owed."""
        return self if self.stopped_at else replace(self, stopped_at=self.paused_at or at, paused_at=None)

    def pause(self, at: datetime) -> "Clock":
        return replace(self, paused_at=at) if self.running else self

    def resume(self, at: datetime, measure: Measure | None) -> "Clock":
        """It goes on, its deadline as much later as the pause took of its time. Without its measure, whose calendar may be gone or open too
        seldom by now, as much later as the pause took."""
        if self.paused_at is None:
            return self
        pauses = (*self.pauses, (self.paused_at, at)) if at > self.paused_at else self.pauses
        try:
            ends = moments(self.started_at, self.target.time, measure, pauses) if measure else self._shifted(at)
        except NeverOpen:
            ends = self._shifted(at)
        return replace(self, pauses=pauses, paused_at=None, moments=ends)

    def _shifted(self, at: datetime) -> Moments:
        assert self.paused_at is not None  # noqa: S101
        shift = at - self.paused_at
        return Moments(*(moment if moment < self.paused_at else moment + shift
                         for moment in (self.moments.warning_at, self.moments.critical_at, self.moments.due_at)))

    def fit(self, target: Target, measure: Measure, now: datetime) -> "Clock":
        """Another target from the same start. What has been said is not said again unless it becomes untrue and then true once more."""
        if self.stopped_at is not None:
            return self
        fitted = replace(self, target=target, moments=moments(self.started_at, target.time, measure, self.pauses))
        state = fitted.state(now)
        return fitted if state == State.BREACHED else replace(fitted, handled=min(self.handled, state))


def begun(target: Target, measure: Measure, at: datetime, pauses: tuple[Pause, ...] = ()) -> Clock:
    """A clock that starts at that moment. Raises NeverOpen."""
    return Clock(target, at, moments(at, target.time, measure, pauses), pauses)
