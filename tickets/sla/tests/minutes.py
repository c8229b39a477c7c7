"""The same rules minute by minute: slow, simple, and sharing no line with what it checks. All times are whole minutes."""
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
Pause = tuple[datetime, datetime]


class Desk:
    """Open in these minutes of the week on its own wall clock, but not on these dates. Monday's midnight is minute 0."""

    def __init__(self, zone: str, hours: Sequence[tuple[int, int, int]], holidays: frozenset[date]) -> None:
        self.zone = ZoneInfo(zone)
        self.holidays = holidays
        self.week = [False] * 7 * 1440
        for weekday, opens, closes in hours:  # minutes of the day
            length = (closes - opens) % 1440 or 1440
            for minute in range(length):
                self.week[(weekday * 1440 + opens + minute) % (7 * 1440)] = True

    def serves(self, minute: datetime) -> bool:
        local = minute.astimezone(self.zone)
        return self.week[local.weekday() * 1440 + local.hour * 60 + local.minute] and local.date() not in self.holidays


class Always(Desk):
    def __init__(self) -> None: ...

    def serves(self, minute: datetime) -> bool:
        return True


def counts(desk: Desk, minute: datetime, pauses: Sequence[Pause]) -> bool:
    """Whether the minute that begins here is one of the clock's."""
    for begins, ends in pauses:
        if begins <= minute < ends:
            return False
    return desk.serves(minute)


def first_with(desk: Desk, start: datetime, minutes: int, pauses: Sequence[Pause] = ()) -> datetime:
    """The earliest moment at which so many minutes have passed."""
    at = start
    while minutes:
        minutes -= counts(desk, at, pauses)
        at += MINUTE
    return at


def last_with(desk: Desk, start: datetime, minutes: int, pauses: Sequence[Pause] = ()) -> datetime:
    """The latest moment at which no more than so many minutes have passed."""
    return next_counted(desk, first_with(desk, start, minutes, pauses), pauses)


def next_counted(desk: Desk, at: datetime, pauses: Sequence[Pause] = ()) -> datetime:
    """When the first minute begins, from a moment on, that is one of the clock's."""
    while not counts(desk, at, pauses):
        at += MINUTE
    return at


def count(desk: Desk, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> int:
    """How many of the clock's minutes lie between two moments."""
    many = 0
    while start < end:
        many += counts(desk, start, pauses)
        start += MINUTE
    return many
