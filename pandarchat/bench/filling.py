"""Fills an empty bench database: everything is made by PostgreSQL itself, in one transaction of the owner."""
import hashlib
from collections.abc import Iterator
from typing import TextIO
from uuid import UUID

import psycopg
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from psycopg.types.json import Jsonb

from accounts import passwords
from accounts.actions import people
from accounts.models import AuditEntry, Organization, Role
from foundation.ids import PLATFORM
from foundation.progress import Progress
from foundation.units import unit_of_work
from pandarchat.bench.bulk import Bare, across_organizations
from pandarchat.bench.guard import check_bench_database
from pandarchat.bench.shape import ARCHIVE, LONGEST_OF_MANY, MAIN, PASSWORD, QUEUE, Shape
from pandarchat.services.addresses import with_database

FILLED = "bench_world_filled"  # in the audit trail of the organization under load, with the shape
TEXT = "Hello, my order has not arrived yet. Could you please check it for me?"
BULK = ("chat_conversation", "chat_entry", "tickets_ticket")
PEOPLED = ("accounts_user", "accounts_agentprofile", "tickets_category", "tickets_queuesettings")
CHUNK = 50_000  # tickets at once
ENTRY_CHUNK = 200_000
ARCHIVISTS, ARCHIVED_CUSTOMERS = 20, 100
FIRST_NUMBER = 1001
QUICK = "SET LOCAL synchronous_commit = off; SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL work_mem = '64MB'; SELECT setseed(0.42)"

