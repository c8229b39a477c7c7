"""Chaining what was added to the audit trails."""
import logging
from uuid import UUID

from django.db import connection

from foundation.units import unit_of_work

logger = logging.getLogger(__name__)
AT_ONCE = 1000
MOST_TURNS = 50  # of one run, so that a backlog of one organization keeps nobody waiting


def organizations_with_unchained_audit() -> list[UUID]:
    """Whose trails have entries that are not chained yet, PLATFORM among them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organizations_with_unchained_audit()")
        return [row[0] for row in cursor.fetchall()]


def chain(*, organization: UUID) -> int:
    """Chain an organization's new entries; returns how many. Any number of workers may do so: one does, the others find nothing. The log
    keeps the new head, which `manage.py verify_audit --heads` compares with."""
    total = 0
    for _ in range(MOST_TURNS):
        with unit_of_work(organization), connection.cursor() as cursor:
            cursor.execute("SELECT chained, head, head_hash FROM chain_audit(%s)", [AT_ONCE])
            chained, head, digest = cursor.fetchone()
        total += chained
        if chained:
            logger.info("audit chain %s %s %s", organization, head, bytes(digest).hex())
        if chained < AT_ONCE:
            break
    return total
