"""A procedure that runs on a request's thread and on an event loop alike: it yields what is to be asked, and whoever runs it asks."""
from collections.abc import Generator, Hashable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection

from accounts import passwords
from foundation.async_database import STRANGERS
from foundation.postgresql.pipeline import LIMITS, OPENED, Asked, Rows, lines
from foundation.units import unit_of_work

WITHIN_LIMITS = f"SELECT {LIMITS}"


@dataclass(frozen=True)
class Ask:
    """Statements for PostgreSQL, in one unit of work of the organization, or in none. Yields the rows of each."""

    statements: tuple[Asked, ...] = field(repr=False)
    organization: UUID | None = None
    of: Hashable = STRANGERS  # whose turn it takes where there is no organization yet


@dataclass(frozen=True)
class Room:
    """Room for a check, asked for by somebody of a network. Yields nothing; raises Unavailable where there is none at this moment."""

    network: str


@dataclass(frozen=True)
class Check:
    """A password and the hash that it is to match, if there is one, asked by somebody of a network. Yields whether it does."""

    password: str = field(repr=False)
    hashed: str | None = field(repr=False)
    network: str


Result = TypeVar("Result")
Procedure = Generator[Ask | Check | Room, Any, Result]


def run(procedure: Procedure[Result]) -> Result:
    """On a thread, outside a unit of work. Raises what the procedure raises, Unavailable where too many passwords are checked."""
    heard: Any = None
    while True:
        try:
            step = procedure.send(heard)
        except StopIteration as end:
            found: Result = end.value
            return found
        if isinstance(step, Room):
            passwords.expect_room(step.network, on_thread=True)
        elif isinstance(step, Check):
            heard = passwords.matches(step.password, step.hashed, network=step.network)
        else:
            heard = _rows(step)


async def run_on_loop(procedure: Procedure[Result]) -> Result:
    """On an event loop, where a server has hashing processes; raises the same."""
    heard: Any = None
    while True:
        try:
            step = procedure.send(heard)
        except StopIteration as end:
            found: Result = end.value
            return found
        if isinstance(step, Room):
            passwords.expect_room(step.network, on_thread=False)
        elif isinstance(step, Check):
            heard = await passwords.matches_on_loop(step.password, step.hashed, network=step.network)
        else:
            heard = await _rows_on_loop(step)


async def _rows_on_loop(step: Ask) -> list[Rows]:
    if step.organization is None:
        return (await lines().ask((WITHIN_LIMITS, {}), *step.statements, of=step.of))[1:]
    return (await lines().ask((OPENED, {"organization": step.organization}), *step.statements, of=step.organization))[1:]


def _rows(step: Ask) -> list[Rows]:
    with unit_of_work(step.organization) if step.organization else nullcontext(), connection.cursor() as cursor:
        return [_of(cursor, *statement) for statement in step.statements]


def _of(cursor: Any, sql: str, values: Any) -> Rows:
    cursor.execute(sql, values)
    return cursor.fetchall() if cursor.description else []
