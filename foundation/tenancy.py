"""Row-level security, grants and composite keys for a tenant table, in one migration operation."""
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from foundation.ids import PLATFORM
from foundation.postgresql.base import is_tenant
from foundation.roles import APP, DEFINER
from foundation.units import unit_of_work

CURRENT = "(SELECT nullif(current_setting('app.organization', true), '')::uuid)"
ORGANIZATIONS = "accounts_organization"


class IsolateTenant(Operation):
    """Makes a model's rows visible to their own organization alone.

    append_only: the app role may insert and read, never change or remove.
    parent: other tenant tables refer to it, so (organization_id, key) is unique.
    platform: rows without an organization belong to the platform's superusers.
    app: the model's app where it is not the migration's own (foundation's tables are isolated by accounts,
    because foundation knows no organizations).

    Every foreign key to another tenant table becomes a composite one, so that no row can refer to a foreign row:
    PostgreSQL checks references without row-level security.
    """

    reversible = True

    def __init__(
        self, name: str, *, append_only: bool = False, parent: bool = False, platform: bool = False, app: str | None = None
    ) -> None:
        self.name = name
        self.append_only = append_only
        self.parent = parent
        self.platform = platform
        self.app = app

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing that Django's models know of."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(self.app or app_label, self.name)
        for statement in self.statements(model):
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table = from_state.apps.get_model(self.app or app_label, self.name)._meta.db_table
        schema_editor.execute(f"DROP POLICY tenant ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Isolate {self.name} by organization"

    def statements(self, model: Any) -> Iterator[str]:
        """The SQL, in order."""
        table = model._meta.db_table
        owner = f"coalesce(organization_id, '{PLATFORM}'::uuid)" if self.platform else "organization_id"
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY tenant ON {table} USING ({owner} = {CURRENT}) WITH CHECK ({owner} = {CURRENT})"
        yield f"GRANT SELECT, INSERT{'' if self.append_only else ', UPDATE, DELETE'} ON {table} TO {APP}"
        if not implies_organization(model):
            yield (f"ALTER TABLE {table} ADD CONSTRAINT {short(table, 'organization')} FOREIGN KEY (organization_id) "
                   f"REFERENCES {ORGANIZATIONS} (id) DEFERRABLE INITIALLY DEFERRED")
        if self.parent:
            key = model._meta.pk.column
            yield f"ALTER TABLE {table} ADD CONSTRAINT {short(table, 'tenant_key')} UNIQUE (organization_id, {key})"
        for column, parent, parent_key in tenant_references(model):
            yield (f"ALTER TABLE {table} ADD CONSTRAINT {short(table, column)} FOREIGN KEY (organization_id, {column}) "
                   f"REFERENCES {parent} (organization_id, {parent_key}) DEFERRABLE INITIALLY DEFERRED")


def implies_organization(model: Any) -> bool:
    """Whether each row refers to another of its organization, which then exists. A key of its own to the organization would make
    every row that is written lock the one row of the organization, where all its transactions would meet."""
    required = {field.column for field in model._meta.local_concrete_fields if not field.null}
    return "organization_id" in required and any(column in required for column, _, _ in tenant_references(model))


def drop_implied_keys(*tables: str) -> RunSQL:
    """Takes the keys to organizations from tables that were isolated before `implies_organization` was asked."""
    return RunSQL([f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {short(table, 'organization')}" for table in tables], RunSQL.noop)


def tenant_references(model: Any) -> Iterator[tuple[str, str, str]]:
    """(column, parent table, parent key) of each foreign key to another tenant table; two columns must be unconstrained in Django."""
    for field in model._meta.local_concrete_fields:
        parent = field.related_model if field.is_relation else None
        if parent is not None and is_tenant(parent):
            if field.db_constraint:
                raise ValueError(f"{model._meta.label}.{field.name} needs db_constraint=False: its key is composite.")
            yield field.column, parent._meta.db_table, parent._meta.pk.column


def short(table: str, name: str) -> str:
    """A constraint name within PostgreSQL's 63 bytes."""
    return f"{table}_{name}_tenant"[:63]


class GrantGlobal(Operation):
    """Gives the app role a table that belongs to no organization."""

    reversible = True

    def __init__(self, *tables: str, privileges: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
        self.tables = tables
        self.privileges = privileges

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing that Django's models know of."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for table in self.tables:
            schema_editor.execute(f"GRANT {self.privileges} ON {table} TO {APP}")
            schema_editor.execute(
                f"DO $$ BEGIN IF pg_get_serial_sequence('{table}', 'id') IS NOT NULL THEN "
                f"EXECUTE 'GRANT USAGE ON SEQUENCE ' || pg_get_serial_sequence('{table}', 'id') || ' TO {APP}'; END IF; "
                "EXCEPTION WHEN undefined_column THEN NULL; END $$"
            )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for table in self.tables:
            schema_editor.execute(f"REVOKE {self.privileges} ON {table} FROM {APP}")

    def describe(self) -> str:
        return f"Grant {', '.join(self.tables)} to the app role"


def definer_function(signature: str, body: str, *, reads: Sequence[str] = (), writes: Sequence[str] = ()) -> tuple[str, str]:
    """(SQL, reverse SQL) of a function that looks across organizations, owned by the definer role.

    `signature` reads like `due(at timestamptz) RETURNS SETOF uuid LANGUAGE sql STABLE`; `reads` and `writes` are the
    tables it may see, each through a policy of its own.
    """
    name = signature.split("(", maxsplit=1)[0]
    arguments = signature[: signature.index(")") + 1]
    types = ", ".join(part.split("DEFAULT")[0].split()[-1] for part in arguments[len(name) + 1 : -1].split(",") if part.strip())
    policies = "".join(
        f"DO $$ BEGIN CREATE POLICY definer_{verb.lower()} ON {table} FOR {verb} TO {DEFINER} USING (true); "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $$;\n"
        f"GRANT {verb} ON {table} TO {DEFINER};\n"
        for table, verbs in [*((t, ("SELECT",)) for t in reads), *((t, ("SELECT", "UPDATE", "DELETE")) for t in writes)]
        for verb in verbs
    )
    target = f"{name}({types})"
    create = f"""
{policies}
CREATE OR REPLACE FUNCTION {signature} SECURITY DEFINER SET search_path = public, pg_temp AS $body$
{body}
$body$;
ALTER FUNCTION {target} OWNER TO {DEFINER};
REVOKE ALL ON FUNCTION {target} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {target} TO {APP};
"""
    return create, f"DROP FUNCTION {target};"


def for_each_organization(schema_editor: BaseDatabaseSchemaEditor, apps: Apps, work: Callable[[UUID], None]) -> None:
    """Run a data migration's work once per organization: under FORCE the owner sees no rows without one, and changes none."""
    with unit_of_work(PLATFORM):
        ids = list(apps.get_model("accounts", "Organization").objects.values_list("id", flat=True))
    for organization in ids:
        with unit_of_work(organization):
            work(organization)
