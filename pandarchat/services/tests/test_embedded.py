"""The embedded services: private, of the right roles, and reachable for the user they run as."""
import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pandarchat.services import bootstrap, postgres, unprivileged
from pandarchat.services import redis as redis_service
from pandarchat.services.embedded import Embedded, embedded
from pandarchat.services.processes import SELF, Account, Process, Processes, ServiceError, eventually
from pandarchat.testing import start

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user for PostgreSQL")


@pytest.fixture(scope="module")
def running() -> Iterator[Embedded]:
    with embedded(start.State.folder / f"e-{os.getpid()}", tests=True) as services:
        yield services


@pytest.fixture
def barred(open_folder: Path) -> Path:
    folder = open_folder / "barred"
    folder.mkdir(mode=0o700)
    return folder


def test_nothing_listens_on_the_network(running: Embedded) -> None:
    for process in (running.postgres.process, running.redis.process):
        assert process
        sockets = {os.readlink(fd) for fd in Path(f"/proc/{process.pid}/fd").iterdir() if fd.is_symlink()}
        inodes = {name[8:-1] for name in sockets if name.startswith("socket:[")}
        tcp = [line.split()[9] for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
        assert inodes
        assert not inodes & set(tcp)


def test_the_socket_folder_is_closed_to_others(running: Embedded) -> None:
    assert stat.S_IMODE(running.postgres.sockets.stat().st_mode) == 0o700


def test_the_roles_are_what_they_should_be(running: Embedded) -> None:
    with psycopg.connect(running.addresses.database_url) as app:
        found = app.execute("SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
                            " WHERE rolname LIKE 'pandar%' ORDER BY 1").fetchall()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE mine (id int)")
    assert found == [("pandar_app", True, False, False, False, False), ("pandar_definer", False, False, False, False, False),
                     ("pandar_owner", True, False, False, True, False)]


def test_the_owner_can_hand_a_function_to_the_definer(running: Embedded) -> None:
    with psycopg.connect(str(running.addresses.database_owner_url)) as owner:
        owner.execute("CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';"
                      "ALTER FUNCTION f() OWNER TO pandar_definer")
        owner.rollback()


HASH = "argon2-canary"
FAILING = "INSERT INTO people (password, name) VALUES (%s, %s)"


def failed_statement(url: str, *settings: str) -> None:
    """A row with a hash in it that a constraint refuses, with its values as parameters and in the statement itself."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("CREATE TEMPORARY TABLE people (password text, name text NOT NULL)")
        for setting in settings:
            owner.execute(setting)
        with pytest.raises(psycopg.errors.NotNullViolation):
            owner.execute(FAILING, [HASH, None])
        with pytest.raises(psycopg.errors.NotNullViolation):
            owner.execute(f"INSERT INTO people (password) VALUES ('{HASH}')")


def test_the_log_keeps_nothing_of_a_row_that_was_refused(running: Embedded) -> None:
    process = running.postgres.process
    assert process
    failed_statement(str(running.addresses.database_owner_url))
    assert eventually(lambda: process.log.read_text().count("violates not-null constraint") == 2, 10)
    assert HASH not in process.log.read_text()
    assert stat.S_IMODE(process.log.stat().st_mode) == 0o600


@pytest.mark.parametrize("setting", ["log_min_error_statement = error", "log_error_verbosity = 'default'"])
def test_without_these_settings_it_would_keep_it(open_folder: Path, setting: str) -> None:
    """Negative control: a superuser's session may still ask for more."""
    with embedded(open_folder / "v", tests=True) as services:
        process = services.postgres.process
        assert process
        failed_statement(bootstrap.superuser_url(services.postgres.sockets), f"SET {setting}")
        assert eventually(lambda: HASH in process.log.read_text(), 10)


def test_a_log_is_for_us_alone_also_one_that_was_open_to_others(open_folder: Path) -> None:
    (open_folder / "old.log").write_text("before\n")
    (open_folder / "old.log").chmod(0o644)
    with Processes(open_folder) as processes:
        for name in ("old", "new"):
            processes.run(name, ["/bin/echo", "now"])
            assert stat.S_IMODE((open_folder / f"{name}.log").stat().st_mode) == 0o600
    assert (open_folder / "old.log").read_text() == "before\nnow\n"


def test_bootstrap_twice_changes_nothing(running: Embedded) -> None:
    bootstrap.ensure(running.postgres.sockets)


def test_data_survives_a_second_start(open_folder: Path) -> None:
    for expected in (1, 2):
        with embedded(open_folder / "v", tests=True) as services, psycopg.connect(str(services.addresses.database_owner_url)) as owner:
            owner.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
            owner.execute("INSERT INTO kept VALUES (1)")
            assert owner.execute("SELECT count(*) FROM kept").fetchone() == (expected,)


def test_a_start_that_was_cut_off_while_making_data_is_repeated(open_folder: Path) -> None:
    half = open_folder / "v" / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with embedded(open_folder / "v", tests=True) as services:
        assert services.postgres.answers()


def test_data_of_another_version_is_refused(open_folder: Path) -> None:
    data = open_folder / "v" / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("16\n")
    with pytest.raises(ServiceError, match="was made by PostgreSQL 16, this is 18"), embedded(open_folder / "v", tests=True):
        pass


def test_a_lock_whose_number_belongs_to_another_program_is_removed(open_folder: Path) -> None:
    with embedded(open_folder / "v", tests=True):
        pass
    (open_folder / "v" / "postgres" / "postmaster.pid").write_text(f"{os.getppid()}\n")
    with embedded(open_folder / "v", tests=True) as services:
        assert services.postgres.answers()


def test_backends_that_outlive_their_server_are_waited_for(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a `kill -9` on a busy machine. They say much when they notice, maybe after the new server said why it cannot start."""
    kept = 0
    with Processes(open_folder / "log") as processes:
        server = postgres.Postgres(processes, open_folder, tests=True)
        server.start()
        assert server.process
        with psycopg.connect(bootstrap.superuser_url(server.sockets)) as session:
            backend = session.info.backend_pid
            os.kill(backend, signal.SIGSTOP)
            processes.kill(server.process)
            kill = processes.kill

            def kill_after_they_spoke(process: Process) -> None:
                nonlocal kept
                kept += 1
                process.log.open("a").write("FATAL:  terminating connection due to unexpected postmaster exit\n" * 20)
                os.kill(backend, signal.SIGCONT)
                kill(process)

            monkeypatch.setattr(processes, "kill", kill_after_they_spoke)
            server.start()
            monkeypatch.setattr(processes, "kill", kill)
        assert kept
        assert server.answers()


def test_redis_missing_says_what_to_install(monkeypatch: pytest.MonkeyPatch, open_folder: Path) -> None:
    monkeypatch.setattr(redis_service.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(open_folder))
    with pytest.raises(ServiceError, match="install a redis-server"):
        redis_service.program()
    own = open_folder / "redis-server"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    assert redis_service.program() == own


def test_postgres_that_dies_is_seen(open_folder: Path) -> None:
    with embedded(open_folder / "v", tests=True) as services:
        process = services.postgres.process
        assert process
        os.kill(process.pid, signal.SIGKILL)
        assert eventually(process.ended, 10)
        assert not services.postgres.answers()


@as_root
def test_under_root_a_folder_that_bars_the_way_is_passed_but_not_opened(barred: Path) -> None:
    who = unprivileged.account(barred / "none")
    inside = barred / "v"
    inside.mkdir()
    said: list[str] = []
    assert not unprivileged.allowed(inside, who)
    unprivileged.ensure_passage(inside / "postgres", who, said.append)
    assert unprivileged.allowed(inside, who)
    assert len(said) >= 1
    assert run_as(who, "ls", inside) == 0
    assert run_as(who, "ls", barred) != 0
    assert run_as(Account(65534, 65534), "ls", inside) != 0  # nobody else passes


@as_root
def test_under_root_services_start_below_a_barred_folder(barred: Path) -> None:
    with embedded(barred / "v", tests=True) as services:
        assert services.postgres.answers()
        assert services.postgres.process
        assert Path(f"/proc/{services.postgres.process.pid}").stat().st_uid == services.postgres.account.uid != 0


@as_root
def test_a_passage_keeps_what_a_list_already_said(barred: Path) -> None:
    unprivileged.open_passage(barred, Account(4001, 4001))
    unprivileged.open_passage(barred, Account(4002, 4002))
    unprivileged.open_passage(barred, Account(4002, 4002))
    named = [(permissions, uid) for tag, permissions, uid in unprivileged.acl_of(barred) if tag == unprivileged.NAMED_USER]
    assert named == [(1, 4001), (1, 4002)]


@as_root
def test_a_socket_folder_of_somebody_else_is_refused(open_folder: Path) -> None:
    folder = open_folder / "run"
    folder.mkdir()
    os.chown(folder, 4001, 4001)
    with pytest.raises(ServiceError, match="belongs to somebody else"):
        unprivileged.ensure_folder(folder, unprivileged.account(open_folder / "none"))


def test_a_link_in_place_of_the_socket_folder_is_refused(open_folder: Path) -> None:
    (open_folder / "run").symlink_to(open_folder)
    with pytest.raises(ServiceError, match="belongs to somebody else"):
        unprivileged.ensure_folder(open_folder / "run", SELF)


def test_a_postgres_that_cannot_start_says_why(open_folder: Path) -> None:
    with embedded(open_folder / "v", tests=True) as services:
        account, sockets = services.postgres.account, services.postgres.sockets
    (open_folder / "v" / "postgres" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with Processes(open_folder / "log") as processes, pytest.raises(ServiceError, match="no_such_setting"):
        postgres.Postgres(processes, open_folder / "v", tests=True).start()
    assert account
    assert sockets


def run_as(who: Account, *command: str | Path) -> int:
    return subprocess.run(command, user=who.uid, group=who.gid, extra_groups=[], cwd="/", capture_output=True, check=False).returncode
