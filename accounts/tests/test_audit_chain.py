"""The audit chain: entries are chained in order, by one at a time, and whatever is done to them afterwards is found."""
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import ProgrammingError, connection

from accounts import audit, chain
from accounts.actions import chaining
from accounts.models import AuditChain, AuditEntry
from accounts.tests.parallel import at_once
from foundation.ids import PLATFORM
from foundation.units import unit_of_work
from pandarchat.testing.database import owner

STRANGE = {"ünï": "côde ☃", "nested": {"b": [1, 2.50, None], "a": True}, "quote": "\"'\\", "5:colon": "3:x-"}


def write(organization: UUID, many: int = 1) -> None:
    for number in range(many):
        with unit_of_work(organization):
            audit.record(f"act_{number}", actor=None, name="somebody – ☃", before=None, after=STRANGE, address="192.0.2.1")


@pytest.fixture
def chained(world: Any) -> UUID:
    """An organization with a dozen entries and more, all of them chained."""
    organization: UUID = world.pandar.id
    write(organization, 12)
    assert chaining.chain(organization=organization) > 12
    chain.verify(organization)
    return organization


@contextmanager
def tampering(organization: UUID) -> Iterator[psycopg.Connection]:
    """The owner of the tables, at an organization's rows: whom no grant stops."""
    with owner(connection.settings_dict["NAME"]) as session:
        session.execute("SELECT set_config('app.organization', %s, false)", [str(organization)])
        yield session


def broken(organization: UUID, known: chain.Head | None = None) -> str:
    with pytest.raises(chain.BrokenChain) as caught:
        chain.verify(organization, known=known)
    return str(caught.value)


def count(organization: UUID) -> int:
    with unit_of_work(organization):
        return AuditEntry.objects.count()


def test_every_entry_has_its_place_and_follows_the_one_before(world: Any, chained: UUID) -> None:
    with unit_of_work(chained):
        entries = list(AuditEntry.objects.order_by("position"))
        head = AuditChain.objects.get()
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    assert [entry.id for entry in entries] == sorted(entry.id for entry in entries)
    before = [chain.BEGINNING, *(bytes(entry.hash or b"") for entry in entries)]
    assert [bytes(entry.previous_hash or b"") for entry in entries] == before[:-1]
    assert (head.position, bytes(head.hash)) == (len(entries), before[-1])


def test_the_format_is_what_the_page_says() -> None:
    """docs/audit.md has these bytes."""
    assert chain.encoded(7, bytes(32), ("id", None, "é")) == b"pandar-audit-11:7" + b"64:" + b"00" * 32 + b"2:id-2:\xc3\xa9"


def test_what_was_added_later_goes_on_from_there(world: Any, chained: UUID) -> None:
    before = chain.head(chained)
    write(chained, 3)
    assert chaining.chain(organization=chained) == 3
    assert chain.verify(chained, known=before).position == before.position + 3
    assert chaining.chain(organization=chained) == 0


def test_logins_are_chained_too(world: Any, chained: UUID) -> None:
    """They are written by statements of their own, the refused ones too."""
    before = chain.head(chained).position
    for password in ("correct horse battery", "wrong"):
        world.api(None).post("auth/login/", {"organization": "pandar", "email": world.agent.email, "password": password})
    assert chaining.chain(organization=chained) == 2
    chain.verify(chained)
    with unit_of_work(chained):
        assert list(AuditEntry.objects.filter(position__gt=before).order_by("position").values_list("action", flat=True)) == [
            "login", "login_failed"]


def test_each_organization_and_the_platform_have_their_own(world: Any, chained: UUID) -> None:
    write(world.acme.id, 2)
    with unit_of_work(PLATFORM):
        audit.record("looked", actor=None, name="platform")
    waiting = chaining.organizations_with_unchained_audit()
    assert set(waiting) == {world.acme.id, PLATFORM}
    for organization in waiting:
        chaining.chain(organization=organization)
    assert chaining.organizations_with_unchained_audit() == []
    heads = {organization: chain.verify(organization) for organization in (chained, world.acme.id, PLATFORM)}
    assert {key: head.position for key, head in heads.items()} == {key: count(key) for key in heads}
    assert len({head.hash for head in heads.values()}) == 3


