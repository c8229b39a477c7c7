"""The whole of Pandar Chat on this machine, in the order in which one part needs the other."""
import hashlib
import os
import shutil
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from pandarchat.environment import ROOT, Environment
from pandarchat.services import bootstrap, building, readiness, redis
from pandarchat.services.addresses import Addresses, resolve, socket_folder
from pandarchat.services.postgres import Postgres
from pandarchat.services.processes import Process, ServiceError, wait_until
from pandarchat.services.supervisor import PARENT, Supervisor, say

HOST = "127.0.0.1"
NOT_FOR_SERVICES = ("DATABASE_OWNER_URL", "DATABASE_BACKUP_URL", PARENT, "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")
START_MOST = 90  # seconds
UVICORN = ("--ws", "websockets-sansio", "--ws-max-size", "65536", "--ws-per-message-deflate", "false",
           "--ws-ping-interval", "0",  # the socket pings by itself, with heads
           "--lifespan", "on", "--timeout-graceful-shutdown", "5", "--no-access-log",
           "--no-proxy-headers")  # TRUSTED_PROXIES alone says whose X-Forwarded-For counts
WORKER = ("worker", "-c", "2", "--without-mingle", "--without-gossip", "--without-heartbeat", "--loglevel", "INFO")
BEAT = ("beat", "--pidfile=", "--loglevel", "INFO")


def run(supervisor: Supervisor, env: Environment) -> None:
    """Start everything and stay until told to stop; raises Stopped, or ServiceError where something does not start or ends."""
    addresses = resolve(env)
    check_port(env.port)
    stamps = start_postgres(supervisor, env, addresses)
    start_redis(supervisor, env, addresses)
    building.ensure(supervisor, ROOT / "console")
    prepare(supervisor, env, addresses, stamps)
    start_product(supervisor, env, addresses)
    say(welcome(env))
    supervisor.watch()


def start_postgres(supervisor: Supervisor, env: Environment, addresses: Addresses) -> Path | None:
    """Returns the database's folder, for stamps of what was done to it, which go with it; None for a PostgreSQL that is not ours."""
    if env.database_url:
        with supervisor.step(f"PostgreSQL at {place(env.database_url)}"):
            check_postgres(env.database_url)
        return None
    postgres = Postgres(supervisor.processes, env.var, say=supervisor.note)
    with supervisor.step("PostgreSQL 18" if postgres.data.exists() else "PostgreSQL 18 (first start: makes its data)"):
        postgres.start(supervisor.tick)
        if postgres.process:
            supervisor.start(postgres.process)
    with supervisor.step("Roles and database"):
        bootstrap.ensure(postgres.sockets)
    return postgres.data


def start_redis(supervisor: Supervisor, env: Environment, addresses: Addresses) -> None:
    if env.redis_url:
        with supervisor.step(f"Redis at {place(env.redis_url)}"):
            if not redis.answers(env.redis_url):
                raise ServiceError(f"Redis does not answer at {place(env.redis_url)} (REDIS_URL).")
        return
    server = redis.RedisServer(supervisor.processes, socket_folder(env.var) / "redis.sock")
    socket_folder(env.var).mkdir(mode=0o700, parents=True, exist_ok=True)
    with supervisor.step("Redis"):
        server.start(supervisor.tick)
        if server.process:
            supervisor.start(server.process)


def prepare(supervisor: Supervisor, env: Environment, addresses: Addresses, stamps: Path | None) -> None:
    """Migrations as owner, demo organizations as app; on the embedded database only when the code changed, and once."""
    services = environment(env, addresses)
    if addresses.database_owner_url:
        owner = {**services, "DATABASE_OWNER_URL": addresses.database_owner_url}
        once(supervisor.step("Migrations"), stamps and stamps / "pandar.migrated", fingerprint(ROOT),
             lambda: manage(supervisor, "migrate", owner))
    else:
        supervisor.note("Migrations are left to you: DATABASE_OWNER_URL is not set.")
    if env.debug:
        once(supervisor.step("Demo organizations"), stamps and stamps / "pandar.demo", "loaded",
             lambda: manage(supervisor, "loaddemo", services, "--once"))
    else:
        with supervisor.step("Static files"):
            manage(supervisor, "collectstatic", services, "--noinput")


def once(step: AbstractContextManager[None], stamp: Path | None, content: str, act: Callable[[], None]) -> None:
    """Do it unless its stamp says that it was done."""
    if stamp and stamp.exists() and stamp.read_text() == content:
        return
    with step:
        act()
    if stamp:
        stamp.write_text(content)


