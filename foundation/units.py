"""A unit of work: one transaction, one organization."""
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from psycopg.pq import TransactionStatus

from foundation.postgresql.base import DatabaseWrapper

SET = "SELECT set_config('app.organization', %(organization)s::text, true)"
LIMITS = "set_config('statement_timeout', '10s', true), set_config('lock_timeout', '5s', true)"  # tasks have those of the role
_within_limits: ContextVar[bool] = ContextVar("within_limits", default=False)


class Tenanted(Protocol):
    """Whoever acts: known here by the organization alone."""

    @property
    def organization_id(self) -> UUID: ...


class NestedTenant(RuntimeError):
    """A unit of work was opened for one organization inside a unit of another."""


@contextmanager
def unit_of_work(actor: Tenanted | UUID) -> Iterator[None]:
    """One transaction in which only the actor's organization exists; an error rolls all of it back.

    Joins the unit that is already open for the same organization; raises NestedTenant for another one.
    """
    organization = actor if isinstance(actor, UUID) else actor.organization_id
    database = wrapper()
    if database.organization is None:
        with transaction.atomic(), _organization(database, organization):
            yield
    elif database.organization == organization:
        with transaction.atomic():
            yield
    else:
        raise NestedTenant(f"A unit of work for {organization} inside one for {database.organization}.")


@contextmanager
def _organization(database: DatabaseWrapper, organization: UUID) -> Iterator[None]:
    nested = len(database.savepoint_ids) > 0  # an outer transaction (a test's) outlives this one, and so would the setting
    _set(organization)
    database.organization = organization
    try:
        yield
    finally:
        database.organization = None
    if nested and not database.needs_rollback:
        _set("")


def _set(value: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"{SET}, {LIMITS}" if _within_limits.get() else SET, {"organization": str(value)})


@contextmanager
def within_limits() -> Iterator[None]:
    """Somebody waits for what is done here: its units of work wait no longer than LIMITS say, for a lock or a statement. What is cut off
    raises OperationalError."""
    before = _within_limits.set(True)
    try:
        yield
    finally:
        _within_limits.reset(before)


def by_itself(sql: str, given: Mapping[str, Any] | Sequence[Any]) -> tuple[Any, ...]:
    """The row of a statement that is a transaction of its own, within LIMITS, in one round trip; in an open unit of work it joins that.
    Raises psycopg's errors."""
    connection.ensure_connection()
    session: Any = connection.connection
    if connection.in_atomic_block:
        row: tuple[Any, ...] = session.execute(sql, given).fetchone()
        return row
    try:
        with session.pipeline() as pipeline:
            session.execute(f"SELECT {LIMITS}")
            cursor = session.execute(sql, given)
            pipeline.sync()  # the commit, whose error is raised here
            row = cursor.fetchone()
    finally:
        if session.info.transaction_status != TransactionStatus.IDLE:
            connection.close()  # psycopg finds no way out of a pipeline whose commit failed; the pool throws it away
    return row


def current_organization() -> UUID:
    """The organization of the open unit of work; raises RuntimeError outside of one."""
    organization = wrapper().organization
    if organization is None:
        raise RuntimeError("This must run inside a unit of work.")
    return organization


def wrapper() -> DatabaseWrapper:
    """This thread's connection in its own type."""
    return cast(DatabaseWrapper, connections[DEFAULT_DB_ALIAS])
