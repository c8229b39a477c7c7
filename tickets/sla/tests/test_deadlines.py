"""Deadlines: a table of worked examples, and agreement with an implementation that counts minutes."""
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from tickets.sla.calendars import ELAPSED, Calendar, Elapsed, Hours, NeverOpen
from tickets.sla.clocks import COLOURS, State, consumed, deadline, moments, passed, state_of
from tickets.sla.tests import minutes

BERLIN, LAGOS = "Europe/Berlin", "Africa/Lagos"
WORK_WEEK = range(5)
SPLIT = tuple(Hours(day, opens, closes) for day in WORK_WEEK for opens, closes in ((time(9), time(12, 30)), (time(13, 30), time(18))))
NIGHTS = tuple(Hours(day, time(22), time(6)) for day in (4, 5))  # Friday's and Saturday's
ALWAYS = tuple(Hours(day, time(0), time(0)) for day in range(7))
OFFICE = tuple(Hours(day, time(9), time(17)) for day in WORK_WEEK)


def at(text: str, zone: str = BERLIN) -> datetime:
    """A wall clock's moment; `*` marks the second of two."""
    return datetime.fromisoformat(text.rstrip("*")).replace(tzinfo=ZoneInfo(zone), fold=int(text.endswith("*"))).astimezone(UTC)


EXAMPLES: list[tuple[str, Calendar, str, float, str]] = [
    ("within a shift", Calendar(BERLIN, SPLIT), "2026-06-01 10:00", 2, "2026-06-01 12:00"),
    ("over the lunch break", Calendar(BERLIN, SPLIT), "2026-06-01 10:00", 3, "2026-06-01 14:00"),
    ("to the minute of closing", Calendar(BERLIN, SPLIT), "2026-06-01 10:00", 2.5, "2026-06-01 12:30"),
    ("to the minute of the week's end", Calendar(BERLIN, SPLIT), "2026-06-05 17:00", 1, "2026-06-05 18:00"),
    ("over the weekend", Calendar(BERLIN, SPLIT), "2026-06-05 17:00", 2, "2026-06-08 10:00"),
    ("begun on Saturday", Calendar(BERLIN, SPLIT), "2026-06-06 12:00", 1, "2026-06-08 10:00"),
    ("begun before opening", Calendar(BERLIN, SPLIT), "2026-06-01 07:00", 1, "2026-06-01 10:00"),
    ("begun at closing", Calendar(BERLIN, SPLIT), "2026-06-01 12:30", 0.5, "2026-06-01 14:00"),
    ("a week of eight hours a day", Calendar(BERLIN, SPLIT), "2026-06-01 09:00", 40, "2026-06-05 18:00"),
    ("over a holiday of its own", Calendar(BERLIN, SPLIT, frozenset({date(2026, 6, 8)})), "2026-06-05 17:00", 2, "2026-06-09 10:00"),
    ("over a country's holiday", Calendar(LAGOS, OFFICE, country="NG"), "2026-09-30 16:30", 1, "2026-10-02 09:30"),
    ("a holiday of a part of the country", Calendar(BERLIN, OFFICE, country="DE", subdivision="BY"), "2026-06-03 16:00", 2,
     "2026-06-05 10:00"),
    ("which the rest of it works through", Calendar(BERLIN, OFFICE, country="DE", subdivision="BE"), "2026-06-03 16:00", 2,
     "2026-06-04 10:00"),
    ("a part that is not known any more has its country's", Calendar(BERLIN, OFFICE, country="DE", subdivision="XX"), "2026-05-22 16:00", 2,
     "2026-05-26 10:00"),
    ("a country that is not known any more works", Calendar(BERLIN, OFFICE, country="XX"), "2026-05-22 16:00", 2, "2026-05-25 10:00"),
    ("through the night", Calendar(BERLIN, NIGHTS), "2026-06-05 23:00", 3, "2026-06-06 02:00"),
    ("from night to night", Calendar(BERLIN, NIGHTS), "2026-06-05 23:00", 8, "2026-06-06 23:00"),
    ("a holiday ends the night at midnight", Calendar(BERLIN, NIGHTS, frozenset({date(2026, 6, 6)})), "2026-06-05 23:00", 2,
     "2026-06-07 01:00"),
    ("a night that loses an hour has seven", Calendar(BERLIN, NIGHTS), "2026-03-28 22:00", 7, "2026-03-29 06:00"),
    ("a night that gains an hour has nine", Calendar(BERLIN, NIGHTS), "2026-10-24 22:00", 9, "2026-10-25 06:00"),
    ("an hour that comes twice is open twice", Calendar(BERLIN, (Hours(6, time(2), time(3)),)), "2026-10-25 00:00", 1.5,
     "2026-10-25 02:30*"),
    ("an hour that never comes is not open", Calendar(BERLIN, (Hours(6, time(2), time(3)),)), "2026-03-29 00:00", 0.5, "2026-04-05 02:30"),
    ("day and night, when a day has 23 hours", Calendar(BERLIN, ALWAYS), "2026-03-28 12:00", 24, "2026-03-29 13:00"),
    ("day and night, when a day has 25 hours", Calendar(BERLIN, ALWAYS), "2026-10-24 12:00", 24, "2026-10-25 11:00"),
    ("a change of the clocks at night is none to the office", Calendar(BERLIN, OFFICE), "2026-03-27 16:00", 2, "2026-03-30 10:00"),
    ("overlapping hours count once", Calendar(BERLIN, (*OFFICE, Hours(0, time(12), time(20)))), "2026-06-01 16:00", 3, "2026-06-01 19:00"),
    ("hours that touch are one", Calendar(BERLIN, (Hours(0, time(9), time(12)), Hours(0, time(12), time(15)))), "2026-06-01 11:00", 2,
     "2026-06-01 13:00"),
]


