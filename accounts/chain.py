"""Verifying the audit chain: what `chain_audit` wrote is computed a second time, from the stored rows and without the database's word.

A chain is one organization's entries by `position`, from 1 on. The hash of each is SHA-256 over the bytes of `encoded`, which begin with
the position and the hash before it. docs/audit.md has the format.
"""
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from foundation.ids import PLATFORM
from foundation.units import unit_of_work

FORMAT = b"pandar-audit-1"
BEGINNING = bytes(32)  # stands for the hash before the first
OVERDUE = timedelta(minutes=1)  # what is not chained by then is not going to be
AT_ONCE = 2000
FIRST = -(2**63)  # the smallest that a position could be
FIELDS = """id::text, organization_id::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), actor_id::text, actor_name,
  action, target_type, target_id, target_name, before::text, after::text, address, request_id"""
EXACTLY = "(organization_id = %(organization)s::uuid OR %(platform)s AND organization_id IS NULL)"
HEAD = f"""
SELECT coalesce((SELECT max(position) FROM accounts_auditentry WHERE {EXACTLY}), 0), coalesce(max(position), 0), max(hash)
FROM accounts_auditchain WHERE {EXACTLY}
"""
PAGE = f"""
SELECT position, previous_hash, hash, {FIELDS} FROM accounts_auditentry
WHERE {EXACTLY} AND position >= %(after)s AND (position, id) > (%(after)s, %(entry)s::uuid) AND position <= %(last)s
ORDER BY position, id LIMIT %(most)s
"""
LEFT = f"""
SELECT id, action, at FROM accounts_auditentry
WHERE {EXACTLY} AND (hash IS NULL OR position IS NULL) AND at < now() - %(overdue)s ORDER BY id LIMIT 1
"""


@dataclass(frozen=True)
class Head:
    """The end of a chain: how many entries it has, and the hash of the last."""

    position: int
    hash: bytes


class BrokenChain(Exception):
    """Its text names the first entry that is not what was chained, and what is wrong with it."""


def encoded(position: int, previous: bytes, fields: tuple[str | None, ...]) -> bytes:
    """The bytes that are hashed: each field as its length in bytes, a colon and itself, or a hyphen where there is none."""
    texts = (str(position), previous.hex(), *fields)
    return FORMAT + b"".join(b"-" if text is None else b"%d:%s" % (len(text.encode()), text.encode()) for text in texts)


def head(organization: UUID) -> Head:
    """Where the chain ends by its own account; raises BrokenChain where an entry lies beyond."""
    ((last, position, digest),) = rows(organization, HEAD)
    if last > position:
        raise BrokenChain(f"position {last}: it lies beyond the chain's end, which is {position}")
    return Head(position, bytes(digest) if digest else BEGINNING)


def verify(organization: UUID, *, known: Head | None = None, tell: Callable[[int], None] = lambda done: None) -> Head:
    """Read a whole chain, in short units of work, and return its head. Raises BrokenChain at the first entry that is edited, missing,
    in another's place or not chained at all, and where the chain does not lead through `known`, a head that was kept elsewhere. `tell`
    hears how many entries were read."""
    end = head(organization)
    expected, previous = 1, BEGINNING
    for position, before, digest, *fields in entries(organization, end.position):
        check(expected, previous, position, before, digest, tuple(fields))
        expected, previous = position + 1, bytes(digest)
        if known and known.position == position and known.hash != previous:
            raise BrokenChain(f"position {position}: {named(fields)} is not the entry that was at this place when its hash was kept")
        if position % AT_ONCE == 0:
            tell(position)
    if expected <= end.position:
        raise BrokenChain(f"position {expected}: it is missing, and so is what followed, up to {end.position}")
    if previous != end.hash:
        raise BrokenChain(f"position {end.position}: its hash is not the one that the chain ends with")
    if known and known.position > end.position:
        raise BrokenChain(f"position {end.position + 1}: it is missing, and so is what followed, up to {known.position}")
    for key, action, at in rows(organization, LEFT, overdue=OVERDUE):
        raise BrokenChain(f"entry {key} ({action}, {at:%Y-%m-%d %H:%M:%S} UTC): it is not chained, and is more than a minute old")
    return end


def check(expected: int, previous: bytes, position: int, before: Any, digest: Any, fields: tuple[Any, ...]) -> None:  # noqa: PLR0917
    """Raises BrokenChain unless this row is what was chained at the place that comes next."""
    if position > expected:
        raise BrokenChain(f"position {expected}: it is missing")
    if position < 1:
        raise BrokenChain(f"position {position}: {named(fields)} lies before the chain's beginning")
    if position < expected:
        raise BrokenChain(f"position {position}: {named(fields)} is there a second time")
    if before is None or bytes(before) != previous:
        raise BrokenChain(f"position {position}: {named(fields)} does not follow the entry before it")
    if digest is None or hashlib.sha256(encoded(position, previous, fields)).digest() != bytes(digest):
        raise BrokenChain(f"position {position}: {named(fields)} is not what was chained")


def named(fields: Any) -> str:
    """An entry as one finds it again."""
    return f"entry {fields[0]} ({fields[5]}, {fields[2]} UTC)"


def entries(organization: UUID, last: int) -> Iterator[tuple[Any, ...]]:
    """The entries up to a position, in order, and whatever stands at a place that no entry has."""
    after, entry = FIRST, str(PLATFORM)
    while page := rows(organization, PAGE, after=after, entry=entry, last=last, most=AT_ONCE):
        yield from page
        after, entry = page[-1][0], page[-1][3]


def rows(organization: UUID, sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """What one statement finds, in a unit of work of its own."""
    with unit_of_work(organization), connection.cursor() as cursor:
        cursor.execute(sql, {"organization": organization, "platform": organization == PLATFORM, **values})
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
