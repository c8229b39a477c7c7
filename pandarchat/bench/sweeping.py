"""What a sweep of the clocks costs: so many late tickets among so many that are open and in time."""
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

from accounts.actions import people
from accounts.actor import System
from accounts.models import Organization
from foundation.ids import PLATFORM
from foundation.units import unit_of_work
from pandarchat.bench.bulk import Bare, across_organizations
from pandarchat.bench.guard import check_bench_database
from pandarchat.bench.inside import Statements
from pandarchat.services.addresses import with_database
from tickets.actions import escalating
from tickets.models import Ticket
from tickets.sla.agreement import Clocks, as_json
from tickets.sla.calendars import ELAPSED
from tickets.sla.clocks import Kind, Target, begun

SLUG = "bench-sweep"
CHUNK = 100_000
MADE = "CREATE TEMP TABLE made (id uuid DEFAULT uuidv7(), k bigint) ON COMMIT DROP"
CONVERSATIONS = """
INSERT INTO chat_conversation (id, organization_id, customer_id, staff_wakes) SELECT id, %(organization)s, %(customer)s, true FROM made
"""
TICKETS = """
INSERT INTO tickets_ticket (conversation_id, organization_id, number, subject, customer_id, clocks, sla_warning_at, sla_critical_at,
                            sla_due_at, sla_next_at)
SELECT id, %(organization)s, 1000 + k, 'Question ' || k, %(customer)s, %(clocks)s, at, at, at, at
FROM (SELECT *, now() + interval '10 days' + k * interval '1 second' AS at FROM made) numbered
"""
LATE = """
UPDATE tickets_ticket SET clocks = %(clocks)s, priority = 2, sla_warning_at = %(at)s, sla_critical_at = %(at)s, sla_due_at = %(at)s,
                          sla_next_at = %(at)s
WHERE conversation_id IN (SELECT conversation_id FROM tickets_ticket WHERE number > 1000 + %(from)s ORDER BY number LIMIT %(many)s)
"""


def ensure(many: int) -> UUID:
    """An organization with so many open tickets, made once. Raises CommandError for a database that is no bench's."""
    check_bench_database()
    with unit_of_work(PLATFORM):
        found = Organization.objects.filter(slug=SLUG).first()
    if found is None:
        found = people.create_organization(slug=SLUG, name="Bench sweep")
        _fill(found.id, many)
    with unit_of_work(found.id):
        there = Ticket.objects.count()
    if there != many:
        raise CommandError(f"This database holds {there:,} open tickets, not {many:,}. Give each number a database of its own.")
    return found.id


def _fill(organization: UUID, many: int) -> None:
    with unit_of_work(organization):
        customer = people.create_user(email="customer@sweep.test", name="Customer", role="customer", hashed="!", actor=System(organization),
                                      confirmed=True).id
    address = with_database(str(settings.DATABASE_OWNER_URL), str(connection.settings_dict["NAME"]))
    given = {"organization": organization, "customer": customer, "clocks": _clocks(datetime.now(UTC), days=20)}
    with psycopg.connect(address) as session:
        with across_organizations(session):
            bare = Bare(session, ("chat_conversation", "tickets_ticket"))
            session.execute(MADE)
            for after in range(0, many, CHUNK):
                session.execute("INSERT INTO made (k) SELECT generate_series(%s::bigint, %s::bigint)",
                                [after + 1, min(after + CHUNK, many)])
                session.execute(CONVERSATIONS, given)
                session.execute(TICKETS, given)
                session.execute("TRUNCATE made")
            for _ in bare.dressed():
                pass
        session.commit()
        session.autocommit = True
        session.execute("VACUUM (ANALYZE) chat_conversation, tickets_ticket")


def _clocks(start: datetime, *, days: float) -> str:
    target = Target(round(86_400 * days))
    clock = begun(target, ELAPSED, start)
    return orjson.dumps(as_json(Clocks(uuid4(), next_response_promised=False, clocks={Kind.RESOLUTION: clock}))).decode()


def sweep(organization: UUID, many: int, late: int, round_: int) -> dict[str, Any]:
    """One sweep with so many late tickets among those that are open: milliseconds, statements and tickets escalated."""
    at = datetime.now(UTC) - timedelta(minutes=1)
    with unit_of_work(organization), connection.cursor() as cursor:
        cursor.execute(LATE, {"clocks": _clocks(at - timedelta(days=1), days=1), "at": at, "many": late,
                              "from": late * (round_ - 1) % many})
    statements = Statements()
    with connection.execute_wrapper(statements):
        began = time.perf_counter()
        escalated = escalating.sweep()
        took = time.perf_counter() - began
    return {"measure": f"sweep.{late}", "open": many, "took_ms": round(took * 1e3, 1), "escalated": escalated,
            "statements": statements.all, "writing_statements": statements.writing}
