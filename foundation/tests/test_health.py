"""`/healthz` and `/readyz`: what the house can do without, and what it cannot."""
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings
from django.utils import timezone

from foundation import draining, health, heartbeat, tasks
from foundation.models import Heartbeat
from pandarchat.services.redis import RedisServer
from pandarchat.testing import database


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """What a process remembers is not handed from test to test."""
    yield
    health._migrated.cache_clear()
    health.client.cache_clear()


def ready() -> tuple[int, dict[str, str]]:
    health._migrated.cache_clear()
    health.client.cache_clear()
    response = Client().get("/readyz")
    return response.status_code, response.json()


def test_all_is_well_once_beat_and_worker_did_something(committed: None) -> None:
    tasks.sweep_deliveries()
    assert ready() == (200, {"status": "ok", "database": "ok", "redis": "ok", "beat": "ok"})


def test_a_late_beat_is_degraded(committed: None) -> None:
    assert ready() == (200, {"status": "degraded", "database": "ok", "redis": "ok", "beat": "late"})
    heartbeat.beat("beat")
    Heartbeat.objects.update(at=timezone.now() - health.BEAT_LATE - timedelta(seconds=1))
    assert ready()[1]["beat"] == "late"


def test_redis_away_is_degraded(committed: None, own_redis: RedisServer) -> None:
    heartbeat.beat("beat")
    with override_settings(REDIS_URL=own_redis.url):
        assert ready()[1] == {"status": "ok", "database": "ok", "redis": "ok", "beat": "ok"}
        own_redis.kill()
        assert ready() == (200, {"status": "degraded", "database": "ok", "redis": "away", "beat": "ok"})


def test_a_missing_migration_is_unavailable_until_it_is_there(committed: None) -> None:
    with database.owner(connection.settings_dict["NAME"]) as session:
        session.execute("UPDATE django_migrations SET app = 'tickets_gone' WHERE app = 'tickets' AND name = "
                        "(SELECT max(name) FROM django_migrations WHERE app = 'tickets')")
        try:
            assert ready() == (503, {"status": "unavailable", "database": "migrations missing", "redis": "unknown", "beat": "unknown"})
            assert not health.migrated()
        finally:
            session.execute("UPDATE django_migrations SET app = 'tickets' WHERE app = 'tickets_gone'")
    assert health.migrated(), "a finished migration is noticed without a restart"


def test_the_database_away_is_unavailable_and_the_process_still_answers(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", away)
        assert ready() == (503, {"status": "unavailable", "database": "away", "redis": "unknown", "beat": "unknown"})
        assert Client().get("/healthz").json() == {"status": "ok"}
    assert ready()[0] == 200


def test_a_database_that_refuses_connections_is_away(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a failover; asked through the pool, whose patience ends."""
    name = connection.settings_dict["NAME"]
    impatient = {**connection.settings_dict["OPTIONS"], "pool": {"min_size": 1, "max_size": 2, "timeout": 0.5}}
    database.disconnect()
    with monkeypatch.context() as patched, database.owner() as session:
        patched.setitem(connection.settings_dict, "OPTIONS", impatient)
        session.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            assert ready() == (503, {"status": "unavailable", "database": "away", "redis": "unknown", "beat": "unknown"})
            answer = Client().get("/api/v1/auth/me/")
            assert (answer.status_code, answer.json()["success"]) == (401, False)
        finally:
            session.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
            database.disconnect()  # the impatient pool goes with its options
    assert ready()[0] == 200
    assert cast(Any, connection).pool.timeout > impatient["pool"]["timeout"], "the tests after this one have their patience back"


def test_a_process_that_goes_is_not_ready_and_still_alive(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "_begun", threading.Event())
    assert ready()[0] == 200
    draining.begin()
    assert ready() == (503, {"status": "draining"})
    assert Client().get("/healthz").json() == {"status": "ok"}