@pytest.mark.parametrize(("calendar", "start", "hours", "due"), [pytest.param(*row[1:], id=row[0]) for row in EXAMPLES])
def test_worked_examples(calendar: Calendar, start: str, hours: float, due: str) -> None:
    zone = calendar.time_zone
    found = deadline(at(start, zone), timedelta(hours=hours), calendar)
    assert found == at(due, zone)
    assert calendar.between(at(start, zone), found) == timedelta(hours=hours)
    assert calendar.between(at(start, zone), found - timedelta(microseconds=1)) < timedelta(hours=hours), "no earlier"


def test_what_ends_at_closing_is_due_then_and_half_of_it_lasts_until_the_next_opening() -> None:
    office = Calendar(BERLIN, OFFICE)
    ends = moments(at("2026-06-01 13:00"), timedelta(hours=8), office)
    assert ends.warning_at == at("2026-06-02 09:00"), "exactly half is left all night, and that is ok"
    assert deadline(at("2026-06-01 13:00"), timedelta(hours=4), office) == at("2026-06-01 17:00")
    assert ends.due_at == at("2026-06-02 13:00")


def test_elapsed_time_knows_no_calendar() -> None:
    start = at("2026-10-24 12:00")
    assert deadline(start, timedelta(hours=24), ELAPSED) == at("2026-10-25 11:00")
    assert ELAPSED.between(start, start - timedelta(hours=1)) == timedelta()
    local = start.astimezone(ZoneInfo(BERLIN))
    assert deadline(local, timedelta(hours=24), ELAPSED) == at("2026-10-25 11:00"), "whichever zone the moments are in"
    assert ELAPSED.between(local, at("2026-10-25 11:00").astimezone(ZoneInfo(BERLIN))) == timedelta(hours=24)


