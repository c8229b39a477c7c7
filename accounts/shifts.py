"""Whether an agent is at work: pure arithmetic over shifts in their own time zones."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


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
    began_yesterday = (local - timedelta(days=1)).weekday() == shift.weekday
    return (today == shift.weekday and clock >= shift.starts) or (began_yesterday and clock < shift.ends)
