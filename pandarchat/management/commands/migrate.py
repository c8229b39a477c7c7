"""`migrate` as the owner of the tables; everything else runs as the app role, which may not change one."""
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dj_database_url
from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

CREDENTIALS = ("HOST", "PORT", "USER", "PASSWORD")  # the database's name stays, so that tests may migrate one of their own


class Command(migrate.Command):
    """Django's own, with the address of DATABASE_OWNER_URL."""

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DATABASE_OWNER_URL:
            raise CommandError("Migrations run as the owner of the tables: set DATABASE_OWNER_URL.")
        with as_owner(connections[options["database"]], settings.DATABASE_OWNER_URL):
            super().handle(*args, **options)


@contextmanager
def as_owner(connection: BaseDatabaseWrapper, owner_url: str) -> Iterator[None]:
    """The same connection with the owner's credentials and options (TLS and the like), in a session and a pool of their own."""
    if connection.in_atomic_block:
        raise CommandError("Migrations cannot run inside a transaction.")
    owner = dj_database_url.parse(owner_url)
    before = {name: connection.settings_dict[name] for name in (*CREDENTIALS, "OPTIONS")}
    pool = {name: value for name, value in before["OPTIONS"].items() if name == "pool"}  # ours, not of an address
    disconnect(connection)
    connection.settings_dict.update({name: owner[name] for name in CREDENTIALS})  # type: ignore[literal-required]
    connection.settings_dict["OPTIONS"] = {**owner.get("OPTIONS", {}), **pool}
    try:
        yield
    finally:
        disconnect(connection)
        connection.settings_dict.update(before)


def disconnect(connection: Any) -> None:
    """Close the session and the pool that keeps others open."""
    connection.close()
    connection.close_pool()
