"""Opening hours and holidays as people write them, a line each:

    Mon-Fri 09:00-12:30, 13:30-18:00
    Sat 22:00-06:00
    2026-12-24 Christmas Eve
"""
import re
from collections.abc import Iterator, Sequence
from datetime import date, time
from itertools import groupby
from typing import Any

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LINE = re.compile(r"(?P<first>[A-Za-z]{3})(?:\s*-\s*(?P<last>[A-Za-z]{3}))?\s+(?P<spans>\S.*)")
SPAN = re.compile(r"(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})")
HOURS = 24


class Unreadable(ValueError):
    """A line that means nothing here; the message quotes it."""


def read_hours(text: str) -> list[dict[str, Any]]:
    """Raises Unreadable. 24:00 is the midnight that ends a day."""
    return [{"weekday": day, "opens": opens, "closes": closes} for line in _lines(text) for day, opens, closes in _hours(line)]


def _hours(line: str) -> Iterator[tuple[int, str, str]]:
    found = LINE.fullmatch(line)
    if found is None:
        raise Unreadable(f"“{line}” should look like “Mon-Fri 09:00-17:00”.")
    first, last = (_day(name, line) for name in (found["first"], found["last"] or found["first"]))
    for day in range(first, first + (last - first) % 7 + 1):
        for span in found["spans"].split(","):
            match = SPAN.fullmatch(span.strip())
            if match is None:
                raise Unreadable(f"“{span.strip()}” should look like “09:00-17:00”.")
            yield day % 7, _clock(match[1], line), _clock(match[2], line)


def _day(name: str, line: str) -> int:
    if name.capitalize() not in DAYS:
        raise Unreadable(f"“{line}” names no day: {', '.join(DAYS)}.")
    return DAYS.index(name.capitalize())


def _clock(text: str, line: str) -> str:
    hour, minute = map(int, text.split(":"))
    try:
        return f"{time(0 if (hour, minute) == (HOURS, 0) else hour, minute):%H:%M}"
    except ValueError:
        raise Unreadable(f"“{line}”: there is no {text}.") from None


def write_hours(hours: Sequence[dict[str, Any]]) -> str:
    """The same hours in as few lines."""
    spans: dict[int, str] = {}
    for day in range(7):
        of_day = sorted((each["opens"], each["closes"]) for each in hours if each["weekday"] == day)
        spans[day] = ", ".join(f"{opens}-{closes}" for opens, closes in of_day)
    lines = []
    for text, days in groupby(range(7), spans.__getitem__):
        first, *_, last = (*(known := list(days)), known[-1])
        if text:
            lines.append(f"{DAYS[first]}{'' if first == last else f'-{DAYS[last]}'} {text}")
    return "\n".join(lines)


def read_holidays(text: str) -> list[dict[str, str]]:
    """Raises Unreadable."""
    return sorted((_holiday(line) for line in _lines(text)), key=lambda each: each["date"])


def _holiday(line: str) -> dict[str, str]:
    day, _, name = line.partition(" ")
    try:
        return {"date": date.fromisoformat(day).isoformat(), "name": name.strip()}
    except ValueError:
        raise Unreadable(f"“{line}” should look like “2026-12-24 Christmas Eve”.") from None


def write_holidays(holidays: Sequence[dict[str, str]]) -> str:
    return "\n".join(f"{each['date']} {each['name']}".strip() for each in holidays)


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip())
