"""Which life of the database this is: after a restore or a failover the numbers that a client holds may have been given away anew."""
import hashlib
import time

from django.db import connection

KNOWN_SECONDS = 5.0
# Another server, another timeline (a standby that took over, a recovery to a point in time), another database (a dump that was loaded).
LIFE = """
SELECT system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8), d.oid
FROM pg_control_system(), pg_database d WHERE d.datname = current_database()
"""
_known: dict[str, float] = {}  # the last answer, and when it was given


def current() -> str:
    """Equal as long as nothing that was committed can have been lost; read again after KNOWN_SECONDS."""
    if (fresh := known()) is not None:
        return fresh
    with connection.cursor() as cursor:
        cursor.execute(LIFE)
        life = cursor.fetchone()
    answer = hashlib.sha256(repr(life).encode()).hexdigest()[:16]
    _known.clear()
    _known[answer] = time.monotonic()
    return answer


def known() -> str | None:
    """The last answer while it is fresh."""
    return next((answer for answer, at in tuple(_known.items()) if time.monotonic() - at < KNOWN_SECONDS), None)