PLACES = """
CREATE TEMP TABLE place (no int PRIMARY KEY, id uuid, slug text, staff_role uuid, customer_role uuid) ON COMMIT DROP;
CREATE TEMP TABLE person (staff boolean, place int, n int, id uuid, PRIMARY KEY (staff, place, n)) ON COMMIT DROP;
CREATE TEMP TABLE made (id uuid DEFAULT uuidv7(), place int, k bigint, g bigint, at timestamptz, status text, customer int, agent int,
                        entries int DEFAULT 1) ON COMMIT DROP
"""
PEOPLE = """
WITH made AS (INSERT INTO person SELECT %(staff)s, %(place)s, n - 1, uuidv7() FROM generate_series(1, %(many)s::int) n RETURNING n, id)
INSERT INTO accounts_user (id, organization_id, email, name, role_id, password, is_active, is_superuser, epoch, email_confirmed_at)
SELECT m.id, p.id, %(kind)s || '-' || (m.n + 1) || '@' || p.slug || '.test', initcap(%(kind)s) || ' ' || (m.n + 1),
       CASE WHEN %(staff)s THEN p.staff_role ELSE p.customer_role END, %(password)s, true, false, 1, now()
FROM made m JOIN place p ON p.no = %(place)s ORDER BY m.n
"""
PROFILES = """
INSERT INTO accounts_agentprofile (user_id, organization_id, availability, capacity, last_seen_at, lost_connection, turn)
SELECT w.id, p.id, 'available', 0, now(), false, 0 FROM person w JOIN place p ON p.no = w.place WHERE w.staff
"""
CATEGORIES = """
INSERT INTO tickets_category (organization_id, slug, name)
SELECT p.id, c, initcap(c) FROM place p, unnest(ARRAY['order', 'refund', 'login', 'card']) c
ON CONFLICT DO NOTHING
"""
SETTINGS = """
INSERT INTO tickets_queuesettings (organization_id, number_prefix, next_number, assigns_automatically, grace_seconds)
SELECT p.id, 'B' || p.no, coalesce((SELECT max(number) + 1 FROM tickets_ticket t WHERE t.organization_id = p.id), %(first)s), true, 300
FROM place p
ON CONFLICT (organization_id) DO UPDATE SET next_number = excluded.next_number
"""
# 1 % queued, 3 % in progress, 1 % pending, 95 % closed, over 900 days, spread over the organizations like cards over players.
TICKETS = """
INSERT INTO made (id, place, k, g, at, status, customer, agent)
SELECT uuidv7(at - now()), 1 + (g %% %(places)s)::int, g / %(places)s, g, at,
       CASE WHEN g %% %(places)s = 0 AND g / %(places)s <= %(sure)s THEN 'in_progress'
            WHEN r < 0.01 THEN 'queued' WHEN r < 0.04 THEN 'in_progress' WHEN r < 0.05 THEN 'pending' ELSE 'closed' END,
       (g / %(places)s * 101) %% %(customers)s, (g / %(places)s * 37) %% %(agents)s
FROM (SELECT g, now() - interval '900 days' * (1 - g / %(tickets)s::float) AS at, random() AS r
      FROM generate_series(%(after)s::bigint + 1, %(to)s::bigint) g) numbered
"""
WAITING = """
INSERT INTO made (place, k, g, at, status, customer, agent)
SELECT %(place)s, g, g, now() - interval '1 second' * g, 'queued', g %% %(customers)s, NULL FROM generate_series(1, %(many)s::bigint) g
"""
ARCHIVED = """
INSERT INTO made (place, k, g, at, status, customer, agent, entries)
SELECT %(place)s, g, g, now() - interval '900 days', 'closed', g %% %(customers)s, g %% %(agents)s, entries
FROM (SELECT 1 AS g, %(long)s::int AS entries UNION ALL
      SELECT g, least(%(many)s, %(rest)s - (g - 2) * %(many)s)::int FROM generate_series(2, %(to)s::int) g) shaped
WHERE entries > 0
"""
CONVERSATIONS = """
INSERT INTO chat_conversation (id, organization_id, customer_id, staff_seq, public_seq, customer_wakes, staff_wakes, is_closed,
                               created_at, last_entry_at)
SELECT m.id, p.id, c.id, m.entries, m.entries, m.status = 'pending', m.status = 'queued', m.status = 'closed', m.at, m.at
FROM made m JOIN place p ON p.no = m.place JOIN person c ON NOT c.staff AND c.place = m.place AND c.n = m.customer
"""
# Whoever has a ticket has answered within two hours; what is closed was resolved after five.
ROWS = """
INSERT INTO tickets_ticket (conversation_id, organization_id, number, subject, status, priority, category_id, channel, customer_id,
                            assignee_id, created_at, updated_at, queued_at, assigned_at, first_response_at, resolved_at, closed_at)
SELECT m.id, p.id, %(first)s + m.k, 'Question ' || m.g || ' about an order that has not arrived', m.status, 1 + (m.g * 31) %% 4, k.id,
       (ARRAY['web', 'chat', 'api'])[1 + (m.g * 17) %% 3], c.id, a.id,
       m.at, least(now(), m.at + interval '1 hour'), m.at,
       CASE WHEN a.id IS NOT NULL THEN m.at END,
       CASE WHEN a.id IS NOT NULL THEN least(now(), m.at + interval '1 second' * (30 + (m.g * 37) %% 7200)) END,
       CASE WHEN m.status = 'closed' THEN least(now(), m.at + interval '5 hours') END,
       CASE WHEN m.status = 'closed' THEN least(now(), m.at + interval '5 hours') END
FROM made m JOIN place p ON p.no = m.place
JOIN person c ON NOT c.staff AND c.place = m.place AND c.n = m.customer
LEFT JOIN person a ON a.staff AND a.place = m.place AND a.n = m.agent AND m.status <> 'queued'
JOIN tickets_category k ON k.organization_id = p.id AND k.slug = (ARRAY['order', 'refund', 'login', 'card'])[1 + m.g %% 4]
"""
ENTRIES = """
INSERT INTO chat_entry (organization_id, conversation_id, staff_seq, public_seq, kind, sender_id, sender_name, sender_is_staff, client_id,
                        body_hash, text, created_at)
SELECT p.id, m.id, s, s, 'message', w.id, CASE WHEN w.staff THEN 'Agent ' ELSE 'Customer ' END || w.n + 1, w.staff,
       CASE WHEN s > 1 THEN gen_random_uuid() END, %(hash)s, %(text)s, m.at + interval '1 second' * (s - 1)
FROM made m JOIN place p ON p.no = m.place
CROSS JOIN LATERAL generate_series(%(after)s::int + 1, least(m.entries, %(to)s::int)) s
JOIN person w ON w.place = m.place AND w.staff = (s %% 2 = 0) AND w.n = CASE WHEN s %% 2 = 0 THEN m.agent ELSE m.customer END
WHERE m.entries > %(after)s
"""
# Agents are full: nothing is assigned while the world is measured, whoever runs a worker on it.
FULL = """
UPDATE accounts_agentprofile a SET capacity = l.load
FROM (SELECT assignee_id, least(1000, count(*)) AS load FROM tickets_ticket WHERE status IN ('assigned', 'in_progress') GROUP BY 1) l
WHERE l.assignee_id = a.user_id
"""
MARK = """
INSERT INTO accounts_auditentry (organization_id, actor_name, action, target_type, target_id, target_name, address, request_id, after)
VALUES (%s, 'bench_world', %s, '', '', '', '', '', %s)
"""


def found_shape() -> dict[str, int] | None:
    """The shape of the world that is there, or None."""
    known = organizations()
    if MAIN not in known:
        return None
    with unit_of_work(known[MAIN]):
        mark = AuditEntry.objects.filter(action=FILLED).first()
    return mark.after if mark else None


def organizations() -> dict[str, UUID]:
    """All organizations of this database, by name."""
    with unit_of_work(PLATFORM):
        return dict(Organization.objects.values_list("slug", "id"))


def fill(shape: Shape, out: TextIO) -> None:
    """Make the world; all of it is there at the end, or nothing but empty organizations. Raises CommandError where it cannot be."""
    check_bench_database()
    if problems := shape.problems():
        raise CommandError(f"There can be no such world: {'; '.join(problems)}.")
    if not settings.DATABASE_OWNER_URL:
        raise CommandError("The world is made as the owner of the tables: set DATABASE_OWNER_URL.")
    places = [place(slug, known=organizations()) for slug in (*shape.slugs, QUEUE, ARCHIVE)]
    name = str(connection.settings_dict["NAME"])
    with psycopg.connect(with_database(settings.DATABASE_OWNER_URL, name)) as session:
        Filling(session, shape, places, out).run()
        session.commit()
        session.autocommit = True
        out.write("  ANALYZE and VACUUM …\n")
        session.execute(f"VACUUM (ANALYZE) {', '.join((*BULK, *PEOPLED))}")


