"""Counting tries in PostgreSQL, before the thing is tried: exact however many come at once, and unharmed by a lost Redis."""
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from foundation.errors import RateLimited

COUNT = """
INSERT INTO foundation_counter AS c (name, window_start, count) VALUES (%(name)s::bytea, now(), 1)
ON CONFLICT (name) DO UPDATE SET
  count = CASE WHEN c.window_start < now() - %(window)s::interval THEN 1 ELSE least(c.count + 1, 1000000) END,
  window_start = CASE WHEN c.window_start < now() - %(window)s::interval THEN now() ELSE c.window_start END
RETURNING count, window_start + %(window)s::interval - now()
"""
FORGET = "DELETE FROM foundation_counter WHERE name = %(name)s::bytea"


@dataclass(frozen=True)
class Throttle:
    """At most `most` tries in each `window` for one name."""

    scope: str
    most: int
    window: timedelta

    def count(self, *parts: object) -> None:
        """Count a try, in a statement of its own; raises RateLimited beyond the limit. Call it outside a unit of work."""
        if not settings.RATE_LIMITS:
            return
        with connection.cursor() as cursor:
            cursor.execute(*self.counting(*parts))
            row = cursor.fetchone()
        self.judge(row)

    def counting(self, *parts: object) -> tuple[str, dict[str, Any]]:
        """The statement that counts, with its values; its row is for `judge`."""
        return COUNT, {"name": self._name(parts), "window": self.window}

    def judge(self, row: tuple[int, timedelta]) -> None:
        """Raises RateLimited where that was one try too many."""
        count, left = row
        if count > self.most:
            raise RateLimited(f"Too many tries. Come back in {minutes(left)}.", retry_after_ms=int(left.total_seconds() * 1000) + 1)

    def forgetting(self, *parts: object) -> tuple[str, dict[str, Any]]:
        """The statement that starts anew for this name, after a success."""
        return FORGET, {"name": self._name(parts)}

    def _name(self, parts: tuple[object, ...]) -> bytes:
        text = "\0".join([self.scope, *map(str, parts)])
        return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).digest()


def minutes(left: timedelta) -> str:
    """A duration as one says it."""
    seconds = max(1, int(left.total_seconds()))
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds} s"
    return f"{-(-seconds // 60)} min"
