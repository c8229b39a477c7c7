"""Filling tables by the million: without their indexes and references, which are made again over all rows at once, and so checked."""
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg import sql

REFERENCES = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND (conrelid = ANY (%(tables)s::regclass[]) OR confrelid = ANY (%(tables)s::regclass[])) ORDER BY 1, 2
"""
UNIQUE = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'u' AND conrelid = ANY (%(tables)s::regclass[]) ORDER BY 1, 2
"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY (%(tables)s::regclass[]) AND NOT indisprimary
  AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = indexrelid) ORDER BY 1
"""


class Bare:
    """Some tables, stripped inside the owner's transaction; `dressed` yields what it makes again, one step at a time."""

    def __init__(self, session: psycopg.Connection, tables: Sequence[str]) -> None:
        self.session = session
        given = {"tables": list(tables)}
        self.references = session.execute(REFERENCES, given).fetchall()
        self.unique = session.execute(UNIQUE, given).fetchall()
        self.indexes = session.execute(INDEXES, given).fetchall()
        for table, name, _ in [*self.references, *self.unique]:
            self._run("ALTER TABLE {} DROP CONSTRAINT {}", table, name)
        for name, _ in self.indexes:
            session.execute(f"DROP INDEX {name}")

    def __len__(self) -> int:
        return len(self.references) + len(self.unique) + len(self.indexes)

    def dressed(self) -> Iterator[str]:
        """Everything again as it was; the name of each before it is made."""
        for name, definition in self.indexes:
            yield name
            self.session.execute(definition)
        for table, name, definition in [*self.unique, *self.references]:
            yield name
            self._run(f"ALTER TABLE {{}} ADD CONSTRAINT {{}} {definition}", table, name)

    def _run(self, statement: str, table: str, name: str) -> None:
        self.session.execute(sql.SQL(statement).format(sql.SQL(table), sql.Identifier(name)))


FORCED = "SELECT oid::regclass::text FROM pg_class WHERE relforcerowsecurity AND pg_get_userbyid(relowner) = current_user ORDER BY 1"


@contextmanager
def across_organizations(session: psycopg.Connection) -> Iterator[None]:
    """The owner sees and writes rows of all organizations until the block ends. Nobody else ever does: it begins and ends inside one
    transaction, which locks the tables meanwhile."""
    tables = [name for (name,) in session.execute(FORCED).fetchall()]
    for table in tables:
        session.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    session.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is still to be checked would keep the tables from being altered
    for table in tables:
        session.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
