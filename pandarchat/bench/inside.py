"""What is measured from inside the product: an assignment with its statements, and what a password costs."""
import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from accounts import passwords
from accounts.actions import people
from accounts.models import AgentProfile, Availability, Role, User
from chat.models import Conversation, Entry, Kind
from foundation.ids import uuid7
from foundation.units import unit_of_work
from pandarchat.bench.guard import check_bench_database
from pandarchat.bench.shape import MAIN
from tickets.actions.assigning import assign_queue
from tickets.models import Status, Ticket

GIVES = re.compile(r"\bUPDATE\s+\"?tickets_ticket\b", re.IGNORECASE)
WRITES = re.compile(r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\w", re.IGNORECASE)
CHECKS = 10


def assignment(tickets: int, agents: int) -> dict[str, Any]:
    """One run of the queue over `tickets` waiting ones: milliseconds, statements, and how evenly they were given. Raises CommandError
    for a database that is no bench's."""
    check_bench_database()
    organization = queue_of(tickets, agents)
    statements = Statements()
    with connection.execute_wrapper(statements):
        began = time.perf_counter()
        given = assign_queue(organization=organization)
        took = time.perf_counter() - began
    with unit_of_work(organization):
        loads = Counter(Ticket.objects.filter(status=Status.ASSIGNED).values_list("assignee_id", flat=True))
    return {"measure": f"assign.{tickets}", "took_ms": round(took * 1e3, 1), "assigned": given, "agents": agents,
            "statements": statements.all, "writing_statements": statements.writing,
            "giving_statements": statements.giving, "unevenness": max(loads.values(), default=0) - min(loads.values(), default=0)}


class Statements:
    """Counts what a block of code asks of the database."""

    def __init__(self) -> None:
        self.all = self.writing = self.giving = 0

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.all += 1
        self.writing += bool(WRITES.search(str(sql)))
        self.giving += bool(GIVES.search(str(sql)))
        return execute(sql, params, many, context)


def queue_of(tickets: int, agents: int) -> UUID:
    """A new organization with a queue and agents who have room for all of it."""
    organization = people.create_organization(slug=f"{MAIN}-assign-{uuid7().hex[-8:]}", name="Bench assign")
    with unit_of_work(organization.id):
        roles = dict(Role.objects.values_list("slug", "id"))
        staff = [User(organization=organization, email=f"agent-{n}@assign.test", name=f"Agent {n}", role_id=roles["agent"])
                 for n in range(agents)]
        customer = User(organization=organization, email="customer@assign.test", name="Customer", role_id=roles["customer"])
        User.objects.bulk_create([*staff, customer])
        AgentProfile.objects.bulk_create(
            AgentProfile(user=user, organization=organization, availability=Availability.AVAILABLE, capacity=1000,
                         last_seen_at=datetime.now(UTC)) for user in staff)
        conversations = [Conversation(organization=organization, customer=customer, staff_seq=1, public_seq=1, staff_wakes=True)
                         for _ in range(tickets)]
        Conversation.objects.bulk_create(conversations)
        Ticket.objects.bulk_create(
            Ticket(conversation=row, organization=organization, customer=customer, number=number, subject=f"Question {number}",
                   priority=1 + number % 4) for number, row in enumerate(conversations, 1001))
        Entry.objects.bulk_create(
            Entry(organization=organization, conversation=row, staff_seq=1, public_seq=1, kind=Kind.MESSAGE, sender=customer,
                  sender_name=customer.name, sender_is_staff=False, text="Hello") for row in conversations)
    return organization.id


def password() -> dict[str, Any]:
    """The CPU milliseconds of one password check, and how many a core could do if it did nothing else."""
    hashed = passwords.hashed("yardstick-of-pandar")
    began = time.process_time()
    for _ in range(CHECKS):
        passwords.matches("yardstick-of-pandar", hashed)
    each = (time.process_time() - began) / CHECKS
    return {"measure": "password.check", "cpu_ms": round(each * 1e3, 2), "per_core_s": round(1 / each, 1),
            "workers": settings.PASSWORD_WORKERS}
