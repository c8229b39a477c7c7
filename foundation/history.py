"""Which life of the database this is: after a restore or a failover the numbers that a client holds may have been given away anew."""
import hashlib
import logging
import time
from typing import Any

from django.db import NotSupportedError, ProgrammingError, connection, transaction

logger = logging.getLogger(__name__)
KNOWN_SECONDS = 5.0
# Another server, another timeline (a standby that took over, a recovery to a point in time), another database (a dump that was loaded). The
# timeline is that of what is written now: a checkpoint's is behind for a while after a promotion, and is all that a standby has.
LIFE = """
SELECT system_identifier,
       CASE WHEN pg_is_in_recovery() THEN (SELECT upper(lpad(to_hex(timeline_id), 8, '0')) FROM pg_control_checkpoint())
            ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END,
       d.oid
FROM pg_control_system(), pg_database d WHERE d.datname = current_database()
"""
ELSEWHERE = "SELECT d.oid FROM pg_database d WHERE d.datname = current_database()"  # where PostgreSQL's WAL is somebody else's storage
_known: dict[str, float] = {}  # the last answer, and when it was given


def current() -> str:
    """Equal as long as nothing that was committed can have been lost; read again after KNOWN_SECONDS."""
    if (fresh := known()) is not None:
        return fresh
    life = _life()
    answer = hashlib.sha256(repr(life).encode()).hexdigest()[:16]
    _known.clear()
    _known[answer] = time.monotonic()
    return answer


def _life() -> Any:
    try:
        with transaction.atomic(), connection.cursor() as cursor:  # a savepoint, where somebody's unit of work is open
            cursor.execute(LIFE)
            return cursor.fetchone()
    except (NotSupportedError, ProgrammingError) as error:
        logger.warning("This PostgreSQL does not name its timeline (%s): clients notice no restore but that of a dump", error)
    with connection.cursor() as cursor:
        cursor.execute(ELSEWHERE)
        return cursor.fetchone()


def known() -> str | None:
    """The last answer while it is fresh."""
    return next((answer for answer, at in tuple(_known.items()) if time.monotonic() - at < KNOWN_SECONDS), None)
