"""Shifts against a second implementation that knows nothing but the wall clock, minute by minute."""
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.shifts import Hours, Outlook, on_shift, outlook

DAY, NIGHT = Hours(0, time(9), time(17), "UTC"), Hours(4, time(22), time(6), "UTC")  # 2024-01-01 is a Monday
ZONES = ["UTC", "Africa/Lagos", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe"]


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("shift", "moment", "inside"),
    [
        (DAY, "2024-01-01T08:59:59.999999", False),
        (DAY, "2024-01-01T09:00", True),
        (DAY, "2024-01-01T16:59:59", True),
        (DAY, "2024-01-01T17:00", False),
        (DAY, "2024-01-02T10:00", False),
        (DAY, "2024-01-07T10:00", False),
        (NIGHT, "2024-01-05T21:59", False),
        (NIGHT, "2024-01-05T22:00", True),
        (NIGHT, "2024-01-06T00:00", True),
        (NIGHT, "2024-01-06T05:59", True),
        (NIGHT, "2024-01-06T06:00", False),
        (NIGHT, "2024-01-06T22:00", False),
        (NIGHT, "2024-01-05T03:00", False),
        (Hours(6, time(23), time(1), "UTC"), "2024-01-08T00:30", True),
        (Hours(0, time(23), time(0), "UTC"), "2024-01-01T23:59", True),
        (Hours(0, time(23), time(0), "UTC"), "2024-01-02T00:00", False),
        (Hours(0, time(0), time(23, 59), "UTC"), "2024-01-01T00:00", True),
    ],
)
def test_table(shift: Hours, moment: str, inside: bool) -> None:
    assert on_shift([shift], at(moment)) is inside


def test_no_shifts_are_always_and_one_of_several_is_enough() -> None:
    assert on_shift([], at("2024-01-03T03:00"))
    assert on_shift([DAY, NIGHT], at("2024-01-06T01:00"))
    assert not on_shift([DAY, NIGHT], at("2024-01-03T03:00"))


def test_the_agents_zone_decides() -> None:
    lagos = Hours(0, time(9), time(17), "Africa/Lagos")
    assert on_shift([lagos], at("2024-01-01T08:00"))
    assert not on_shift([lagos], at("2024-01-01T16:00"))
    assert on_shift([Hours(0, time(9), time(17), "Asia/Kathmandu")], at("2024-01-01T03:15"))
    assert not on_shift([Hours(0, time(9), time(17), "Asia/Kathmandu")], at("2024-01-01T03:14"))
    assert on_shift([Hours(1, time(0), time(2), "Pacific/Apia")], at("2024-01-01T11:30")), "it is Tuesday there"


@pytest.mark.parametrize(
    ("utc", "inside"),
    [  # Berlin, 2024-03-31: 02:00 becomes 03:00
        ("2024-03-31T00:29", False),
        ("2024-03-31T00:30", True),
        ("2024-03-31T00:59", True),
        ("2024-03-31T01:00", True),
        ("2024-03-31T01:29", True),
        ("2024-03-31T01:30", False),
    ],
)
def test_clocks_that_go_forward_shorten_the_night(utc: str, inside: bool) -> None:
    assert on_shift([Hours(6, time(1, 30), time(3, 30), "Europe/Berlin")], at(utc)) is inside


@pytest.mark.parametrize(
    ("utc", "inside"),
    [  # Berlin, 2024-10-27: 03:00 becomes 02:00
        ("2024-10-26T23:59", False),
        ("2024-10-27T00:00", True),
        ("2024-10-27T00:29", True),
        ("2024-10-27T00:30", False),
        ("2024-10-27T00:59", False),
        ("2024-10-27T01:00", True),
        ("2024-10-27T01:29", True),
        ("2024-10-27T01:30", False),
    ],
)
def test_clocks_that_go_back_have_the_hour_twice(utc: str, inside: bool) -> None:
    assert on_shift([Hours(6, time(2, 0), time(2, 30), "Europe/Berlin")], at(utc)) is inside


@pytest.mark.parametrize(
    ("utc", "inside"),
    [  # Berlin, from Saturday 22:00 to Sunday 06:00 over 2024-03-31, when 02:00 becomes 03:00: seven hours
        ("2024-03-30T20:59", False),
        ("2024-03-30T21:00", True),
        ("2024-03-30T23:00", True),
        ("2024-03-31T00:59", True),
        ("2024-03-31T01:00", True),
        ("2024-03-31T03:59", True),
        ("2024-03-31T04:00", False),
        ("2024-03-31T05:30", False),
        # and over 2024-10-27, when 03:00 becomes 02:00: nine hours
        ("2024-10-26T19:59", False),
        ("2024-10-26T20:00", True),
        ("2024-10-26T22:00", True),
        ("2024-10-27T00:59", True),
        ("2024-10-27T01:00", True),
        ("2024-10-27T04:59", True),
        ("2024-10-27T05:00", False),
        # and over a night in which nothing changes: eight
        ("2024-11-09T20:59", False),
        ("2024-11-09T21:00", True),
        ("2024-11-10T04:59", True),
        ("2024-11-10T05:00", False),
    ],
)
def test_a_night_over_a_change_of_the_clocks_keeps_its_ends(utc: str, inside: bool) -> None:
    assert on_shift([Hours(5, time(22), time(6), "Europe/Berlin")], at(utc)) is inside


