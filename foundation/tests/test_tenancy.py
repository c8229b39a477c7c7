"""The database keeps organizations apart by itself: asked of the catalog, and tried as the app role on every table."""
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.migrations.state import ProjectState

from accounts.models import AuditEntry, Role
from chat.models import Conversation, Entry, Revision
from foundation import tenancy
from foundation.ids import uuid7
from foundation.postgresql.base import is_tenant
from foundation.roles import APP
from foundation.tenancy import IsolateTenant, for_each_organization
from foundation.units import unit_of_work
from pandarchat.testing import database
from pandarchat.tests.world import Planted, World, tenant_tables
from tickets.models import Ticket

READ_ONLY = ["accounts_auditchain"]  # written by a definer's function alone
APPEND_ONLY = ["accounts_auditentry", "chat_revision", "django_admin_log", "journeys_ticketanswer", "journeys_version"]
# What the app role may do with tables of no organization; a new one has to be thought about here.
GLOBAL = {
    "foundation_counter": "DELETE INSERT SELECT UPDATE", "foundation_heartbeat": "DELETE INSERT SELECT UPDATE",
    "django_session": "DELETE INSERT SELECT UPDATE", "django_migrations": "SELECT", "django_content_type": "SELECT",
    "auth_permission": "SELECT", "accounts_organization": "INSERT SELECT UPDATE", "auth_group": "", "auth_group_permissions": "",
    **{f"django_celery_beat_{name}": "DELETE INSERT SELECT UPDATE" for name in (
        "clockedschedule", "crontabschedule", "intervalschedule", "solarschedule", "periodictask", "periodictasks")},
}
DEFINERS = {
    "find_organization", "organization_ids", "claim_due_deliveries", "organizations_with_gone_agents", "organizations_with_queue",
    "organizations_with_sla_due",
    "organizations_with_abandoned_tickets", "organizations_with_tickets_to_close", "deliveries_waiting", "queue_waiting",
    "organizations_with_expired_uploads",
    "chain_audit", "organizations_with_unchained_audit",
}


@pytest.fixture
def owner(committed: None) -> Iterator[psycopg.Connection]:
    """The owner's session on this test's database."""
    with database.owner(connection.settings_dict["NAME"]) as session:
        yield session


def test_every_table_of_an_organization_is_isolated(owner: psycopg.Connection) -> None:
    """Enabled, forced, and one policy for both reading and writing that names the setting."""
    rows = owner.execute("""
        SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
               (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polroles = '{0}' AND p.polcmd = '*'
                AND pg_get_expr(p.polqual, p.polrelid) LIKE '%app.organization%'
                AND pg_get_expr(p.polwithcheck, p.polrelid) LIKE '%app.organization%')
        FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
          AND (c.relname = 'accounts_organization' OR EXISTS (
            SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped))""").fetchall()
    assert len(rows) > 15
    assert [row for row in rows if row[1:] != (True, 1)] == []


def test_no_policy_lets_the_app_role_around(owner: psycopg.Connection) -> None:
    found = owner.execute("SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' AND roles <> '{pandar_definer}' "
                          "AND (roles <> '{public}' OR qual NOT LIKE '%app.organization%')")
    assert found.fetchall() == []


def test_every_model_with_an_organization_is_a_table_of_one(committed: None) -> None:
    models = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if is_tenant(model)}
    assert models - set(tenant_tables()) == set()
    assert set(tenant_tables()) - models == {"django_admin_log"}


def test_the_app_role_has_the_least_it_needs(owner: psycopg.Connection) -> None:
    rows = owner.execute("""
        SELECT c.relname, coalesce(string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type), '')
        FROM pg_class c LEFT JOIN LATERAL aclexplode(c.relacl) a ON a.grantee = %s::regrole
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname""", [APP]).fetchall()
    granted = {name: set(found.split()) for name, found in rows}
    expected = {name: set(found.split()) for name, found in GLOBAL.items()}
    for name in tenant_tables():
        expected[name] = {"SELECT"} | (set() if name in READ_ONLY else {"INSERT"}) | (
            set() if name in APPEND_ONLY + READ_ONLY else {"UPDATE", "DELETE"})
    assert granted == expected
    to_everyone = owner.execute(
        "SELECT relname FROM pg_class c, aclexplode(c.relacl) a WHERE a.grantee = 0 AND relnamespace = 'public'::regnamespace")
    assert to_everyone.fetchall() == []


