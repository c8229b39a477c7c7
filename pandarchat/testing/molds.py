"""Rows that took a hundred queries to make, laid into the empty database again by a few: under new ids, and as if made just now."""
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model
from psycopg import Connection

from foundation.ids import uuid7
from pandarchat.testing.database import Keeper, passes_by_guards, tables

Made = TypeVar("Made")
ID_OR_TIME = re.compile(r"(\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b)"
                        r"|(\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00\b)")
Piece = str | UUID | datetime


@dataclass(frozen=True)
class Mold:
    """What a thing and its rows are made from: the rows as PostgreSQL copies them, in pieces, by table."""

    thing: Any
    taken_at: datetime
    rows: dict[str, list[Piece]]

    def lay(self) -> Any:
        """The rows once more, and the thing that speaks of them."""
        old = self.ids()
        renewed = Renewed(dict(zip(old, sorted(uuid7() for _ in old), strict=True)), datetime.now(UTC) - self.taken_at)
        session = Keeper.open()
        with session.transaction():
            session.execute("SET LOCAL session_replication_role = replica")  # triggers and foreign keys had their say
            for name, pieces in self.rows.items():
                with session.cursor().copy(f"COPY {name} FROM STDIN") as stream:
                    stream.write("".join(str(renewed.of(piece)) for piece in pieces))
        return renewed.of(self.thing)

    def ids(self) -> list[UUID]:
        """In the order in which they were made."""
        return sorted({piece for pieces in self.rows.values() for piece in pieces if isinstance(piece, UUID)})


def take(thing: Any) -> Mold | None:
    """The mold of what is in the database, which `thing` speaks of; None on a server where nobody may pass by its guards."""
    session = Keeper.open()
    return Mold(Renewed({}, timedelta()).of(thing), datetime.now(UTC), rows_in(session)) if passes_by_guards(session) else None


def rows_in(session: Connection) -> dict[str, list[Piece]]:
    """Of every table that has any."""
    with session.transaction():
        session.execute("SET LOCAL timezone = 'UTC'")
        return {name: text for name in tables(session) if (text := list(pieces(copied(session, name))))}


def copied(session: Connection, table: str) -> str:
    with session.cursor().copy(f"COPY {table} TO STDOUT") as stream:
        return b"".join(bytes(part) for part in stream).decode()


def pieces(text: str) -> Iterator[Piece]:
    end = 0
    for found in ID_OR_TIME.finditer(text):
        if found.start() > end:
            yield text[end:found.start()]
        yield UUID(found[1]) if found[1] else datetime.fromisoformat(found[2])
        end = found.end()
    if end < len(text):
        yield text[end:]


class Renewed:
    """The same with other ids, and later by so much."""

    def __init__(self, ids: dict[UUID, UUID], later: timedelta) -> None:
        self.ids, self.later = ids, later
        self._known: dict[int, Any] = {}  # models that several others name, by identity

    def of(self, value: Any) -> Any:
        if isinstance(value, UUID):
            return self.ids.get(value, value)
        if isinstance(value, datetime):
            return value + self.later
        if isinstance(value, Model):
            return self._known.get(id(value)) or self._model(value)
        if is_dataclass(value) and not isinstance(value, type):
            return type(value)(**{each.name: self.of(getattr(value, each.name)) for each in fields(value)})
        return {key: self.of(each) for key, each in value.items()} if isinstance(value, dict) else value

    def _model(self, value: Model) -> Model:
        made = self._known[id(value)] = type(value).__new__(type(value))
        vars(made).update({name: self.of(given) for name, given in vars(value).items()})
        made._state = copy.copy(value._state)
        made._state.fields_cache = {name: self.of(related) for name, related in value._state.fields_cache.items()}
        return made
