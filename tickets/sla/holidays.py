"""Public holidays of countries, by the `holidays` package, which is loaded when somebody's calendar first asks: it takes a fifth of a
second."""
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase


class NoSuchCountry(ValueError):
    """The package knows no holidays of this country or of this part of it."""


def is_holiday(day: date, country: str, subdivision: str = "") -> bool:
    """Whether a date is a public holiday there; nowhere it never is."""
    return bool(country) and day in of_year(day.year, country, subdivision)


@lru_cache(maxsize=1024)
def of_year(year: int, country: str, subdivision: str = "") -> frozenset[date]:
    """A year's public holidays. Raises NoSuchCountry."""
    return frozenset(_found(year, country, subdivision))


def check(country: str, subdivision: str = "") -> None:
    """Raises NoSuchCountry for a place of which no holidays are known."""
    import holidays

    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known or (subdivision and subdivision not in known[country]):
        raise NoSuchCountry(f"{country} {subdivision}".strip())


def _found(year: int, country: str, subdivision: str) -> "HolidayBase":
    import holidays

    try:
        return holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError as error:
        raise NoSuchCountry(str(error)) from None
