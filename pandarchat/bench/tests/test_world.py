"""The world that is measured: its shape, that the product could have made it, and who gets tokens for it."""
import json
import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from websockets.sync.client import connect

from accounts.models import AgentProfile, User
from chat.models import Conversation, Entry
from foundation.units import unit_of_work
from pandarchat.bench import access, filling
from pandarchat.bench.shape import ARCHIVE, MAIN, QUEUE, Shape
from pandarchat.services.addresses import with_database
from pandarchat.testing.database import clone, disconnect, drop, ensure_template
from pandarchat.testing.services import StartServer
from pandarchat.tests.checker import check_numbers
from tickets.models import OPEN, QueueSettings, Status, Ticket

SHAPE = Shape(tickets=4_000, agents=20, customers=60, rooms=10, waiting=30, entries=8_000)
OPTIONS = {"tickets": 4_000, "agents": 20, "customers": 60, "rooms": 10, "waiting": 30, "entries": 8_000}
CATALOG = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT tablename, indexname, indexdef, true FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT relname, 'row level security', relrowsecurity::text || relforcerowsecurity::text, true FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1, 2, 3
"""


@dataclass
class Made:
    """The database of the world and what was written about it."""

    database: str
    file: Path
    catalog_before: list[Any]

    @property
    def named(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.file.read_text())
        return found


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A small world in a database of its own, which is the connection's until the module ends."""
    own = connection.settings_dict["NAME"]
    name = f"{own}_bench"
    file = tmp_path_factory.mktemp("world") / "pandar.json"
    with django_db_blocker.unblock():
        clone(ensure_template(), name)
        disconnect()
        connection.settings_dict["NAME"] = name
        try:
            before = catalog()
            call_command("bench_world", out=file, stdout=StringIO(), **OPTIONS)
            yield Made(name, file, before)
        finally:
            disconnect()
            connection.settings_dict["NAME"] = own
            drop(name)


def catalog() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(CATALOG)
        return cursor.fetchall()


def organization(slug: str) -> UUID:
    return filling.organizations()[slug]


def statuses(slug: str) -> Counter[str]:
    with unit_of_work(organization(slug)):
        return Counter(Ticket.objects.values_list("status", flat=True))


# Its shape.


def test_one_of_twenty_organizations_has_a_twentieth_of_the_tickets(made: Made) -> None:
    counted = {slug: statuses(slug) for slug in SHAPE.slugs}
    assert {slug: sum(found.values()) for slug, found in counted.items()} == dict.fromkeys(SHAPE.slugs, 200)
    whole = sum(counted.values(), Counter[str]())
    assert 0.005 < whole["queued"] / 4_000 < 0.015
    assert 0.025 < whole["in_progress"] / 4_000 < 0.045
    assert 0.93 < whole["closed"] / 4_000 < 0.97
    assert counted[MAIN]["in_progress"] >= SHAPE.rooms, "the rooms are there although 3 % would be too few"
    with unit_of_work(organization(MAIN)):
        assert Counter(User.objects.values_list("role__slug", flat=True)) == {"agent": 20, "customer": 60}


def test_a_queue_and_an_archive_stand_beside_it(made: Made) -> None:
    assert statuses(QUEUE) == {"queued": 30}
    with unit_of_work(organization(ARCHIVE)):
        lengths = sorted(Conversation.objects.values_list("staff_seq", flat=True), reverse=True)
        assert (Entry.objects.count(), lengths) == (3_970, [1_985, 1_000, 985])


def test_rooms_share_nobody_and_all_are_of_the_organization_under_load(made: Made) -> None:
    rooms = made.named["rooms"]
    assert [len(room["tokens"]) for room in rooms] == [3] * SHAPE.rooms
    assert len({token for room in rooms for token in room["tokens"]}) == 3 * SHAPE.rooms
    assert (len(made.named["agents"]), len(made.named["customers"]), len(made.named["logins"])) == (20, 60, 60)
    assert made.named["requests"]["analytics"] is None
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600


# That the product could have made it.


def test_constraints_indexes_and_isolation_are_as_before(made: Made) -> None:
    assert catalog() == made.catalog_before


def test_every_row_keeps_the_rules(made: Made) -> None:
    for slug in (*SHAPE.slugs, QUEUE, ARCHIVE):
        with unit_of_work(organization(slug)):
            for ticket in Ticket.objects.select_related("conversation"):
                check_ticket(ticket)
            highest = max(Ticket.objects.values_list("number", flat=True))
            assert QueueSettings.objects.get().next_number == highest + 1
            loads = Counter(Ticket.objects.filter(status__in=OPEN).values_list("assignee_id", flat=True))
            assert all(loads[agent.pk] == agent.capacity for agent in AgentProfile.objects.all()), "full, so nothing is assigned"


def check_ticket(ticket: Ticket) -> None:
    """Times in their order, flags as `moves.save` sets them, customer and number as the conversation has them."""
    times = [at for at in (ticket.created_at, ticket.assigned_at, ticket.first_response_at, ticket.resolved_at) if at]
    assert times == sorted(times)
    conversation = ticket.conversation
    assert conversation.customer_id == ticket.customer_id
    assert conversation.is_closed == (ticket.status == Status.CLOSED)
    assert conversation.customer_wakes == (ticket.status in (Status.PENDING, Status.RESOLVED))
    assert conversation.staff_wakes == (ticket.first_response_at is None and ticket.status != Status.CLOSED)
    assert (ticket.assignee_id is None) == (ticket.status == Status.QUEUED)