def test_another_organizations_chain_is_out_of_reach(world: Any, chained: UUID) -> None:
    write(chained, 1)
    with unit_of_work(world.acme.id), connection.cursor() as cursor:
        cursor.execute("SELECT chained FROM chain_audit(100)")
        assert cursor.fetchone()[0] == AuditEntry.objects.count()
        assert set(AuditChain.objects.values_list("organization_id", flat=True)) == {world.acme.id}
    assert chaining.organizations_with_unchained_audit() == [chained]


def test_many_at_once_chain_everything_once(world: Any, chained: UUID) -> None:
    """Writers and those who chain, all at the same moment."""
    works: list[Callable[[], Any]] = [lambda: write(chained, 20) for _ in range(4)]
    works += [lambda: [chaining.chain(organization=chained) for _ in range(10)] for _ in range(4)]
    at_once(works)
    chaining.chain(organization=chained)
    assert chain.verify(chained).position == count(chained)


def test_a_writer_waits_for_nobody_who_chains(world: Any, chained: UUID) -> None:
    """The chain is held by another transaction that does not end: entries are added all the same, and chained afterwards."""
    with owner(connection.settings_dict["NAME"]) as session, session.transaction():
        session.execute("SELECT set_config('app.organization', %s, true)", [str(chained)])
        session.execute("SELECT * FROM accounts_auditchain FOR UPDATE")
        write(chained, 1)
        assert chaining.chain(organization=chained) == 0
    assert chaining.chain(organization=chained) == 1


FORGED = """INSERT INTO accounts_auditentry (id, organization_id, at, actor_name, action, target_type, target_id, target_name, address,
            request_id)
            SELECT uuidv7(), organization_id, at, 'x', 'forged', '', '', '', '', '' FROM accounts_auditentry WHERE position = 5;
            UPDATE accounts_auditentry SET position = place, previous_hash = 'x', hash = 'x' WHERE action = 'forged'"""
TAMPERINGS = {
    "edited": ("UPDATE accounts_auditentry SET actor_name = 'another' WHERE position = 5", "position 5: entry .* is not what was chained"),
    "edited json": ("UPDATE accounts_auditentry SET after = '{}' WHERE after IS NOT NULL AND position = 9",
                    "position 9: entry .* is not what was chained"),
    "dated back": ("UPDATE accounts_auditentry SET at = at - interval '1 microsecond' WHERE position = 5", "position 5: .* is not what"),
    "absent instead of empty": ("UPDATE accounts_auditentry SET before = 'null' WHERE position = 9", "position 9: .* is not what"),
    "deleted": ("DELETE FROM accounts_auditentry WHERE position = 5", "position 5: it is missing$"),
    "first deleted": ("DELETE FROM accounts_auditentry WHERE position = 1", "position 1: it is missing$"),
    "cut": ("DELETE FROM accounts_auditentry WHERE position > 10", "position 11: it is missing, and so is what followed, up to"),
    "swapped": ("""WITH other AS (SELECT position, actor_name, action FROM accounts_auditentry WHERE position IN (8, 9))
                   UPDATE accounts_auditentry e SET action = other.action, actor_name = other.actor_name FROM other
                   WHERE e.position + other.position = 17 AND e.position IN (8, 9)""", "position 8: .* is not what was chained"),
    "moved": ("""UPDATE accounts_auditentry SET position = -position WHERE position IN (8, 9);
                 UPDATE accounts_auditentry SET position = 17 + position WHERE position < 0""",
              "position 8: .* does not follow the entry before it"),
    "taken out of the chain": ("UPDATE accounts_auditentry SET position = NULL, hash = NULL WHERE position = 5",
                               "position 5: it is missing$"),
    "put in before the first": (FORGED.replace("place", "0"), "position 0: entry .* lies before the chain's beginning"),
    "another head": ("UPDATE accounts_auditchain SET hash = sha256('x')", "its hash is not the one that the chain ends with"),
    "beyond the head": ("UPDATE accounts_auditchain SET position = position - 1", "it lies beyond the chain's end"),
}


