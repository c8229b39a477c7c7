"""What `/metrics` tells: counters that code counts up as it goes, gauges that are read when somebody looks.

Labels come from closed lists (route templates, methods, outcomes, close codes, task names) and never hold what a client, a user or an
organization said. Where several processes share PROMETHEUS_MULTIPROC_DIR, each answers for the counters of all of them.
"""
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from foundation.async_database import parameters

logger = logging.getLogger(__name__)
SHARED = "PROMETHEUS_MULTIPROC_DIR"
KEPT_SECONDS = 5.0  # how long what the database said is told again
PATIENCE = 2  # seconds for a database that does not answer
FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)  # seconds

disable_created_metrics()
_counted = CollectorRegistry()
_read: list["Reader"] = []

Reader = Callable[[], Iterable[Metric]]


def counter(name: str, about: str, labels: Iterable[str] = ()) -> Counter:
    """A number that only grows; give it labels from closed lists alone."""
    return Counter(name, about, tuple(labels), registry=_counted)


def histogram(name: str, about: str, labels: Iterable[str] = ()) -> Histogram:
    """Durations in seconds."""
    return Histogram(name, about, tuple(labels), registry=_counted, buckets=FAST)


def reader(read: Reader) -> Reader:
    """Registers what is read at each look; one that fails is left out and logged."""
    _read.append(read)
    return read


def gauge(name: str, about: str, value: float) -> Metric:
    """One number without labels."""
    return GaugeMetricFamily(name, about, value=value)


def exposition() -> bytes:
    """Everything, in Prometheus' text format."""
    registry = CollectorRegistry()
    if os.environ.get(SHARED):
        MultiProcessCollector(registry)
    else:
        registry.register(_counted)
    ProcessCollector(registry=registry)
    registry.register(_Readers())
    return generate_latest(registry)


class _Readers:
    """Every registered reader as one collector."""

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        for read in _read:
            try:
                yield from list(read())
            except Exception:
                logger.exception("a metric could not be read")


# What only the database knows. It spans organizations, so it comes from definer functions that answer nothing but numbers.


@dataclass(frozen=True)
class Figures:
    """A statement of one row, and what its columns are: (name, help) each."""

    sql: str
    columns: tuple[tuple[str, str], ...]


@dataclass
class _Cached:
    """The figures as they were at most KEPT_SECONDS ago. One look at a time asks the database; others are told what is known."""

    asked: list[Figures] = field(default_factory=list)
    known: list[Metric] = field(default_factory=list)
    until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self) -> list[Metric]:
        if time.monotonic() >= self.until and self.lock.acquire(blocking=False):
            try:
                self.known = self._ask()
                self.until = time.monotonic() + KEPT_SECONDS
            finally:
                self.lock.release()
        return self.known

    def _ask(self) -> list[Metric]:
        try:
            found = [metric for figures in self.asked for metric in zip(figures.columns, self._row(figures), strict=True)]
        except psycopg.Error:
            return [gauge("pandar_database_up", UP, 0)]
        return [gauge("pandar_database_up", UP, 1), *(gauge(*column, float(value)) for column, value in found if value is not None)]

    def _row(self, figures: Figures) -> tuple[Any, ...]:
        """On a connection of its own: the pools may be what is being looked into."""
        with psycopg.connect(**{**parameters(), "connect_timeout": PATIENCE}, prepare_threshold=None) as connection:
            connection.execute("SELECT set_config('statement_timeout', %s, true)", [f"{PATIENCE}s"])
            row: tuple[Any, ...] | None = connection.execute(figures.sql.encode()).fetchone()
            return row or (None,) * len(figures.columns)


UP = "Whether the database answered the last look (1 or 0); where it did not, the figures that only it knows are missing"
_cached = _Cached()
reader(_cached.read)


def figures(sql: str, *columns: tuple[str, str]) -> None:
    """Registers numbers of the whole installation that the database knows; a column that is NULL is left out."""
    _cached.asked.append(Figures(sql, columns))


def forget() -> None:
    """Ask the database again at the next look."""
    _cached.until = 0.0


def access_token() -> str | None:
    """The token that a look must bring; None where this machine alone may look."""
    token: str | None = settings.METRICS_TOKEN
    return token
