"""Public holidays of countries, by the `holidays` package, which is loaded when somebody's calendar first asks: it takes a fifth of a
second."""
import logging
from datetime import date
from functools import lru_cache

logger = logging.getLogger(__name__)


class NoSuchCountry(ValueError):
    """The package knows no holidays of this country or of this part of it."""


def is_holiday(day: date, country: str, subdivision: str = "") -> bool:
    """Whether a date is a public holiday there; nowhere it never is."""
    return bool(country) and day in of_year(day.year, country, subdivision)


@lru_cache(maxsize=1024)
def of_year(year: int, country: str, subdivision: str = "") -> frozenset[date]:
    """A year's public holidays. Of a part that the package does not know any more, those of its country; none of such a country: who saved
    it was checked, and a newer package must not keep tickets from being opened."""
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
    except NotImplementedError:
        logger.warning("the public holidays of %s %s are not known any more", country, subdivision)
        return of_year(year, country) if subdivision else frozenset()


def check(country: str, subdivision: str = "") -> None:
    """Raises NoSuchCountry for a place of which no holidays are known."""
    import holidays

    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known or (subdivision and subdivision not in known[country]):
        raise NoSuchCountry(f"{country} {subdivision}".strip())
