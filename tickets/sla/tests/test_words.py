"""Hours and holidays as people write them."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.sla.words import Unreadable, read_holidays, read_hours, write_holidays, write_hours


def test_a_line_is_some_days_and_their_hours() -> None:
    assert read_hours("Mon-Tue 9:00-12:30, 13:30-18:00\n\n  sat 22:00-06:00 ") == [
        {"weekday": 0, "opens": "09:00", "closes": "12:30"}, {"weekday": 0, "opens": "13:30", "closes": "18:00"},
        {"weekday": 1, "opens": "09:00", "closes": "12:30"}, {"weekday": 1, "opens": "13:30", "closes": "18:00"},
        {"weekday": 5, "opens": "22:00", "closes": "06:00"}]


def test_days_may_go_over_the_weeks_end_and_hours_to_its_midnight() -> None:
    assert [each["weekday"] for each in read_hours("Sat-Mon 00:00-24:00")] == [5, 6, 0]
    assert read_hours("Sun 00:00-24:00") == [{"weekday": 6, "opens": "00:00", "closes": "00:00"}]


@pytest.mark.parametrize("text", [
    "09:00-17:00", "Mon", "Mon 9-17", "Xyz 09:00-17:00", "Mon 25:00-26:00", "Mon 09:60-10:00", "Mon 24:01-25:00", "Mon 09:00-17:00,",
    "Mon-Fri-Sun 09:00-17:00"])
def test_what_means_nothing_is_quoted(text: str) -> None:
    with pytest.raises(Unreadable):
        read_hours(text)


def test_holidays() -> None:
    text = "2026-12-24 Christmas Eve\n2026-12-31"
    assert write_holidays(read_holidays("2026-12-31\n2026-12-24 Christmas Eve\n")) == text
    for wrong in ("Christmas", "2026-02-30 Never", "24.12.2026"):
        with pytest.raises(Unreadable):
            read_holidays(wrong)


clocks = st.times().map(lambda clock: f"{clock:%H:%M}")


@given(st.sets(st.tuples(st.integers(0, 6), clocks, clocks), max_size=12))
def test_what_is_written_reads_the_same(hours: set[tuple[int, str, str]]) -> None:
    given = [{"weekday": day, "opens": opens, "closes": closes} for day, opens, closes in sorted(hours)]
    assert sorted(read_hours(write_hours(given)), key=lambda each: tuple(each.values())) == given