@pytest.mark.parametrize(("slug", "entries"), [(f"{MAIN}-2", 200), (QUEUE, 30), (ARCHIVE, 3_970)])
def test_numbers_are_dense(made: Made, slug: str, entries: int) -> None:
    with unit_of_work(organization(slug)):
        keys = list(Conversation.objects.values_list("id", flat=True))
    assert sum(len(check_numbers(organization(slug), key)) for key in keys) == entries


def test_a_real_server_takes_its_tokens(made: Made, servers: StartServer) -> None:
    running = servers(DATABASE_URL=with_database(os.environ["DATABASE_URL"], made.database))
    named = made.named
    with httpx.Client(base_url=f"{running.url}/api/v1/", timeout=20) as http:
        def ask(name: str, token: str | None, body: Any = None) -> httpx.Response:
            wanted = named["requests"][name]
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            return http.request(wanted["method"], wanted["path"], json=body or wanted.get("body"), headers=headers)

        listed = ask("list", named["agents"][0]).json()
        assert {row["status"] for row in listed["data"]} == {"in_progress"}
        assert ask("create", named["customers"][0]).status_code == 201
        assert ask("queue", named["waiting"]["agents"][0]).json()["count"] == 30
        assert ask("login", None, named["logins"][0]).status_code == 200
        longest = named["archive"]["conversations"][0]
        page = http.get(f"tickets/{longest['ticket']}/entries/?after={longest['head'] // 2}",
                        headers={"Authorization": f"Bearer {named['archive']['agents'][0]}"}).json()["data"]
        assert (page["from"], page["head"]) == (longest["head"] // 2 + 1, 1_985)
    room = named["rooms"][0]
    with connect(running.ws_url) as socket:
        socket.send(json.dumps({"type": "authenticate", "ref": "auth", "token": room["tokens"][1]}))
        assert heard(socket, "ready")
        socket.send(json.dumps({"type": "join-ticket-room", "ref": "join", "ticket": room["ticket"], "after": 0}))
        assert heard(socket, "batch")["entries"][0]["text"] == filling.TEXT


def heard(socket: Any, kind: str) -> dict[str, Any]:
    """The next frame of a kind."""
    while True:
        frame: dict[str, Any] = json.loads(socket.recv(timeout=20))
        if frame["type"] == kind:
            return frame


# Once, and no other.


def test_a_second_time_only_renews_the_tokens(made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(filling, "Filling", None)
    call_command("bench_world", out=tmp_path / "again.json", stdout=StringIO(), **OPTIONS)
    again = json.loads((tmp_path / "again.json").read_text())
    assert [room["ticket"] for room in again["rooms"]] == [room["ticket"] for room in made.named["rooms"]]


def test_a_world_of_another_shape_is_left_alone(made: Made, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="another shape"):
        call_command("bench_world", out=tmp_path / "other.json", stdout=StringIO(), **{**OPTIONS, "waiting": 31})
    assert not (tmp_path / "other.json").exists()


def test_an_impossible_shape_is_told_at_once() -> None:
    assert Shape(tickets=100).problems() == ["there must be twice as many tickets under load (5) as rooms"]
    assert Shape(agents=100).problems() == ["every room needs two agents of its own"]
    assert Shape().problems() == []


# Tokens for hours, only there.


def test_no_token_on_another_machine(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    with unit_of_work(organization(MAIN)):
        user = User.objects.filter(role__slug="agent").first()
        assert user is not None
        monkeypatch.setitem(connection.settings_dict, "HOST", "db.example.com")
        with pytest.raises(CommandError, match=r"db\.example\.com"):
            access.mint([user])
        monkeypatch.setattr(access, "check_bench_database", lambda: None)
        assert access.mint([user])[user.id], "the guard alone refused"


# Measured from inside.


def test_an_assignment_is_measured_on_a_queue_of_its_own(made: Made, redis_url: str) -> None:
    out = StringIO()
    call_command("bench_inside", tickets=40, agents=4, times=1, stdout=out)
    assigned, password = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {name: assigned[name] for name in ("measure", "assigned", "giving_statements", "unevenness")} == {
        "measure": "assign.40", "assigned": 40, "giving_statements": 1, "unevenness": 0}
    assert assigned["statements"] > assigned["writing_statements"] >= 1
    assert password["measure"] == "password.check"


def test_a_sweep_is_measured_among_tickets_that_are_in_time(made: Made, redis_url: str) -> None:
    out = StringIO()
    call_command("bench_sweep", open=300, late=40, times=2, stdout=out)
    assert [(row["measure"], row["escalated"], row["open"]) for row in map(json.loads, out.getvalue().splitlines())] == [
        ("sweep.40", 40, 300)] * 2
    with pytest.raises(CommandError, match="300 open"):
        call_command("bench_sweep", open=301, stdout=out)
