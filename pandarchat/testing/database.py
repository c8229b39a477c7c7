"""The test databases: one per process, cloned from a template that was migrated once, used as the app role.

    @pytest.mark.django_db     each test in a transaction that is rolled back
    committed                  each test with real commits, for threads, sockets and other processes; cleaned afterwards
"""
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from filelock import FileLock
from psycopg import sql

from pandarchat.environment import ROOT
from pandarchat.services import bootstrap
from pandarchat.services.addresses import with_database
from pandarchat.services.system import fingerprint
from pandarchat.testing.start import PREFIX, State

TEMPLATE = f"{PREFIX}template_"
KEPT = ("django_content_type", "auth_permission", "django_migrations", "django_celery_beat_%")  # what migrations fill
LOCK_MOST = "15s"
CROSSINGS = 3
POLL = 0.01  # seconds
FEW_PAGES = 64  # of a table that is emptied row by row
TRANSACTIONAL = {"transactional_db", "django_db_reset_sequences", "live_server"}


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("nomigrations", False):
        raise pytest.UsageError("--no-migrations is refused: it would drop row-level security, and with it what the tests are about.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        refuse_flush(item)


def refuse_flush(item: pytest.Item) -> None:
    """Django's own way to clean after real commits empties tables that only a migration fills."""
    marker = item.get_closest_marker("django_db")
    asked = marker and (marker.kwargs.get("transaction") or marker.args[:1] == (True,))
    if asked or TRANSACTIONAL & set(getattr(item, "fixturenames", ())):
        raise pytest.UsageError(f"{item.nodeid}: use the fixture `committed` instead of transaction=True.")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """This process's database, as long as the tests run. A thread that one of them left behind is refused a connection from then on: it
    would try for seconds to reach what is gone."""
    name = checked(connection.settings_dict["NAME"])
    with django_db_blocker.unblock():
        with FileLock(State.folder / "template.lock"):
            clone(ensure_template(), name)
        refuse_seeds(filled())
        yield
    disconnect()
    Keeper.close()
    drop(name)


@pytest.fixture
def committed(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Real commits, seen by threads and other processes; afterwards every table is emptied but those that migrations fill."""
    if request.node.get_closest_marker("django_db") or {"db", "_django_db_helper"} & set(request.fixturenames):
        pytest.fail("`committed` and `django_db` exclude each other: one commits, the other rolls back.", pytrace=False)
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            connections.close_all()
            clean()


def checked(name: str) -> str:
    """The name of a test database; anything else is refused, as it would be dropped."""
    if not name.startswith(PREFIX):
        raise pytest.UsageError(f"The tests refuse to touch the database {name!r}: its name does not begin with {PREFIX!r}.")
    return name


def owner(name: str = "postgres") -> psycopg.Connection:
    """A session of the owner, in autocommit."""
    return psycopg.connect(with_database(str(settings.DATABASE_OWNER_URL), name), autocommit=True)


def ensure_template() -> str:
    """The migrated template for the code as it is; made under another name first, so that a broken one is never taken."""
    name = TEMPLATE + fingerprint(ROOT)[:12]
    with owner() as session:
        if bootstrap.exists(session, name):
            return name
        for (stale,) in session.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [TEMPLATE.replace("_", r"\_") + "%"]):
            drop(stale)
        unfinished = f"{name}_new"
        session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
        migrate(unfinished)
        session.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name)))
    return name


def migrate(name: str, *target: str) -> None:
    """Migrate that database, through the product's own command; `target` is an app and the name of one of its migrations."""
    with owner(name) as session:
        session.execute(bootstrap.script("database.sql"))
    with connected_to(name):
        call_command("migrate", *target, verbosity=0, interactive=False)


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Django's connection leads to that database."""
    own = connection.settings_dict["NAME"]
    disconnect()
    connection.settings_dict["NAME"] = checked(name)
    try:
        yield
    finally:
        disconnect()
        connection.settings_dict["NAME"] = own


@pytest.fixture
def empty_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The name of a database without tables, to be migrated step by step."""
    name = f"{connection.settings_dict['NAME']}_steps"
    with django_db_blocker.unblock():
        drop(name)
        with owner() as session:
            session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield name
        drop(name)


def clone(template: str, name: str) -> None:
    drop(name)
    with owner() as session:
        session.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))


def drop(name: str) -> None:
    with owner() as session:
        session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(checked(name))))


def disconnect() -> None:
    """Close this thread's session and the pool."""
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined]  # of Django's PostgreSQL backend


def tables(session: psycopg.Connection) -> list[str]:
    """The tables that tests fill, quoted."""
    found = session.execute("SELECT format('%%I', tablename) FROM pg_tables WHERE schemaname = 'public' AND NOT tablename LIKE ANY (%s)"
                            " ORDER BY 1", [[name.replace("_", r"\_") for name in KEPT]])
    return [name for (name,) in found]


def refuse_seeds(names: list[str]) -> None:
    """What a migration puts into a table must survive `committed`."""
    if names:
        pytest.exit(f"Migrations fill {', '.join(names)}: name them in KEPT of {__name__}, or `committed` empties them.", returncode=1)


def filled() -> list[str]:
    """Tables that have ever held a row; by size, as the owner sees no tenant's rows."""
    with owner(checked(connection.settings_dict["NAME"])) as session:
        return [name for name in tables(session) if session.execute("SELECT pg_relation_size(%s::regclass)", [name]).fetchone() != (0,)]


class Keeper:
    """This process's session that empties its database; it stays, as a new one would have to learn of every table first."""

    session: psycopg.Connection | None = None

    @classmethod
    def open(cls) -> psycopg.Connection:
        """Of the superuser, who passes by every guard; of the owner where others gave the server."""
        if cls.session is None or cls.session.closed:
            name = checked(connection.settings_dict["NAME"])
            ours = State.own_postgres()
            cls.session = psycopg.connect(bootstrap.superuser_url(ours, name), autocommit=True) if ours else owner(name)
        return cls.session

    @classmethod
    def close(cls) -> None:
        """And wait for its end: the owner, who drops the database next, may end no session of a superuser."""
        if cls.session is None:
            return
        pid = cls.session.info.backend_pid
        cls.session.close()
        with owner() as server:
            while server.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [pid]).rowcount:
                time.sleep(POLL)


