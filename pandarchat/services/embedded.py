"""Embedded PostgreSQL and Redis together, for whoever needs them and nothing more (the tests)."""
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pandarchat.services import bootstrap
from pandarchat.services.addresses import Addresses, embedded_addresses, socket_folder
from pandarchat.services.postgres import Postgres
from pandarchat.services.processes import Processes
from pandarchat.services.redis import RedisServer


@dataclass(frozen=True)
class Embedded:
    """Running services and where they are."""

    addresses: Addresses
    processes: Processes
    postgres: Postgres
    redis: RedisServer


@contextmanager
def embedded(var: Path, *, tests: bool = False) -> Iterator[Embedded]:
    """PostgreSQL (with roles and an empty database) and Redis under `var`; stopped at the end, and if this process is killed."""
    with Processes(var / "log") as processes:
        postgres = Postgres(processes, var, tests=tests)
        redis = RedisServer(processes, socket_folder(var) / "redis.sock")
        postgres.start()
        redis.start()
        bootstrap.ensure(postgres.sockets)
        yield Embedded(embedded_addresses(var), processes, postgres, redis)
