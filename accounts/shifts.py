"""Whether an agent is at work: pure arithmetic over shifts in their own time zones."""
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
AHEAD = 8  # days in which every weekly shift begins and ends


@dataclass(frozen=True)
class Hours:
    """Monday is 0. Where `ends` is not after `starts`, the shift ends on the next day."""

    weekday: int
    starts: time
    ends: time
    time_zone: str


def on_shift(shifts: Iterable[Hours], now: datetime) -> bool:
    """Whether an aware moment lies inside one of the shifts; nobody's shifts mean always. A shift begins at its first minute and is
    over at its last; wall clocks decide, so that a shift keeps its hours when the clocks change."""
    hours = list(shifts)
    return not hours or any(covers(shift, now) for shift in hours)


def covers(shift: Hours, now: datetime) -> bool:
    """Whether one shift, begun today or yesterday on its own wall clock, covers the moment."""
    local = now.astimezone(ZoneInfo(shift.time_zone))
    today, clock = local.weekday(), local.time()
    if shift.starts < shift.ends:
        return today == shift.weekday and shift.starts <= clock < shift.ends
    began_yesterday = (local - DAY).weekday() == shift.weekday
    return (today == shift.weekday and clock >= shift.starts) or (began_yesterday and clock < shift.ends)


@dataclass(frozen=True)
class Outlook:
    """When the current shift is over, and when the next one begins after it; None where that does not happen."""

    until: datetime | None = None
    next: datetime | None = None


def outlook(shifts: Sequence[Hours], now: datetime) -> Outlook:
    """What comes of shifts, in UTC. Shifts that touch or overlap are one."""
    at_work, ends = on_shift(shifts, now), None
    for moment in _boundaries(shifts, now):
        if on_shift(shifts, moment) == at_work:
            continue
        if not at_work:
            return Outlook(ends, moment)
        at_work, ends = False, moment
    return Outlook(ends)


def _boundaries(shifts: Sequence[Hours], now: datetime) -> list[datetime]:
    """All moments after now at which a shift could begin or be over: its own hours, and changes of its clocks."""
    moments = {moment for shift in shifts for moment in _hours(shift, now)}
    for zone in {shift.time_zone for shift in shifts}:
        moments |= set(_changes(ZoneInfo(zone), now))
    return sorted(moment for moment in moments if moment > now)


def _days(zone: ZoneInfo, now: datetime) -> Iterator[date]:
    today = now.astimezone(zone).date()
    return (today + DAY * offset for offset in range(-1, AHEAD + 1))


def _hours(shift: Hours, now: datetime) -> Iterator[datetime]:
    zone = ZoneInfo(shift.time_zone)
    for day in _days(zone, now):
        if day.weekday() == shift.weekday:
            ends_on = day if shift.starts < shift.ends else day + DAY
            for local in (datetime.combine(day, shift.starts), datetime.combine(ends_on, shift.ends)):
                yield from (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def _changes(zone: ZoneInfo, now: datetime) -> Iterator[datetime]:
    """The moments, to the second, at which the zone's clocks are set."""
    days = [now.astimezone(UTC) + DAY * offset for offset in range(AHEAD + 2)]
    for before, after in pairwise(days):
        if _offset(before, zone) != _offset(after, zone):
            yield _change(before.replace(microsecond=0), after.replace(microsecond=0), zone)


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first second of the new time between the two."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _offset(middle, zone) == _offset(before, zone) else (before, middle)
    return after


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