def clean() -> None:
    """Empty the tables, append-only ones too, when whoever still writes is done; a request that is still under way may lock crosswise."""
    for _ in range(CROSSINGS):
        with suppress(psycopg.errors.DeadlockDetected, psycopg.errors.AdminShutdown):
            return empty()
    empty()


def empty() -> None:
    session = Keeper.open()
    with session.transaction():
        names = tables(session)
        session.execute(f"SET LOCAL lock_timeout = '{LOCK_MOST}'")
        session.execute(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE")
        sizes = "SELECT name, pg_relation_size(name::regclass) / 8192 FROM unnest(%s::text[]) name"
        pages: dict[str, int] = dict(session.execute(sizes, [names]).fetchall())
        if max(pages.values()) <= FEW_PAGES and passes_by_guards(session):
            delete(session, [name for name, number in pages.items() if number])
        else:
            truncate(session, names)


def passes_by_guards(session: psycopg.Connection) -> bool:
    return session.pgconn.parameter_status(b"is_superuser") == b"on"


def delete(session: psycopg.Connection, names: Collection[str]) -> None:
    """Row by row: of little, in a twentieth of the time that new files for each table and index take."""
    session.execute("SET LOCAL session_replication_role = replica")  # neither triggers nor foreign keys
    session.execute("".join(f"DELETE FROM {name};" for name in names))


def truncate(session: psycopg.Connection, names: Collection[str]) -> None:
    switch = "".join(f"ALTER TABLE {name} {{}} TRIGGER USER;" for name in names)
    session.execute(switch.format(*["DISABLE"] * len(names)))
    session.execute(f"TRUNCATE {', '.join(names)}")
    session.execute(switch.format(*["ENABLE"] * len(names)))
