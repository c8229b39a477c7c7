"""An entry has one shape, whoever encodes it: PostgreSQL for pages, `wire.shown` for what is shown live."""
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from django.db import connection

from chat import queries, wire
from chat.models import Entry, Kind
from foundation.units import unit_of_work
from pandarchat.tests.world import World
from tickets.models import Ticket

STRANGE = 'quote " backslash \\ slash / tab \t line \n return \r bell \x07 escape \x1b delete \x7f line separator \u2028 é 漢 🂡 </script>'
BOTH = f"""
SELECT {queries.JSON}, {queries.COLUMNS} FROM chat_entry e {queries.TARGET} WHERE e.conversation_id = %(ticket)s ORDER BY e.staff_seq
"""
WHOLE, SHORT = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC), datetime(2024, 1, 2, 3, 4, 5, 120_000, tzinfo=UTC)


@pytest.fixture
def everything(world: World) -> Ticket:
    """A conversation with an entry of every kind, and texts and moments that are easily encoded wrongly."""
    ticket = world.ticket(agent=world.agent)
    note = world.say(world.agent, ticket, STRANGE, internal=True)
    said = world.say(world.customer, ticket, STRANGE)
    gone = world.say(world.customer, ticket, "gone")
    agent, customer = world.api(world.agent), world.api(world.customer)
    assert agent.patch(f"messages/{note.id}/", {"text": STRANGE[::-1]}).status == 200
    assert customer.patch(f"messages/{said.id}/", {"text": STRANGE * 2}).status == 200
    assert customer.delete(f"messages/{gone.id}/").status == 200
    with unit_of_work(world.pandar.id):
        ticket.conversation.refresh_from_db()
        more: list[dict[str, Any]] = [
            {"kind": "assignment", "data": {"assignee": None, "from": "assigned"}, "created_at": WHOLE},
            {"kind": "assignment", "data": {"assignee": {"id": str(world.agent.id), "name": STRANGE}}},
            {"kind": "assignment", "data": {"assignee": None}, "sender": world.manager, "sender_name": world.manager.name},
            {"kind": "status", "data": {"from": "resolved", "to": "queued"}, "sender": world.customer, "sender_name": STRANGE,
             "sender_is_staff": False},
            {"kind": "change", "data": {"field": "tags", "from": None, "to": [STRANGE, 1, True]}, "public_seq": None},
            {"kind": "change", "data": {"field": "subject", "from": "", "to": {"deep": [{}]}}},
            {"kind": "status", "data": {"from": "in_progress", "to": "resolved"}, "sender_name": STRANGE},
            {"kind": "message", "text": "", "created_at": SHORT, "edited_at": WHOLE, "deleted_at": SHORT},
            {"kind": "edit", "target_seq": None}, {"kind": "deletion", "target_seq": None},
        ]
        for entry in more:
            ticket.conversation.staff_seq += 1
            ticket.conversation.public_seq += 1
            Entry.objects.create(**{"organization_id": world.pandar.id, "conversation": ticket.conversation,
                                    "staff_seq": ticket.conversation.staff_seq, "public_seq": ticket.conversation.public_seq, **entry})
    return ticket


def pairs(world: World, ticket: Ticket, *, staff: bool, sql: str = BOTH) -> Iterator[tuple[str, wire.Row]]:
    """Each entry that such a viewer may see: as PostgreSQL encodes it, and as a row."""
    with unit_of_work(world.pandar.id), connection.cursor() as cursor:
        cursor.execute(sql, {"staff": staff, "ticket": ticket.pk})
        for text, *row in cursor.fetchall():
            if staff or row[2] is not None:
                yield text, queries.row_of(tuple(row))


@pytest.mark.parametrize("staff", [True, False])
def test_both_encode_alike(world: World, everything: Ticket, staff: bool) -> None:
    kinds = set()
    for text, row in pairs(world, everything, staff=staff):
        expected = wire.encoder.encode(wire.shown(row, staff=staff))
        assert msgspec.json.decode(text) == msgspec.json.decode(expected)
        kinds.add(row.kind)
    assert kinds == set(Kind.values)


def test_a_moment_cut_short_would_be_noticed(world: World, everything: Ticket) -> None:
    """The negative control: PostgreSQL's own way to write a moment."""
    sql = BOTH.replace(queries.JSON, "to_json(e.created_at)::text", 1)
    assert any(text.encode() not in wire.encoder.encode(wire.shown(row, staff=True))
               for text, row in pairs(world, everything, staff=True, sql=sql))


def test_who_of_the_staff_did_it_is_for_the_staff(world: World, everything: Ticket) -> None:
    def doers(*, staff: bool) -> set[tuple[str, Any]]:
        found = [msgspec.json.decode(text) for text, _ in pairs(world, everything, staff=staff)]
        return {(entry["kind"], entry["sender"]["id"]) for entry in found if entry["kind"] in ("assignment", "status")}

    assert ("assignment", str(world.manager.id)) in doers(staff=True)
    assert doers(staff=False) == {("assignment", None), ("status", None), ("status", str(world.customer.id))}
