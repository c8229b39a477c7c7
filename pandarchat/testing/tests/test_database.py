"""The ground the other tests stand on: their own database, the app role, real commits that are cleaned away."""
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections

from pandarchat.environment import ROOT
from pandarchat.testing import database, start
from pandarchat.tests.world import World, fingerprint

OURS = (start.FOLDER, start.GIVEN_REDIS, "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "PANDAR_VAR")


@pytest.fixture(params=["row by row", "with new files"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How tables are emptied: the quick way of little, and that of much or of a server that others gave."""
    if request.param == "with new files":
        monkeypatch.setattr(database, "FEW_PAGES", -1)
    return str(request.param)


@pytest.fixture
def probe(committed: None) -> Iterator[None]:
    """An append-only table: neither DELETE nor TRUNCATE, not even for its owner."""
    with database.owner(connection.settings_dict["NAME"]) as session:
        session.execute("""
            CREATE TABLE probe (id int);
            GRANT SELECT, INSERT ON probe TO pandar_app;
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'append only'; END $$;
            CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON probe EXECUTE FUNCTION refuse();
        """)
        yield
        session.execute("DROP TABLE probe; DROP FUNCTION refuse()")


def count() -> int:
    """Rows of the probe as another session of the app role sees them."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as session:
        row = session.execute("SELECT count(*) FROM probe").fetchone()
    assert row
    return int(row[0])


def run_pytest(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    values = {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, __file__]
    return subprocess.run(command, cwd=ROOT, env={**values, **environment}, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.django_db
def test_tests_run_as_the_app_role_on_a_database_of_their_own() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database(), rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("pandar_app", start.database(os.environ.get("PYTEST_XDIST_WORKER")), False)


@pytest.mark.django_db
def test_the_app_role_cannot_change_a_table() -> None:
    with pytest.raises(Exception, match="permission denied for schema public"), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE mine (id int)")


def test_no_setting_names_a_database_that_is_not_a_tests() -> None:
    for name in (settings.DATABASES["default"]["NAME"], settings.DATABASE_OWNER_URL):
        assert str(name).rpartition("/")[2].startswith("test_")


@pytest.mark.parametrize("name", ["pandar", "postgres", "mytest_1", ""])
def test_a_database_of_another_name_is_refused(name: str) -> None:
    with pytest.raises(pytest.UsageError, match="does not begin with 'test_'"):
        database.drop(name)


def test_what_is_committed_is_seen_by_others_and_cleaned_though_append_only(probe: None, way: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO probe VALUES (1)")
    assert count() == 1
    database.clean()
    assert count() == 0


def test_cleaning_leaves_the_guards_in_force(probe: None, way: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO probe VALUES (1)")
    with database.owner(connection.settings_dict["NAME"]) as session:
        forced = "SELECT count(*) FROM pg_class WHERE relforcerowsecurity"
        before = session.execute(forced).fetchone()
        database.clean()
        assert session.execute(forced).fetchone() == before != (0,)
        for forbidden in ("TRUNCATE probe", "DELETE FROM probe"):
            with pytest.raises(psycopg.errors.RaiseException, match="append only"):
                session.execute(forbidden)


def test_cleaning_empties_every_table(world: World, way: str) -> None:
    """Rows that name each other, of two organizations, too."""
    world.say(world.agent, world.ticket(agent=world.agent))
    database.clean()
    for tenant in (world.pandar, world.acme):
        assert {counted.partition(" ")[0] for counted in fingerprint(tenant.id).values()} == {"0"}


def test_cleaning_waits_for_who_still_writes(probe: None, way: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as late, ThreadPoolExecutor(1) as other:
        late.execute("INSERT INTO probe VALUES (1)")
        cleaning = other.submit(database.clean)
        with pytest.raises(TimeoutError):
            cleaning.result(timeout=0.3)
        late.commit()
        cleaning.result()
    assert count() == 0


def test_cleaning_keeps_what_migrations_fill(committed: None, way: str) -> None:
    with database.owner(connection.settings_dict["NAME"]) as session:
        before = session.execute("SELECT count(*) FROM django_migrations").fetchone()
        database.clean()
        assert session.execute("SELECT count(*) FROM django_migrations").fetchone() == before != (0,)


def test_a_table_that_a_migration_filled_is_reported(probe: None) -> None:
    assert "probe" not in database.filled()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO probe VALUES (1)")
    assert "probe" in database.filled()
    with pytest.raises(pytest.exit.Exception, match="Migrations fill probe"):
        database.refuse_seeds(["probe"])


@pytest.mark.django_db
def test_committed_and_django_db_exclude_each_other(request: pytest.FixtureRequest) -> None:
    with pytest.raises(pytest.fail.Exception, match="exclude each other"):
        request.getfixturevalue("committed")


def test_transactional_tests_are_refused(request: pytest.FixtureRequest) -> None:
    database.refuse_flush(request.node)
    request.node.add_marker(pytest.mark.django_db(transaction=True))
    with pytest.raises(pytest.UsageError, match="use the fixture `committed`"):
        database.refuse_flush(request.node)


def test_no_thread_connects_to_a_database_that_is_being_dropped(
        django_db_setup: None, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any) -> None:
    told: list[str] = []

    def connects() -> None:
        try:
            connection.ensure_connection()
        except RuntimeError as error:
            told.append(str(error))
        else:
            told.append("connected")
        connections.close_all()

    def dropped(name: str) -> None:
        thread = threading.Thread(target=connects)
        thread.start()
        thread.join()

    for step in ("clone", "ensure_template", "filled", "refuse_seeds", "disconnect"):
        monkeypatch.setattr(database, step, lambda *_: None)
    monkeypatch.setattr(database.Keeper, "close", lambda: None)
    monkeypatch.setattr(database, "drop", dropped)
    with django_db_blocker.block():
        running = database.django_db_setup._get_wrapped_function()(None, django_db_blocker)
        next(running)
        connects()
        assert next(running, "over") == "over"
    assert told[0] == "connected" and "not allowed" in told[1]


def test_running_without_migrations_is_refused() -> None:
    done = run_pytest("--no-migrations")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--no-migrations is refused" in done.stdout + done.stderr


def test_settings_that_were_read_too_early_are_refused() -> None:
    done = run_pytest(DJANGO_SETTINGS_MODULE="pandarchat.settings")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "Unset DJANGO_SETTINGS_MODULE" in done.stdout + done.stderr


def test_an_app_address_without_the_owners_is_refused() -> None:
    done = run_pytest(DATABASE_URL="postgresql://pandar_app@127.0.0.1:1/pandar")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "the tests need both" in done.stdout + done.stderr
