"""Where PostgreSQL and Redis are: as the environment says, or embedded under PANDAR_VAR."""
import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from pandarchat.environment import Environment, InvalidSetting

SOCKET_PATH_MOST = 90  # bytes; the kernel's limit is 108, and PostgreSQL appends a file name


@dataclass(frozen=True)
class Addresses:
    database_url: str  # as the app role: owns nothing, bypasses nothing
    database_owner_url: str | None  # as the owner: migrations and tests only; None where a process is not to have it
    redis_url: str


def resolve(env: Environment) -> Addresses:
    """The addresses in force; raises InvalidSetting where the two database URLs do not belong together."""
    if env.database_owner_url and not env.database_url:
        raise InvalidSetting("DATABASE_OWNER_URL is set but DATABASE_URL is not; set both, or neither for the embedded PostgreSQL.")
    if env.database_owner_url and env.database_url and database_name(env.database_owner_url) != database_name(env.database_url):
        raise InvalidSetting("DATABASE_URL and DATABASE_OWNER_URL must name the same database.")
    embedded = embedded_addresses(env.var)
    return Addresses(
        database_url=env.database_url or embedded.database_url,
        database_owner_url=env.database_owner_url or (None if env.database_url else embedded.database_owner_url),
        redis_url=env.redis_url or embedded.redis_url,
    )


def embedded_addresses(var: Path) -> Addresses:
    """The private services of `make run`: Unix sockets, reachable by this machine's user alone."""
    folder = quote(str(socket_folder(var)), safe="")
    return Addresses(
        database_url=f"postgresql://pandar_app@{folder}/pandar",
        database_owner_url=f"postgresql://pandar_owner@{folder}/pandar",
        redis_url=f"unix://{socket_folder(var)}/redis.sock?db=0",
    )


def socket_folder(var: Path) -> Path:
    """`var/run`, or a folder of the same name for everyone under the temporary directory where that path is too long."""
    folder = var / "run"
    if len(str(folder).encode()) <= SOCKET_PATH_MOST:
        return folder
    return Path(tempfile.gettempdir()) / f"pandar-{hashlib.sha256(str(var).encode()).hexdigest()[:16]}"


def database_name(url: str) -> str:
    """The database that a PostgreSQL address names."""
    return urlsplit(url).path.removeprefix("/")


def with_database(url: str, name: str) -> str:
    """The same address for another database of that server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def broker_url(redis_url: str) -> str:
    """The same Redis in Celery's spelling."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = parts.query.removeprefix("db=") or "0"
    return f"redis+socket://{parts.path}?virtual_host={database}"