def test_functions_that_look_across_are_the_vetted_ones(owner: psycopg.Connection) -> None:
    rows = owner.execute("""
        SELECT p.proname, pg_get_userbyid(p.proowner), p.proconfig::text,
               (SELECT array_agg(DISTINCT a.grantee::regrole::text ORDER BY a.grantee::regrole::text) FROM aclexplode(p.proacl) a)
        FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef""").fetchall()
    assert {row[0] for row in rows} == DEFINERS
    for name, role, config, callers in rows:
        assert (role, callers) == ("pandar_definer", ["pandar_app", "pandar_definer"]), name
        assert "search_path=public, pg_temp" in config, name


def test_no_function_of_ours_is_everybodys(owner: psycopg.Connection) -> None:
    rows = owner.execute("""
        SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
          AND (p.proacl IS NULL OR EXISTS (SELECT 1 FROM aclexplode(p.proacl) a WHERE a.grantee = 0))""")
    assert rows.fetchall() == []


def foreign_rows(world: World, table: str) -> int:
    """How many of pandar's rows somebody of acme finds there without any filter."""
    with unit_of_work(world.acme.id), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE organization_id = %s", [world.pandar.id])
        return int(cursor.fetchone()[0])


def test_no_table_shows_a_foreign_row_or_lets_it_be_changed(planted: Planted) -> None:
    world = planted.world
    for table in tenant_tables():
        assert foreign_rows(world, table) == 0, table
        if table in APPEND_ONLY + READ_ONLY:
            continue
        with unit_of_work(world.acme.id), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET organization_id = organization_id WHERE organization_id = %s", [world.pandar.id])
            assert cursor.rowcount == 0, table
            cursor.execute(f"DELETE FROM {table} WHERE organization_id = %s", [world.pandar.id])
            assert cursor.rowcount == 0, table


def test_outside_a_unit_no_table_shows_anything(planted: Planted) -> None:
    for table in [*tenant_tables(), "accounts_organization"]:
        connection.ensure_connection()
        shown = connection.connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # past the guard that would raise
        assert shown == (0,), table


def test_without_row_level_security_a_table_shows_foreign_rows(planted: Planted, owner: psycopg.Connection) -> None:
    for table in set(tenant_tables()) - {"django_admin_log"}:
        owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        try:
            assert foreign_rows(planted.world, table) > 0, table
        finally:
            owner.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def test_a_row_cannot_be_given_to_another_organization(planted: Planted) -> None:
    world = planted.world
    for table in set(tenant_tables()) - set(APPEND_ONLY + READ_ONLY):
        with pytest.raises(ProgrammingError, match="row-level security"), unit_of_work(world.acme.id), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET organization_id = %s", [world.pandar.id])
    with pytest.raises(ProgrammingError, match="row-level security"), unit_of_work(world.acme.id):
        Role.objects.create(organization_id=world.pandar.id, slug="intruder", name="intruder")


def test_forced_means_the_owner_too(planted: Planted, owner: psycopg.Connection) -> None:
    """As a member of the definer role it reads what the vetted functions read; it changes nothing anywhere."""
    read = {name for (name,) in owner.execute("SELECT tablename FROM pg_policies WHERE roles = '{pandar_definer}'")}
    assert len(read) < 8
    for table in tenant_tables():
        if table not in read:
            assert owner.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
        if table != "foundation_delivery":
            assert owner.execute(f"UPDATE {table} SET organization_id = organization_id").rowcount == 0, table


def test_a_foreign_key_to_a_foreign_row_is_refused_at_the_commit(planted: Planted) -> None:
    world, theirs = planted.world, planted.of_pandar
    mine = {"organization_id": world.acme.id}

    def entry() -> None:
        Entry.objects.create(**mine, conversation_id=theirs.ticket.pk, staff_seq=99, kind="message", sender_id=world.acme.agent.id)

    def conversation() -> None:
        Conversation.objects.create(**mine, customer_id=world.customer.id)

    def assignee() -> None:
        Ticket.objects.filter(pk=planted.of_acme.ticket.pk).update(assignee_id=world.agent.id)

    def category() -> None:
        Ticket.objects.filter(pk=planted.of_acme.ticket.pk).update(category_id=theirs.category.id)

    for refer in (entry, conversation, assignee, category):
        reached = False
        with pytest.raises(IntegrityError, match="tenant"), unit_of_work(world.acme.id):
            refer()
            reached = True
        assert reached, f"{refer.__name__} was refused before the commit"


