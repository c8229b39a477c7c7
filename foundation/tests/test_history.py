"""The life of a database has a name, also where PostgreSQL tells less of itself."""
import logging

import pytest
from django.db import connection

from foundation import history
from foundation.ids import uuid7
from foundation.units import current_organization, unit_of_work

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture(autouse=True)
def nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_known", {})


def test_a_standby_would_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """It must not be asked for what it writes now; the timeline that it knows is written alike."""
    here = history._life()
    monkeypatch.setattr(history, "LIFE", history.LIFE.replace("pg_is_in_recovery()", "true").replace("pg_current_wal_lsn()", "NULL"))
    assert history._life() == here


@pytest.mark.parametrize("missing", ["pg_current_wal_lsn()", "pg_control_system()"])
def test_where_the_timeline_has_no_name_the_database_has_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, missing: str,
) -> None:
    """And the unit of work in which it was asked goes on."""
    monkeypatch.setattr(history, "LIFE", history.LIFE.replace(missing, "pg_nothing_of_the_kind()"))
    with caplog.at_level(logging.WARNING), unit_of_work(organization := uuid7()):
        answer = history.current()
        assert current_organization() == organization
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.organization')")
            assert cursor.fetchone() == (str(organization),)
    assert history.current() == answer
    assert len(answer) == 16
    assert ["does not name its timeline" in record.message for record in caplog.records] == [True]