def manage(supervisor: Supervisor, command: str, values: dict[str, str], *options: str) -> None:
    supervisor.processes.run(command, [sys.executable, "manage.py", command, *options], env=values, tick=supervisor.tick)


def start_product(supervisor: Supervisor, env: Environment, addresses: Addresses) -> None:
    """Web, worker and beat start side by side and are waited for in this order."""
    values = environment(env, addresses)
    flags = env.var / "ready"
    shutil.rmtree(flags, ignore_errors=True)
    flags.mkdir()
    values = {**values, **shared_metrics(env)}

    def begin(name: str, *command: str) -> Process:
        mine = {**values, readiness.FILE: str(flags / name)}
        return supervisor.start(supervisor.processes.start(name, [sys.executable, "-m", *command], env=mine, patience=12), echo=True)

    web = begin("web", "uvicorn", "pandarchat.asgi:application", "--host", HOST, "--port", str(env.port), *UVICORN)
    begin("worker", "celery", "-A", "pandarchat", *WORKER)
    begin("beat", "celery", "-A", "pandarchat", *BEAT)
    with supervisor.step("Web"):
        wait_until(lambda: ready(env), START_MOST, f"Web is not ready after {START_MOST} s, see {web.log}.", supervisor.tick)
    for name in ("worker", "beat"):
        with supervisor.step(name.capitalize()):
            wait_until((flags / name).exists, START_MOST, f"{name} is not ready after {START_MOST} s, see {name}.log.", supervisor.tick)


def shared_metrics(env: Environment) -> dict[str, str]:
    """Where the processes of this run keep their counters, so that the web's `/metrics` tells the worker's too."""
    folder = env.var / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return {"PROMETHEUS_MULTIPROC_DIR": str(folder)}


def environment(env: Environment, addresses: Addresses) -> dict[str, str]:
    """What a service of the product finds in its environment: the app role's address and never the owner's."""
    values = {name: value for name, value in os.environ.items() if name not in NOT_FOR_SERVICES}
    return {**values, "DATABASE_URL": addresses.database_url, "REDIS_URL": addresses.redis_url, "PANDAR_VAR": str(env.var),
            "PYTHONUNBUFFERED": "1"}


def ready(env: Environment) -> bool:
    """Whether the web process says so; asked under a host name that it serves."""
    host = env.allowed_hosts[0].removeprefix(".") if env.allowed_hosts and env.allowed_hosts[0] != "*" else HOST
    request = urllib.request.Request(f"http://{HOST}:{env.port}/readyz", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310 (our own address)
            return bool(answer.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False


def check_port(port: int) -> None:
    """Raises ServiceError where the port cannot be ours."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise ServiceError(f"Port {port} needs more rights; set PANDAR_PORT to one above 1023.") from None
        except OSError:
            raise ServiceError(f"Port {port} is in use; stop what listens there, or set PANDAR_PORT to another.") from None


def check_postgres(url: str) -> None:
    """Raises ServiceError with what to run where a PostgreSQL that is not ours does not take us."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        raise ServiceError(f"PostgreSQL does not take us at {place(url)} (DATABASE_URL): {str(error).splitlines()[-1].strip()}\n"
                           f"If its roles or database are missing, run as its superuser:\n{bootstrap.instructions()}") from None


def place(url: str) -> str:
    """An address without its password."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"


def fingerprint(root: Path) -> str:
    """Changes when code of ours, its tests aside, or a requirement changes: then migrations are worth a look."""
    digest = hashlib.sha256((root / "requirements.txt").read_bytes())
    packages = sorted(path.parent for path in root.glob("*/__init__.py"))
    for file in sorted(file for package in packages for file in package.rglob("*.py") if not {"tests", "faults"} & set(file.parts)):
        digest.update(str(file.relative_to(root)).encode() + file.read_bytes())
    return digest.hexdigest()


def welcome(env: Environment) -> str:
    """Addresses, and the demo logins where there are any."""
    site = f"http://{HOST}:{env.port}"
    lines = ["", "Pandar Chat is ready.", f"  Console       {site}/", f"  Portal        {site}/portal",
             f"  Admin pages   {site}/admin/", f"  API           {site}/api/docs",
             f"  Socket        ws://{HOST}:{env.port}/ws/v1/", f"  Logs          {env.var / 'log'}"]
    if env.debug:
        lines += ["", f"  Organization pandar (and acme, @acme.test); password of all: {env.demo_password}",
                  "    admin@pandar.test   manager@pandar.test   agent-1@ … agent-4@pandar.test   customer-1@ … customer-20@pandar.test"]
    return "\n".join([*lines, "", "Ctrl-C stops everything.", ""])
