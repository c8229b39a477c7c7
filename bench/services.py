"""PostgreSQL and Redis of the bench's own, for all targets alike: on loopback, durable, each target in databases of its own."""
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from bench.places import ROOT, Places
from pandarchat.environment import ROOT as PRODUCT
from pandarchat.services import bootstrap
from pandarchat.services.addresses import socket_folder
from pandarchat.services.postgres import Postgres
from pandarchat.services.processes import Processes
from pandarchat.services.redis import RedisServer
from pandarchat.services.supervisor import take_lock

assert ROOT == PRODUCT  # noqa: S101
HOST = "127.0.0.1"
PANDAR, PEER, LIMIT, POSTGRES, REDIS = 0, 10, 20, 32, 79  # ports, counted from the first
SETTINGS = ("max_wal_size=4GB", "checkpoint_timeout=15min")  # no checkpoint in the middle of a figure, whoever has it
OTHERS = "yardstick"  # the role of reference and limit


@dataclass(frozen=True)
class Services:
    """What runs, and under which addresses."""

    places: Places
    first_port: int
    password: str
    postgres_pid: int

    def database(self, role: str, name: str) -> str:
        return f"postgresql://{role}:{self.password}@{HOST}:{self.first_port + POSTGRES}/{name}"

    @property
    def redis(self) -> str:
        return f"redis://{HOST}:{self.first_port + REDIS}"

    def pandar(self, world: int | str) -> dict[str, str]:
        """The environment of the product on the world of this size or name."""
        name = f"pandar_bench_{world}"
        return {"DATABASE_URL": self.database(bootstrap.APP, name), "DATABASE_OWNER_URL": self.database(bootstrap.OWNER, name),
                "REDIS_URL": f"{self.redis}/0", "PANDAR_VAR": str(self.places.bench), "PANDAR_PORT": str(self.first_port + PANDAR),
                "PANDAR_RATE_LIMITS": "off"}

    def others(self, tickets: int) -> dict[str, str]:
        """The environment of reference and limit."""
        return {"DATABASE_URL": self.database(OTHERS, f"yardstick_{tickets}"), "REDIS_URL": ""}


@contextmanager
def services(places: Places, first_port: int) -> Iterator[Services]:
    """Started, and stopped at the end; the data stays. Raises ServiceError where another run has them."""
    lock = take_lock(places.bench)
    with os.fdopen(lock), Processes(places.bench / "log", hold=lock) as processes:
        postgres = Postgres(processes, places.bench, port=first_port + POSTGRES, settings=SETTINGS)
        redis = RedisServer(processes, socket_folder(places.bench) / "redis.sock", port=first_port + REDIS)
        postgres.start()
        redis.start()
        assert postgres.process is not None  # noqa: S101
        password = secrets.token_urlsafe(16)
        prepare_roles(postgres, password)
        yield Services(places, first_port, password, postgres.process.pid)


def prepare_roles(postgres: Postgres, password: str) -> None:
    """The roles of all targets, with this run's password."""
    with superuser(postgres.sockets, postgres.port) as session:
        session.execute(bootstrap.script("roles.sql"))
        if not session.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OTHERS]).fetchone():
            session.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(OTHERS)))
        for role in (bootstrap.OWNER, bootstrap.APP, OTHERS):
            session.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))


def superuser(sockets: Path, port: int | None, database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(bootstrap.superuser_url(sockets, database, port=port), autocommit=True)


def ensure_databases(running: Services, tickets: int, *, fresh: bool = False) -> None:
    """The two databases of a world of this size; `fresh` drops what was there."""
    ensure(running, f"pandar_bench_{tickets}", bootstrap.OWNER, fresh=fresh)
    ensure(running, f"yardstick_{tickets}", OTHERS, fresh=fresh)


def ensure(running: Services, name: str, owner: str, *, fresh: bool = False) -> None:
    """A database; one of the product's has its extensions and rights, and is still to be migrated."""
    sockets, port = socket_folder(running.places.bench), running.first_port + POSTGRES
    with superuser(sockets, port) as session:
        if fresh:
            session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        if not bootstrap.exists(session, name):
            session.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner)))
    if owner == bootstrap.OWNER:
        with superuser(sockets, port, name) as session:
            session.execute(bootstrap.script("database.sql"))


def call(command: list[str | Path], environment: dict[str, str], *, cwd: Path = ROOT, seconds: float = 1800) -> str:
    """Run to the end, its messages on our terminal; returns what it printed."""
    values = {**os.environ, **environment}
    done = subprocess.run(command, env=values, cwd=cwd, stdout=subprocess.PIPE, text=True, timeout=seconds, check=True)
    return done.stdout
