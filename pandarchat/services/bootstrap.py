"""The roles and the database: made by ourselves on the embedded PostgreSQL, told as SQL for one that is yours."""
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

HERE = Path(__file__).parent
OWNER, APP, DATABASE = "pandar_owner", "pandar_app", "pandar"


def superuser_url(socket_folder: Path, database: str = "postgres", *, port: int | None = None) -> str:
    """The embedded PostgreSQL's superuser, for whoever starts it."""
    return f"postgresql://postgres@{quote(str(socket_folder), safe='')}{f':{port}' if port else ''}/{database}"


def ensure(socket_folder: Path) -> None:
    """Create roles and database where they are missing."""
    with psycopg.connect(superuser_url(socket_folder), autocommit=True) as connection:
        connection.execute(script("roles.sql"))
        if not exists(connection, DATABASE):
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
    with psycopg.connect(superuser_url(socket_folder, DATABASE), autocommit=True) as connection:
        connection.execute(script("database.sql"))


def prepare_for_tests(socket_folder: Path) -> None:
    """Let the owner end sessions of the app role, as DROP DATABASE … WITH (FORCE) does."""
    with psycopg.connect(superuser_url(socket_folder), autocommit=True) as connection:
        connection.execute(sql.SQL("GRANT pg_signal_backend TO {}").format(sql.Identifier(OWNER)))


def exists(connection: psycopg.Connection, database: str) -> bool:
    """Whether the server has a database of that name."""
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is not None


def script(name: str) -> sql.SQL:
    """A file of SQL beside this one, ready to execute (`%` needs no doubling without parameters)."""
    return sql.SQL((HERE / name).read_text())


def instructions() -> str:
    """What an operator runs on a PostgreSQL server of their own."""
    return (f"psql -f {HERE / 'roles.sql'}\n"
            f"psql -c 'CREATE DATABASE {DATABASE} OWNER {OWNER}'\n"
            f"psql -d {DATABASE} -f {HERE / 'database.sql'}")