def test_pauses_are_not_counted() -> None:
    start, minute = datetime(2026, 6, 1, tzinfo=UTC), timedelta(minutes=1)
    pauses = [(start + 10 * minute, start + 40 * minute), (start + 50 * minute, start + 55 * minute)]
    assert deadline(start, 10 * minute, ELAPSED, pauses) == start + 10 * minute, "due when the first pause begins"
    assert passed(start, 10 * minute, ELAPSED, pauses) == start + 40 * minute
    assert deadline(start, 21 * minute, ELAPSED, pauses) == start + 56 * minute
    assert consumed(start, start + 45 * minute, ELAPSED, pauses) == 15 * minute


def test_a_calendar_that_never_opens_gives_no_deadline() -> None:
    for ask in (Calendar(BERLIN, ()).reached, Calendar(BERLIN, ()).passed):
        with pytest.raises(NeverOpen):
            ask(at("2026-01-01 00:00"), timedelta(hours=1))


def test_hours_alone_do_not_open_a_calendar() -> None:
    sundays = frozenset(date(2026, 1, 4) + timedelta(weeks=week) for week in range(53))
    closed = Calendar(BERLIN, (Hours(6, time(9), time(17)),), sundays)
    assert not closed.opens_within(at("2026-01-01 00:00"), 366)
    assert Calendar(BERLIN, (Hours(6, time(9), time(17)),), sundays - {date(2026, 6, 7)}).opens_within(at("2026-01-01 00:00"), 366)


STATES = [
    (timedelta(hours=10), State.OK, "green"), (timedelta(hours=5), State.OK, "green"),
    (timedelta(hours=5, microseconds=-1), State.WARNING, "yellow"), (timedelta(hours=2), State.WARNING, "yellow"),
    (timedelta(hours=2, microseconds=-1), State.CRITICAL, "red"), (timedelta(microseconds=1), State.CRITICAL, "red"),
    (timedelta(), State.CRITICAL, "red"), (timedelta(microseconds=-1), State.BREACHED, "red"), (timedelta(days=-9), State.BREACHED, "red"),
]


@pytest.mark.parametrize(("remaining", "state", "colour"), STATES)
def test_states_and_colours_have_exact_boundaries(remaining: timedelta, state: State, colour: str) -> None:
    found = state_of(remaining, timedelta(hours=10))
    assert (found, COLOURS[found]) == (state, colour)


# The second implementation.

CHANGES = {  # a moment near which the zone's clocks change, in either direction, by half an hour, at midnight, or by a day
    "Europe/Berlin": ["2026-03-29T01:00", "2026-10-25T01:00"], "America/New_York": ["2026-03-08T07:00", "2026-11-01T06:00"],
    "Australia/Lord_Howe": ["2026-04-04T15:00", "2026-10-03T15:30"], "America/Sao_Paulo": ["2018-11-04T03:00", "2019-02-17T02:00"],
    "America/St_Johns": ["2010-11-07T02:31", "2011-03-13T03:31"], "Pacific/Apia": ["2011-12-30T10:00"],
    "Africa/Casablanca": ["2026-02-15T02:00", "2026-03-22T02:00"], "Asia/Kathmandu": ["2026-06-01T00:00"],
    "Africa/Lagos": ["2026-06-01T00:00"], "America/Havana": ["2026-03-08T05:00", "2026-11-01T05:00"],
}
MINUTES_OF_DAY = st.integers(0, 287).map(lambda five: five * 5) | st.integers(0, 1439)


