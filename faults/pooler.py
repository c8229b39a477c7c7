"""PgBouncer in transaction mode between the product and PostgreSQL; skips, and says so, where it is missing."""
import os
import pwd
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import psycopg
import pytest

from foundation.async_database import parameters
from pandarchat.services.processes import SELF, Account, Process
from pandarchat.testing import start
from pandarchat.testing.services import free_port, stopping, wait_for

MISSING = "PgBouncer is missing (Debian: apt-get install pgbouncer), so nobody tries here whether a tenant leaks through a pooler."
CONFIGURATION = """
[databases]
{database} = host={host} port={port} user={user} dbname={database}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 500
server_reset_query =
log_connections = 0
log_disconnections = 0
"""


class StartPooler(Protocol):
    def __call__(self, *, size: int = 4) -> str: ...


@pytest.fixture
def poolers(django_db_setup: None) -> Iterator[StartPooler]:
    """`poolers(size=4)`: the address of this test's database through a PgBouncer with so many sessions for everybody."""
    with stopping() as running:
        yield lambda *, size=4: start_pooler(running, size)


def start_pooler(running: Callable[..., object], size: int) -> str:
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip(MISSING)
    listen, given = free_port(), parameters()
    file = start.State.folder / f"pgbouncer-{listen}.ini"  # where PostgreSQL's user may pass
    host = given.get("host", "")
    file.write_text(CONFIGURATION.format(
        database=given["dbname"], host=host, port=given.get("port", 5432), user=given["user"], listen=listen, size=size))
    file.chmod(0o644)
    account = _account(host)
    process = start.State.processes.start(f"pgbouncer-{listen}", [program, str(file)], account=account)
    url = f"postgresql://{given['user']}@127.0.0.1:{listen}/{given['dbname']}"
    wait_for(process, lambda: answers(url))
    running(_Stop(process))
    return url


class _Stop:
    def __init__(self, process: Process) -> None:
        self.process = process

    def stop(self) -> None:
        start.State.processes.stop(self.process)


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _account(host: str) -> Account:
    """PgBouncer does not run as root; the owner of PostgreSQL's socket may pass to it."""
    if os.geteuid():
        return SELF
    if host.startswith("/"):
        found = Path(host).stat()
        return Account(found.st_uid, found.st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)
