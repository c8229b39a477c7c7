"""What foundation shows at each look: the hint line, the pools, deliveries that wait, and beat."""
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connections
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from foundation import async_database, events, metrics
from foundation.postgresql import pipeline

HINTS = ("published", "received", "delivered", "lost")
LINE = ("packets", "subscriptions", "canaries_missed", "stale", "outages")


@metrics.reader
def hint_line() -> Iterator[Metric]:
    """Of this process's line to Redis; one that only publishes has nothing to count but its health."""
    line = events.hints()
    yield metrics.gauge("pandar_hintline_healthy", "Whether this process's line to Redis works (1 or 0)", line.healthy)
    counters = line.counters
    hints = CounterMetricFamily("pandar_hintline_hints", "Hints by what became of them", labels=["state"])
    for state in HINTS:
        hints.add_metric([state], getattr(counters, state))
    events_of_line = CounterMetricFamily("pandar_hintline_events", "What happened to the line", labels=["event"])
    for event in LINE:
        events_of_line.add_metric([event], getattr(counters, event))
    yield from (hints, events_of_line)


@metrics.reader
def pools() -> Iterable[Metric]:
    """`http` is Django's (also tasks and what a socket does by ORM), `socket` runs a socket's single statements, `fast` the routes that
    skip Django, `line` (idle ones alone) a socket's messages."""
    size = GaugeMetricFamily("pandar_pool_connections", "Database connections of this process by pool and state", labels=["pool", "state"])
    most = GaugeMetricFamily("pandar_pool_connections_max", "The most connections a pool opens", labels=["pool"])
    waiting = GaugeMetricFamily("pandar_pool_waiting", "Who waits for a connection now", labels=["pool"])
    queued = CounterMetricFamily("pandar_pool_queued", "Who had to wait for a connection", labels=["pool"])
    waited = CounterMetricFamily("pandar_pool_wait_seconds", "Time waited for connections", labels=["pool"])
    failed = CounterMetricFamily("pandar_pool_errors", "Who got no connection in time", labels=["pool"])
    for name, stats in _stats():
        idle = stats.get("pool_available", 0)
        size.add_metric([name, "idle"], idle)
        size.add_metric([name, "used"], stats.get("pool_size", 0) - idle)
        most.add_metric([name], stats.get("pool_max", 0))
        waiting.add_metric([name], stats.get("requests_waiting", 0))
        queued.add_metric([name], stats.get("requests_queued", 0))
        waited.add_metric([name], stats.get("requests_wait_ms", 0) / 1000)
        failed.add_metric([name], stats.get("requests_errors", 0))
    return size, most, waiting, queued, waited, failed


def _stats() -> Iterator[tuple[str, dict[str, Any]]]:
    """Of the pools that are open; looking opens none."""
    django: Any = connections["default"]
    if (pool := type(django)._connection_pools.get(django.alias)) is not None:
        yield "http", pool.get_stats()
    for pool in async_database.open_pools():
        yield "socket", pool.get_stats()
    for purpose, lines in pipeline.open_lines():
        yield purpose, lines.get_stats()


metrics.figures(
    "SELECT waiting, oldest FROM deliveries_waiting()",
    ("pandar_deliveries_waiting", "Deliveries of events that are not done yet, of all organizations"),
    ("pandar_deliveries_oldest_seconds", "Age of the oldest delivery that is not done; 0 without one"))
metrics.figures(
    "SELECT extract(epoch FROM now() - at) FROM foundation_heartbeat WHERE name = 'beat'",
    ("pandar_beat_age_seconds", "Time since beat and a worker together last did something; missing if never"))
