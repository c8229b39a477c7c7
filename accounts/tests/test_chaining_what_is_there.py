"""An installation from before there was a chain: what is in its audit trails becomes the chains' beginning."""
import importlib
import io
from uuid import UUID

import psycopg
import pytest
from django.core.management import CommandError, call_command
from psycopg.types.json import Jsonb

from foundation.ids import PLATFORM, uuid7
from pandarchat.testing.database import connected_to, migrate, owner

BEFORE = ("accounts", "0006_lost_often")
MANY = {"ours": 25, "theirs": 3, "(platform)": 8}  # entries


@pytest.fixture
def old(empty_database: str) -> str:
    """A database as it was, with entries of two organizations, of the platform, and an organization without any."""
    migrate(empty_database, *BEFORE)
    with owner(empty_database) as session:
        keys = {"ours": uuid7(), "theirs": uuid7(), "empty": uuid7(), "(platform)": PLATFORM}
        for slug, key in keys.items():
            act_in(session, key)
            if key != PLATFORM:
                session.execute("INSERT INTO accounts_organization (id, slug, name, is_active, requires_confirmed_email) "
                                "VALUES (%s, %s, %s, true, false)", [key, slug, slug])
            for number in range(MANY.get(slug, 0)):
                session.execute("INSERT INTO accounts_auditentry (organization_id, actor_name, action, target_type, target_id, "
                                "target_name, after, address, request_id) VALUES (%s, 'Zoë', %s, '', '', '', %s, '192.0.2.1', '')",
                                [None if key == PLATFORM else key, f"act_{number}", Jsonb({"b": 1, "a": None})])
    return empty_database


def act_in(session: psycopg.Connection, organization: UUID) -> None:
    session.execute("SELECT set_config('app.organization', %s, false)", [str(organization)])


def test_what_is_there_is_chained(old: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In portions of seven, so that there are several, and one that is full is the last."""
    monkeypatch.setattr(importlib.import_module("accounts.migrations.0008_chain_what_is_there"), "AT_ONCE", 7)
    migrate(old)
    said = io.StringIO()
    with connected_to(old):
        call_command("verify_audit", stdout=said)
    heads = {name: int(position) for name, position, _ in map(str.split, said.getvalue().splitlines())}
    assert heads == {**MANY, "empty": 0}
    with owner(old) as session:
        (ours,) = session.execute("SELECT id FROM accounts_organization WHERE slug = 'ours'").fetchone() or ()
        act_in(session, ours)
        chained = session.execute("SELECT action FROM accounts_auditentry WHERE organization_id = %s ORDER BY position", [ours]).fetchall()
        assert [action for (action,) in chained] == [f"act_{number}" for number in range(MANY["ours"])], "in the order of its writing"
        session.execute("UPDATE accounts_auditentry SET action = 'x' WHERE organization_id = %s AND position = 9", [ours])
    with connected_to(old), pytest.raises(CommandError, match="ours, position 9"):
        call_command("verify_audit", stdout=io.StringIO())