def place(slug: str, *, known: dict[str, UUID]) -> tuple[UUID, str, UUID, UUID]:
    """(organization, slug, role of its agents, role of its customers), made where it is missing."""
    organization = known.get(slug) or people.create_organization(slug=slug, name=slug.replace("-", " ").capitalize()).id
    with unit_of_work(organization):
        roles = dict(Role.objects.values_list("slug", "id"))
    return organization, slug, roles["agent"], roles["customer"]


class Filling:
    """One transaction's work, in steps."""

    def __init__(self, session: psycopg.Connection, shape: Shape, places: list[tuple[UUID, str, UUID, UUID]], out: TextIO) -> None:
        self.session, self.shape, self.out = session, shape, out
        self.places = places
        self.queue, self.archive = len(places) - 1, len(places)  # counted from 1
        self.first = {"first": FIRST_NUMBER}
        self.said = {"hash": hashlib.sha256(TEXT.encode()).digest(), "text": TEXT}

    def run(self) -> None:
        with across_organizations(self.session):
            self.session.execute(QUICK)
            bare = Bare(self.session, BULK)
            progress = Progress(self.steps() + len(bare), self.out)
            for name in self.fill():
                progress.step(name)
            for name in bare.dressed():
                progress.step(name)
            self.session.execute(FULL)
            self.session.execute(MARK, [self.places[0][0], FILLED, Jsonb(self.shape.as_json())])
            progress.finish()

    def steps(self) -> int:
        return 3 + len(self.chunks()) + len(self.entry_chunks())

    def chunks(self) -> list[int]:
        return list(range(0, self.shape.tickets, CHUNK))

    def entry_chunks(self) -> list[int]:
        return list(range(0, self.longest(), ENTRY_CHUNK))

    def longest(self) -> int:
        return self.shape.archived // 2

    def fill(self) -> Iterator[str]:
        yield "people"
        self.people()
        for after in self.chunks():
            yield f"tickets {after:,}"
            self.tickets(after)
        yield "queue"
        self.session.execute(WAITING, {"place": self.queue, "many": self.shape.waiting, "customers": self.shape.customers})
        self.store(0, 1)
        yield from self.archived()
        self.session.execute(SETTINGS, self.first)

    def people(self) -> None:
        self.session.execute(PLACES)
        with self.session.cursor() as cursor:
            cursor.executemany("INSERT INTO place VALUES (%s, %s, %s, %s, %s)", [(no, *found) for no, found in enumerate(self.places, 1)])
        password = passwords.hashed(PASSWORD)  # once: it is slow on purpose
        for no in range(1, len(self.places) + 1):
            agents, customers = (ARCHIVISTS, ARCHIVED_CUSTOMERS) if no == self.archive else (self.shape.agents, self.shape.customers)
            for kind, staff, many in (("agent", True, agents), ("customer", False, customers)):
                self.session.execute(PEOPLE, {"place": no, "kind": kind, "staff": staff, "many": many, "password": password})
        self.session.execute(PROFILES)
        self.session.execute(CATEGORIES)
        self.session.execute("ANALYZE place; ANALYZE person")

    def tickets(self, after: int) -> None:
        shape = self.shape
        self.session.execute(TICKETS, {"places": shape.organizations, "customers": shape.customers, "agents": shape.agents,
                                       "tickets": shape.tickets, "sure": shape.sure, "after": after,
                                       "to": min(after + CHUNK, shape.tickets)})
        self.store(0, 1)

    def store(self, after: int, to: int) -> None:
        """What was made becomes conversations, tickets and their entries with numbers from `after` + 1 to `to`."""
        self.session.execute("ANALYZE made")
        self.session.execute(CONVERSATIONS)
        self.session.execute(ROWS, self.first)
        self.session.execute(ENTRIES, {**self.said, "after": after, "to": to})
        self.session.execute("TRUNCATE made")

    def archived(self) -> Iterator[str]:
        yield "archive"
        rest = self.shape.archived - self.longest()
        self.session.execute(ARCHIVED, {
            "place": self.archive, "long": self.longest(), "many": LONGEST_OF_MANY, "rest": rest,
            "to": 1 - -rest // LONGEST_OF_MANY, "customers": ARCHIVED_CUSTOMERS, "agents": ARCHIVISTS})
        self.session.execute("ANALYZE made")
        self.session.execute(CONVERSATIONS)
        self.session.execute(ROWS, self.first)
        for after in self.entry_chunks():
            yield f"archive {after:,}"
            self.session.execute(ENTRIES, {**self.said, "after": after, "to": after + ENTRY_CHUNK})
        self.session.execute("TRUNCATE made")
