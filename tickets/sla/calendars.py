"""Opening hours as arithmetic: how much open time lies between two moments, and when so much of it has passed.

Wall clocks decide: a calendar is open at the moments whose local time lies inside one of its hours and whose local date is no holiday. So
hours keep their place when the clocks change; what the change skips was not open, and what it repeats is open twice. Inside, a moment is an
integer: microseconds since 1970 UTC.
"""
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Protocol
from zoneinfo import ZoneInfo

from tickets.sla.holidays import is_holiday

MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
DAY = 86_400 * SECOND
CHUNK_DAYS = 32
FARTHEST_CHUNKS = 40 * 366 // CHUNK_DAYS  # forty years: nobody waits longer for a deadline

Span = tuple[int, int]  # from, and up to but not including


class NeverOpen(ValueError):
    """The calendar is not open for so long within forty years."""


class Measure(Protocol):
    """A way to measure time. All moments are aware."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much of it lies between two moments; nothing where the second is not later."""

    def reached(self, start: datetime, amount: timedelta) -> datetime:
        """The first moment by which so much of it has passed. Raises NeverOpen."""

    def passed(self, start: datetime, amount: timedelta) -> datetime:
        """The last moment by which no more than this has passed. Raises NeverOpen."""


class Elapsed:
    """Time as it passes, day and night."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        return max(end.astimezone(UTC) - start.astimezone(UTC), timedelta())  # within one zone Python would subtract wall clocks

    def reached(self, start: datetime, amount: timedelta) -> datetime:
        return start.astimezone(UTC) + amount

    passed = reached


ELAPSED = Elapsed()


@dataclass(frozen=True)
class Hours:
    """Open on a weekday (Monday is 0). Where `closes` is not after `opens`, it is on the next day: 00:00 to 00:00 is all day."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True)
class Calendar:
    """When an organization works; its open time is the time that passes. `holidays` are its own days, beside those of a country or of a
    part of it, by their ISO 3166 codes."""

    time_zone: str
    hours: tuple[Hours, ...]
    holidays: frozenset[date] = frozenset()
    country: str = ""
    subdivision: str = ""
    _chunks: dict[int, list[Span]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def is_open(self, moment: datetime) -> bool:
        """Whether it is open just then; at closing time it is not any more."""
        at = number(moment)
        return any(start <= at < end for start, end in self._chunk(at // (CHUNK_DAYS * DAY)))

    def between(self, start: datetime, end: datetime) -> timedelta:
        first, last = number(start), number(end)
        found = 0
        for chunk in range(first // (CHUNK_DAYS * DAY), last // (CHUNK_DAYS * DAY) + 1):
            for opens, closes in self._chunk(chunk):
                found += max(0, min(closes, last) - max(opens, first))
        return found * MICROSECOND

    def reached(self, start: datetime, amount: timedelta) -> datetime:
        if amount <= timedelta():
            return start
        left = amount // MICROSECOND
        for opens, closes in self._from(number(start)):
            if left <= closes - opens:
                return moment_of(opens + left)
            left -= closes - opens
        raise NeverOpen

    def passed(self, start: datetime, amount: timedelta) -> datetime:
        left = amount // MICROSECOND
        for opens, closes in self._from(number(start)):
            if left < closes - opens:
                return moment_of(opens + left)
            left -= closes - opens
        raise NeverOpen

    def opens_within(self, start: datetime, days: int) -> bool:
        """Whether it opens at all in these days."""
        return self.between(start, start + timedelta(days=days)) > timedelta()

    def _from(self, start: int) -> Iterator[Span]:
        """The open spans from a moment on, in their order, the first cut off there."""
        chunk = start // (CHUNK_DAYS * DAY)
        spans = self._chunk(chunk)
        for opens, closes in spans[max(0, bisect_right(spans, (start, DAY * DAY)) - 1):]:
            if closes > start:
                yield max(opens, start), closes
        for later in range(chunk + 1, chunk + FARTHEST_CHUNKS):
            yield from self._chunk(later)

    def _chunk(self, number: int) -> list[Span]:
        """The open spans of 32 days of UTC, each once computed."""
        found = self._chunks.get(number)
        if found is None:
            first = number * CHUNK_DAYS * DAY
            found = self._chunks[number] = list(merged(self._open(first, first + CHUNK_DAYS * DAY)))
        return found

    def _open(self, first: int, last: int) -> Iterator[Span]:
        for start, end, offset in self._offsets(first, last):
            for day in range((start + offset) // DAY, -(-(end + offset) // DAY)):
                for opens, closes in self._of_day(EPOCH.date() + timedelta(days=day)):
                    found = max(start, day * DAY + opens - offset), min(end, day * DAY + closes - offset)
                    if found[0] < found[1]:
                        yield found

    def _offsets(self, first: int, last: int) -> Iterator[tuple[int, int, int]]:
        """The parts of a time in which the zone keeps one offset to UTC, found by looking at each day's end."""
        begun, offset = first, self._offset(first)
        for day in range(first, last, DAY):
            end = min(day + DAY, last)
            if (then := self._offset(end)) != offset:
                changes = self._change(day, end)
                yield begun, changes, offset
                begun, offset = changes, then
        yield begun, last, offset

    def _change(self, before: int, after: int) -> int:
        """The second at which the offset changes between two moments."""
        offset = self._offset(before)
        while after - before > SECOND:
            middle = (before + after) // 2 // SECOND * SECOND
            before, after = (middle, after) if self._offset(middle) == offset else (before, middle)
        return after

    def _offset(self, at: int) -> int:
        offset = moment_of(at).astimezone(self._zone).utcoffset()
        assert offset is not None  # noqa: S101 (every zone has one)
        return offset // MICROSECOND

    def _of_day(self, day: date) -> list[Span]:
        """The wall clock's open spans of a date, in microseconds of the day."""
        if day in self.holidays or is_holiday(day, self.country, self.subdivision):
            return []
        return self._week[day.weekday()]

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def _week(self) -> list[list[Span]]:
        """The wall clock's open spans of each weekday; what goes on after midnight belongs to the day on which it does."""
        week: list[list[Span]] = [[] for _ in range(7)]
        for hours in self.hours:
            opens, closes = of_day(hours.opens), of_day(hours.closes)
            if opens < closes:
                week[hours.weekday].append((opens, closes))
            else:
                week[hours.weekday].append((opens, DAY))
                week[(hours.weekday + 1) % 7].append((0, closes))
        return [list(merged(sorted(spans))) for spans in week]


def merged(spans: "Iterator[Span] | list[Span]") -> Iterator[Span]:
    """Spans in the order of their beginnings, those that touch or overlap as one, and none that is empty."""
    begun, ends = 0, 0
    for opens, closes in spans:
        if opens > ends:
            if begun < ends:
                yield begun, ends
            begun, ends = opens, closes
        elif begun == ends:
            begun, ends = opens, closes
        else:
            ends = max(ends, closes)
    if begun < ends:
        yield begun, ends


def of_day(clock: time) -> int:
    """A time of day in microseconds since its midnight."""
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * SECOND + clock.microsecond


def number(moment: datetime) -> int:
    """An aware moment as an integer."""
    return (moment - EPOCH) // MICROSECOND


def moment_of(number: int) -> datetime:
    """The moment of an integer, in UTC."""
    return EPOCH + timedelta(microseconds=number)
