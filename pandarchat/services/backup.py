"""Backup and restore of one installation's database, with PostgreSQL's own programs.

Row-level security is FORCEd on the owner too, so whoever dumps must bypass it: a superuser, or a role of one's own with BYPASSRLS and
pg_read_all_data. Its address is DATABASE_BACKUP_URL, which no service of the product is given.
"""
import os
import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg import conninfo, pq, sql

from pandarchat.environment import Environment, InvalidSetting
from pandarchat.services import bootstrap
from pandarchat.services.addresses import database_name, socket_folder, with_database
from pandarchat.services.postgres import VERSION, programs
from pandarchat.services.processes import ServiceError

SETTING = "DATABASE_BACKUP_URL"


def address(env: Environment) -> str:
    """Of the database as somebody who may see all of it; raises InvalidSetting."""
    if not env.database_backup_url and env.database_url:
        raise InvalidSetting(f"{SETTING} must be set: the database as a role that bypasses row-level security.")
    return env.database_backup_url or bootstrap.superuser_url(socket_folder(env.var), bootstrap.DATABASE)


def dump(url: str, file: Path) -> None:
    """One consistent moment of the database, while it is in use, in pg_dump's own format; readable by its owner alone. A file of that name
    is replaced once the new one is whole."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        _run("pg_dump", url, "--format=custom", f"--file={unfinished}")
        _run("pg_restore", None, "--list", str(unfinished))
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)


def restore(url: str, database: str, file: Path) -> None:
    """Into a new database of the server of `url`, whole or not at all; roles are made where they are missing. Raises ServiceError."""
    with psycopg.connect(with_database(url, "postgres"), autocommit=True) as server:
        if bootstrap.exists(server, database):
            raise ServiceError(f"The database {database} exists; restore into another, look at it, and rename them.")
        server.execute(bootstrap.script("roles.sql"))
        name = sql.Identifier(database)
        server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(bootstrap.OWNER)))
        try:
            _fill(with_database(url, database), file)
        except BaseException:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            raise


def _fill(url: str, file: Path) -> None:
    _run("pg_restore", url, "--exit-on-error", "--single-transaction", f"--dbname={database_name(url)}", str(file))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(bootstrap.script("database.sql"))
        connection.execute("ANALYZE")


def _run(program: str, url: str | None, *options: str) -> None:
    """The address goes by the environment, as everybody may read a command line."""
    values = {} if url is None else environment(url)
    done = subprocess.run([_program(program), *options], env={**os.environ, **values}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServiceError(f"{program} failed: {done.stderr.strip()[-2000:]}")


def environment(url: str) -> dict[str, str]:
    """The address in libpq's variables, with all that has one there: certificates that the server is to be known by, too."""
    names = {option.keyword.decode(): option.envvar.decode() for option in pq.Conninfo.get_defaults() if option.envvar}
    return {names[key]: str(value) for key, value in conninfo.conninfo_to_dict(url).items() if key in names}


def _program(name: str) -> str:
    """The wheel's, else the one on the path, which must be as new as the server."""
    try:
        own = programs() / name
    except ServiceError:
        own = None
    found = str(own) if own is not None and own.exists() else shutil.which(name)
    if found is None:
        raise ServiceError(f"{name} is missing: install PostgreSQL {VERSION}'s client programs.")
    return found