def test_one_put_in_beside_another_is_found_wherever_a_page_ends(chained: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner took the constraint away that allows a position once."""
    with tampering(chained) as session:
        session.execute("ALTER TABLE accounts_auditentry DROP CONSTRAINT audit_position_once")
        try:
            session.execute(FORGED.replace("place", "5").encode())
            for most in range(1, 8):
                monkeypatch.setattr(chain, "AT_ONCE", most)
                assert re.search(r"position 5: entry \S+ \(forged, .*\) is there a second time", broken(chained))
        finally:
            session.execute("DELETE FROM accounts_auditentry WHERE action = 'forged'")
            session.execute("ALTER TABLE accounts_auditentry ADD CONSTRAINT audit_position_once UNIQUE (organization_id, position)")


@pytest.mark.parametrize(("sql", "found"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_what_the_owner_does_to_it_is_found(chained: UUID, sql: str, found: str) -> None:
    with tampering(chained) as session:
        session.execute(sql.encode())
    assert re.search(found, broken(chained))


def test_an_end_cut_off_with_its_head_is_found_by_a_head_that_was_kept(chained: UUID) -> None:
    """Whoever owns the tables can cut the end and make the chain's own head agree; nothing in the database tells. A kept head does."""
    kept = chain.head(chained)
    with tampering(chained) as session:
        session.execute("DELETE FROM accounts_auditentry WHERE position > 10")
        session.execute("UPDATE accounts_auditchain SET position = 10, "
                        "hash = (SELECT hash FROM accounts_auditentry WHERE position = 10)")
    assert chain.verify(chained).position == 10, "the negative control: by itself it is a good chain"
    assert f"position 11: it is missing, and so is what followed, up to {kept.position}" in broken(chained, kept)


def test_a_chain_written_anew_is_found_by_a_head_that_was_kept(chained: UUID) -> None:
    kept = chain.head(chained)
    with tampering(chained) as session:
        session.execute("UPDATE accounts_auditentry SET position = NULL, previous_hash = NULL, hash = NULL")
        session.execute("UPDATE accounts_auditentry SET actor_name = 'another' WHERE action = 'act_3'")
        session.execute("DELETE FROM accounts_auditchain")
    chaining.chain(organization=chained)
    assert chain.verify(chained).position == kept.position
    assert f"position {kept.position}: " in broken(chained, kept)


def test_what_is_not_chained_within_a_minute_is_told(chained: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    write(chained)
    chain.verify(chained)
    monkeypatch.setattr(chain, "OVERDUE", timedelta(0))
    assert "it is not chained" in broken(chained)
    chaining.chain(organization=chained)
    chain.verify(chained)


@pytest.mark.parametrize("given", ["position", "previous_hash", "hash"])
def test_nobody_inserts_into_the_chain(world: Any, given: str) -> None:
    value = {"position": 3}.get(given, b"x")
    with pytest.raises(ProgrammingError, match="row-level security"), unit_of_work(world.pandar.id):
        AuditEntry.objects.create(organization_id=world.pandar.id, actor_name="x", action="x", **{given: value})


def test_the_app_role_changes_neither_chain_nor_head(chained: UUID) -> None:
    for statement in ("UPDATE accounts_auditchain SET position = 0", "DELETE FROM accounts_auditchain",
                      "INSERT INTO accounts_auditchain (position, hash) VALUES (0, '')", "UPDATE accounts_auditentry SET hash = NULL"):
        with pytest.raises(ProgrammingError, match="permission denied"), unit_of_work(chained), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_definer_may_fill_in_the_chain_and_nothing_else(committed: None) -> None:
    with owner(connection.settings_dict["NAME"]) as session:
        rows = session.execute("SELECT attname FROM pg_attribute, aclexplode(attacl) a WHERE attrelid = 'accounts_auditentry'::regclass "
                               "AND a.grantee = 'pandar_definer'::regrole AND a.privilege_type = 'UPDATE'").fetchall()
        table = session.execute("SELECT privilege_type FROM pg_class, aclexplode(relacl) a WHERE oid = 'accounts_auditentry'::regclass "
                                "AND a.grantee = 'pandar_definer'::regrole").fetchall()
    assert {name for (name,) in rows} == {"position", "previous_hash", "hash"}
    assert table == [("SELECT",)]
