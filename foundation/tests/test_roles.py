"""The product refuses to serve as any role that could see more than one organization; each reason is made for real."""
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

from foundation.roles import UNSAFE, UnsafeRole, refuse_unsafe_role
from pandarchat.environment import ROOT
from pandarchat.services import bootstrap, system
from pandarchat.services.addresses import socket_folder
from pandarchat.testing import database, start
from pandarchat.testing.services import free_port, product_environment

SUPERUSER = "it is a superuser"


@pytest.fixture
def superuser(committed: None) -> Iterator[psycopg.Connection]:
    """The embedded PostgreSQL's superuser on this test's database."""
    url = bootstrap.superuser_url(socket_folder(start.State.folder), connection.settings_dict["NAME"])
    if not Path(socket_folder(start.State.folder)).exists():
        pytest.skip("LOUD: PostgreSQL is given by DATABASE_URL, and roles are made by its superuser alone")
    with psycopg.connect(url, autocommit=True) as session:
        yield session


@contextmanager
def role(superuser: psycopg.Connection, options: str = "") -> Iterator[str]:
    """A role that may read the catalog; dropped with all it owns."""
    name = f"test_role_{uuid4().hex[:12]}"
    superuser.execute(sql.SQL(f"CREATE ROLE {{}} LOGIN {options}").format(sql.Identifier(name)))
    try:
        yield name
    finally:
        superuser.execute("RESET SESSION AUTHORIZATION")
        superuser.execute(sql.SQL("DROP OWNED BY {} CASCADE; DROP ROLE {}").format(sql.Identifier(name), sql.Identifier(name)))


def reason(superuser: psycopg.Connection, name: str) -> str | None:
    """What the check says to this role."""
    superuser.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(name)))
    try:
        found = superuser.execute(UNSAFE).fetchone()
    finally:
        superuser.execute("RESET SESSION AUTHORIZATION")
    return found[0] if found else None


def test_the_app_role_is_safe(committed: None) -> None:
    assert connection.settings_dict["USER"] == "pandar_app"
    refuse_unsafe_role()


def test_a_plain_role_is_safe_and_a_superuser_is_not(superuser: psycopg.Connection) -> None:
    with role(superuser) as name:
        assert reason(superuser, name) is None
    with role(superuser, "SUPERUSER") as name:
        assert reason(superuser, name) == SUPERUSER


def test_a_role_that_bypasses_row_level_security_is_refused(superuser: psycopg.Connection) -> None:
    with role(superuser, "BYPASSRLS") as name:
        assert reason(superuser, name) == "it bypasses row-level security"


def test_a_role_that_owns_a_table_is_refused(superuser: psycopg.Connection) -> None:
    with role(superuser) as name:
        superuser.execute("CREATE TABLE owned_by_test (id int)")
        superuser.execute(sql.SQL("ALTER TABLE owned_by_test OWNER TO {}").format(sql.Identifier(name)))
        assert reason(superuser, name) == "it owns the table owned_by_test"


def test_a_member_of_another_role_is_refused(superuser: psycopg.Connection) -> None:
    with role(superuser, "IN ROLE pandar_definer") as name:
        assert reason(superuser, name) == "it is a member of the role pandar_definer"


@pytest.mark.parametrize("gap", ["NO FORCE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"])
def test_a_table_without_forced_row_level_security_stops_the_start(committed: None, gap: str) -> None:
    with database.owner(connection.settings_dict["NAME"]) as session:
        session.execute(f"ALTER TABLE tickets_ticket {gap}")
        try:
            with pytest.raises(UnsafeRole, match=r"role pandar_app is not safe .* tickets_ticket holds organizations without forced"):
                refuse_unsafe_role()
        finally:
            session.execute("ALTER TABLE tickets_ticket ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    refuse_unsafe_role()


def test_a_new_table_of_organizations_that_nobody_isolated_stops_the_start(committed: None) -> None:
    with database.owner(connection.settings_dict["NAME"]) as session:
        session.execute("CREATE TABLE forgotten (id int, organization_id uuid)")
        try:
            with pytest.raises(UnsafeRole, match="forgotten"):
                refuse_unsafe_role()
        finally:
            session.execute("DROP TABLE forgotten")


def test_the_owner_does_not_serve(committed: None) -> None:
    """The same question asked through the owner's address."""
    with psycopg.connect(str(settings.DATABASE_OWNER_URL)) as session:
        found = session.execute(UNSAFE).fetchone()
    assert found is not None
    assert found[0].startswith("it owns the table")


def test_web_and_worker_refuse_to_start_as_the_owner(committed: None) -> None:
    """One sentence, and an exit code that a supervisor notices."""
    commands = {
        "web": ["uvicorn", "pandarchat.asgi:application", "--host", system.HOST, "--port", str(free_port()), *system.UVICORN],
        "worker": ["celery", "-A", "pandarchat", *system.WORKER],
    }
    environment = product_environment(DATABASE_URL=str(settings.DATABASE_OWNER_URL))
    started = {name: subprocess.Popen([sys.executable, "-m", *command], env=environment, cwd=ROOT, text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
               for name, command in commands.items()}
    for name, process in started.items():
        output, _ = process.communicate(timeout=60)
        assert process.returncode != 0, name
        assert "role pandar_owner is not safe to serve with" in output, output
