"""The audit trail is added to and never changed."""
from typing import Any

import pytest
from django.db import ProgrammingError, connection

from accounts import audit
from accounts.models import AuditEntry
from foundation.units import unit_of_work


@pytest.fixture
def entry(world: Any) -> AuditEntry:
    with unit_of_work(world.pandar.id):
        audit.record("looked", actor=world.actor(world.agent), target=world.customer, before={"a": 1}, after={"a": 2}, address="192.0.2.1")
        return AuditEntry.objects.get(action="looked")


def test_it_says_who_what_on_what_when_from_where(world: Any, entry: AuditEntry) -> None:
    assert (entry.actor_id, entry.actor_name) == (world.agent.id, world.agent.name)
    assert (entry.target_type, entry.target_id, entry.target_name) == ("accounts.user", str(world.customer.id), world.customer.name)
    assert (entry.before, entry.after, entry.address, entry.at is not None) == ({"a": 1}, {"a": 2}, "192.0.2.1", True)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE accounts_auditentry SET action = 'x'",
        "DELETE FROM accounts_auditentry",
        "TRUNCATE accounts_auditentry",
        "ALTER TABLE accounts_auditentry DISABLE ROW LEVEL SECURITY",
        "DROP TABLE accounts_auditentry",
    ],
)
def test_the_app_role_cannot_change_it(world: Any, entry: AuditEntry, change: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        unit_of_work(world.pandar.id),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert world.pandar.fresh(entry).action == "looked"


def test_what_may_be_changed_can_be(world: Any, entry: AuditEntry) -> None:
    with unit_of_work(world.pandar.id), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_session SET address = 'x'")


def test_it_goes_with_its_unit_of_work(world: Any) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work(world.pandar.id):
        audit.record("undone", actor=None, name="x")
        raise ZeroDivisionError
    with unit_of_work(world.pandar.id):
        assert not AuditEntry.objects.filter(action="undone").exists()


def test_each_organization_has_its_own(world: Any, entry: AuditEntry) -> None:
    with unit_of_work(world.acme.id):
        assert not AuditEntry.objects.filter(id=entry.id).exists()


def test_changes_names_what_differs() -> None:
    assert audit.changes({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}) == ({"b": 2, "c": None}, {"b": 3, "c": 4})