@pytest.mark.parametrize(
    ("utc", "thursday", "friday"),
    [  # Cairo, Friday 2024-04-26: 00:00 becomes 01:00, so that the day begins at one
        ("2024-04-25T21:59", True, False),
        ("2024-04-25T22:00", True, True),
        ("2024-04-25T22:59", True, True),
        ("2024-04-25T23:00", False, True),
        # Cairo, Thursday 2024-10-31: 24:00 becomes 23:00, so that its last hour comes twice
        ("2024-10-31T19:59", False, False),
        ("2024-10-31T20:00", True, False),
        ("2024-10-31T21:30", True, False),
        ("2024-10-31T22:00", True, True),
        ("2024-10-31T23:59", True, True),
        ("2024-11-01T00:00", False, True),
    ],
)
def test_clocks_that_change_at_midnight(utc: str, thursday: bool, friday: bool) -> None:
    """A night that ends at two, and a day that begins at midnight."""
    assert on_shift([Hours(3, time(23), time(2), "Africa/Cairo")], at(utc)) is thursday
    assert on_shift([Hours(4, time(0), time(8), "Africa/Cairo")], at(utc)) is friday


def minutes(shift: Hours) -> set[tuple[int, int, int]]:
    """Every (weekday, hour, minute) of a shift, walked one minute at a time on a week's plain dial."""
    found, place = set(), shift.weekday * 1440 + shift.starts.hour * 60 + shift.starts.minute
    while True:
        day, rest = divmod(place % 10080, 1440)
        found.add((day, *divmod(rest, 60)))
        place += 1
        if place % 1440 == shift.ends.hour * 60 + shift.ends.minute:
            return found


clock = st.times().map(lambda t: t.replace(second=0, microsecond=0))
shifts = st.builds(Hours, st.integers(0, 6), clock, clock, st.sampled_from(ZONES)).filter(lambda h: h.starts != h.ends)
moments = st.datetimes(datetime(2023, 1, 1), datetime(2027, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
changes = st.sampled_from(
    [
        datetime(2024, 3, 31, 1, tzinfo=UTC),
        datetime(2024, 10, 27, 1, tzinfo=UTC),
        datetime(2024, 3, 10, 7, tzinfo=UTC),
        datetime(2024, 11, 3, 6, tzinfo=UTC),
        datetime(2024, 4, 6, 15, tzinfo=UTC),
    ]
)
near_changes = st.builds(lambda change, off: change + timedelta(minutes=off), changes, st.integers(-300, 300))


@given(st.lists(shifts, min_size=1, max_size=4), moments | near_changes)
def test_against_the_second_implementation(hours: list[Hours], moment: datetime) -> None:
    def inside(shift: Hours) -> bool:
        local = moment.astimezone(ZoneInfo(shift.time_zone))
        return (local.weekday(), local.hour, local.minute) in minutes(shift)

    assert on_shift(hours, moment) is any(inside(shift) for shift in hours)


# When it is over, and when the next one begins


WEEK = [Hours(day, time(begins), time(ends), "Africa/Lagos") for day in range(5) for begins, ends in ((9, 13), (13, 18))]


@pytest.mark.parametrize(
    ("hours", "moment", "until", "next_"),
    [  # Lagos is an hour ahead of UTC all year
        ([], "2024-01-01T10:00", None, None),
        (WEEK, "2024-01-01T10:00", "2024-01-01T17:00", "2024-01-02T08:00"),
        (WEEK, "2024-01-05T16:59:59", "2024-01-05T17:00", "2024-01-08T08:00"),
        (WEEK, "2024-01-05T17:00", None, "2024-01-08T08:00"),
        (WEEK, "2024-01-01T07:59", None, "2024-01-01T08:00"),
        ([NIGHT], "2024-01-06T00:00", "2024-01-06T06:00", "2024-01-12T22:00"),
        ([DAY], "2024-01-01T17:00", None, "2024-01-08T09:00"),
        ([DAY], "2024-01-01T09:00", "2024-01-01T17:00", "2024-01-08T09:00"),
        ([Hours(day, time(0), time(12), "UTC") for day in range(7)] + [Hours(day, time(12), time(0), "UTC") for day in range(7)],
         "2024-01-01T10:00", None, None),
        # Berlin: a night of seven hours, and one that begins in the hour that is left out
        ([Hours(5, time(22), time(6), "Europe/Berlin")], "2024-03-31T00:59", "2024-03-31T04:00", "2024-04-06T20:00"),
        ([Hours(6, time(2, 15), time(2, 45), "Europe/Berlin")], "2024-03-31T00:00", None, "2024-04-07T00:15"),
        ([Hours(6, time(2, 30), time(10), "Europe/Berlin")], "2024-03-31T00:00", None, "2024-03-31T01:00"),
        # and an hour that comes twice
        ([Hours(6, time(2), time(2, 30), "Europe/Berlin")], "2024-10-27T00:10", "2024-10-27T00:30", "2024-10-27T01:00"),
    ],
)
def test_until_when_and_when_again(hours: list[Hours], moment: str, until: str | None, next_: str | None) -> None:
    assert outlook(hours, at(moment)) == Outlook(at(until) if until else None, at(next_) if next_ else None)


@given(st.lists(shifts, min_size=1, max_size=3), moments | near_changes, st.data())
def test_nothing_changes_before_what_is_foretold(hours: list[Hours], moment: datetime, data: st.DataObject) -> None:
    found, inside = outlook(hours, moment), on_shift(hours, moment)
    assert (found.until is not None) <= inside
    for begins, ends, expected in ((moment, found.until or (None if inside else found.next), inside), (found.until, found.next, False)):
        if begins is None or ends is None:
            continue
        within = data.draw(st.integers(0, int((ends - begins).total_seconds()) - 1 if ends - begins > timedelta(seconds=1) else 0))
        assert on_shift(hours, begins + timedelta(seconds=within)) is expected
        assert on_shift(hours, ends) is not expected
    if inside and found.until is None:
        assert all(on_shift(hours, moment + timedelta(minutes=minutes)) for minutes in range(0, 7 * 1440, 61))
