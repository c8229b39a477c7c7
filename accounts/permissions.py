"""What a role may do."""
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

GRANTED = """
SELECT c.app_label || '.' || p.codename
FROM accounts_rolepermission rp JOIN auth_permission p ON p.id = rp.permission_id JOIN django_content_type c ON c.id = p.content_type_id
WHERE rp.role_id = %(role)s::uuid
"""
MOST_CACHED = 10_000
_cache: dict[tuple[UUID, int], frozenset[str]] = {}


def of_role(role: UUID, version: int) -> frozenset[str]:
    """A role's permissions, `app.codename` each, inside a unit of work. A change of them changes the version, so that a cached set is
    never stale."""
    found = at_hand(role, version)
    if found is None:
        with connection.cursor() as cursor:
            cursor.execute(GRANTED, {"role": role})
            found = keep(role, version, cursor.fetchall())
    return found


def keep(role: UUID, version: int, rows: Iterable[tuple[Any, ...]]) -> frozenset[str]:
    """What GRANTED said of a role, remembered."""
    if len(_cache) >= MOST_CACHED:
        _cache.clear()
    found = _cache[role, version] = frozenset(name for (name,) in rows)
    return found


def at_hand(role: UUID, version: int) -> frozenset[str] | None:
    """The same where this process has read them before."""
    return _cache.get((role, version))