def test_every_reference_between_tenant_tables_is_composite(owner: psycopg.Connection) -> None:
    """No key to a table of organizations may leave the organization out."""
    rows = owner.execute("""
        SELECT conname FROM pg_constraint k
        WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND k.confrelid <> 'accounts_organization'::regclass
          AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = k.confrelid AND a.attname = 'organization_id')
          AND NOT EXISTS (SELECT 1 FROM pg_attribute a
                          WHERE a.attrelid = k.conrelid AND a.attname = 'organization_id' AND a.attnum = ANY (k.conkey))
    """).fetchall()
    assert [name for (name,) in rows if not name.startswith("django_admin_log")] == []
    keyed = {row[0] for row in owner.execute(
        "SELECT format('%s.%s', k.conrelid::regclass, a.attname) FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid "
        "AND a.attnum = ANY (k.conkey) WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND cardinality(k.conkey) > 1")}
    for model in apps.get_models(include_auto_created=True):
        if is_tenant(model) and model._meta.db_table != "django_admin_log":
            for column, _, _ in tenancy.tenant_references(model):
                assert f"{model._meta.db_table}.{column}" in keyed


def test_every_row_belongs_to_an_organization_that_exists_by_one_key(owner: psycopg.Connection) -> None:
    """By a key of its own, or by a column that must refer to another row of it; by both, each write would lock the organization's row."""
    keys = owner.execute("""
        SELECT k.conrelid::regclass::text, k.confrelid = 'accounts_organization'::regclass,
               (SELECT bool_and(a.attnotnull) FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey))
        FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND k.conname LIKE '%tenant'""").fetchall()
    own = {table for table, to_organization, _ in keys if to_organization}
    implied = {table for table, to_organization, required in keys if required and not to_organization}
    tables = set(tenant_tables()) - {"django_admin_log"}
    assert own | implied >= tables
    assert own & implied == set()
    assert {"chat_entry", "tickets_ticket"} <= implied


@pytest.mark.parametrize("table", APPEND_ONLY + READ_ONLY)
def test_what_is_append_only_is_neither_changed_nor_removed(planted: Planted, table: str) -> None:
    world = planted.world
    for statement in (f"UPDATE {table} SET organization_id = organization_id", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with pytest.raises(ProgrammingError, match="permission denied"), unit_of_work(world.pandar.id), connection.cursor() as cursor:
            cursor.execute(statement)


def test_what_is_append_only_takes_new_rows(planted: Planted) -> None:
    with unit_of_work(planted.world.pandar.id):
        assert AuditEntry.objects.exists()
        assert Revision.objects.exists()


def test_the_app_role_cannot_truncate_or_switch_the_guard_off(planted: Planted) -> None:
    statements = [f"TRUNCATE {table}" for table in tenant_tables()]
    statements += ["ALTER TABLE tickets_ticket DISABLE ROW LEVEL SECURITY", "DROP POLICY tenant ON tickets_ticket", "SET ROLE pandar_owner",
                   "SET ROLE pandar_definer", "SET SESSION AUTHORIZATION pandar_owner"]
    for statement in statements:
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_model_whose_key_django_checks_alone_is_refused() -> None:
    state = ProjectState.from_apps(apps)
    ticket = state.apps.get_model("tickets", "Ticket")
    ticket._meta.get_field("customer").db_constraint = True
    with pytest.raises(ValueError, match="needs db_constraint=False"):
        list(IsolateTenant("ticket").statements(ticket))


def test_work_for_each_organization_sees_that_one(world: World) -> None:
    """The same work without it changes nothing: under FORCE its owner sees no rows."""
    seen = {}

    def work(organization: object) -> None:
        seen[organization] = set(Role.objects.values_list("organization_id", flat=True))
        Role.objects.filter(slug="agent").update(name="Agents")

    with transaction.atomic():
        for_each_organization(connection.schema_editor(), apps, work)
    assert seen == {world.pandar.id: {world.pandar.id}, world.acme.id: {world.acme.id}}
    with unit_of_work(world.acme.id):
        assert Role.objects.get(slug="agent").name == "Agents"
    with database.owner(connection.settings_dict["NAME"]) as session:
        assert session.execute("UPDATE accounts_role SET name = 'nobody'").rowcount == 0


def test_an_unknown_organization_is_an_empty_one(planted: Planted) -> None:
    for organization in (uuid4(), uuid7()):
        with unit_of_work(organization):
            assert not Role.objects.exists()