@st.composite
def desks(draw: Any) -> tuple[Calendar, minutes.Desk, datetime]:
    """A calendar twice, and a moment near a change of its clocks."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    change = datetime.fromisoformat(draw(st.sampled_from(CHANGES[zone]))).replace(tzinfo=UTC)
    start = change + timedelta(minutes=draw(st.integers(-3 * 1440, 1440)))
    hours = draw(st.lists(st.tuples(st.integers(0, 6), MINUTES_OF_DAY, MINUTES_OF_DAY), min_size=2, max_size=8))
    assume(sum((closes - opens) % 1440 or 1440 for _, opens, closes in hours) >= 1440)
    days = st.integers(-3, 5).map(lambda shift: (change + timedelta(days=shift)).date())
    holidays = frozenset(draw(st.lists(days, max_size=2)))
    calendar = Calendar(zone, tuple(Hours(day, clock(opens), clock(closes)) for day, opens, closes in hours), holidays)
    return calendar, minutes.Desk(zone, hours, holidays), start


def clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


@st.composite
def pauses_from(draw: Any, start: datetime) -> list[minutes.Pause]:
    steps = draw(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 900)), max_size=3))
    found = []
    for before, lasts in steps:
        begins = start + timedelta(minutes=before)
        start = begins + timedelta(minutes=lasts)
        found.append((begins, start))
    return found


THOROUGH = settings(max_examples=1200, deadline=None, suppress_health_check=list(HealthCheck))


@THOROUGH
@given(desks(), st.integers(1, 1500), st.data())
@example((Calendar(BERLIN, NIGHTS), minutes.Desk(BERLIN, [(4, 1320, 360), (5, 1320, 360)], frozenset()), at("2026-03-28 22:00")),
         420, None)
def test_deadlines_are_what_counting_minutes_finds(desk: Any, target: int, data: Any) -> None:
    calendar, counted, start = desk
    pauses = data.draw(pauses_from(start)) if data else []
    asked = timedelta(minutes=target)
    due = minutes.first_with(counted, start, target, pauses)
    assert deadline(start, asked, calendar, pauses) == due
    assert passed(start, asked, calendar, pauses) == minutes.next_counted(counted, due, pauses)


@THOROUGH
@given(desks(), st.integers(0, 4000), st.data())
def test_the_time_between_is_what_counting_minutes_finds(desk: Any, length: int, data: Any) -> None:
    calendar, counted, start = desk
    pauses, end = data.draw(pauses_from(start)), start + timedelta(minutes=length)
    assert calendar.between(start, end) == timedelta(minutes=minutes.count(counted, start, end))
    assert consumed(start, end, calendar, pauses) == timedelta(minutes=minutes.count(counted, start, end, pauses))
    assert calendar.is_open(start) == counted.serves(start)


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 900), st.data())
def test_elapsed_deadlines_too(target: int, data: Any) -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    pauses = data.draw(pauses_from(start))
    assert deadline(start, timedelta(minutes=target), Elapsed(), pauses) == minutes.first_with(minutes.Always(), start, target, pauses)
    assert passed(start, timedelta(minutes=target), Elapsed(), pauses) == minutes.last_with(minutes.Always(), start, target, pauses)


@settings(max_examples=300, deadline=None)
@given(desks(), st.integers(1, 40), st.integers(0, 4000), st.data())
def test_a_state_is_what_is_left_of_the_minutes(desk: Any, tenth: int, later: int, data: Any) -> None:
    """States by their moments agree with states by what remains, as long as the deadline has not passed; after that, all is breached."""
    calendar, counted, start = desk
    target, now = 10 * tenth, start + timedelta(minutes=later)
    pauses = data.draw(pauses_from(start))
    ends = moments(start, timedelta(minutes=target), calendar, pauses)
    found = State((now > ends.warning_at) + (now > ends.critical_at) + (now > ends.due_at))
    if now <= ends.due_at:
        left = target - minutes.count(counted, start, now, pauses)
        assert found == state_of(timedelta(minutes=left), timedelta(minutes=target))
    else:
        assert found == State.BREACHED


def test_the_second_implementation_is_another_one() -> None:
    """The negative control: a calendar that takes an offset for granted disagrees with it within the examples' reach."""
    desk = minutes.Desk(BERLIN, [(6, 0, 360)], frozenset())
    start = at("2026-03-29 00:00")
    assert minutes.first_with(desk, start, 120) == start + timedelta(hours=2)
    assert minutes.count(desk, start, start + timedelta(days=1)) == 300, "the sixth hour was skipped"
