"""A world of one size for all targets, and the plan that tells compare.py how to start each on it."""
import json
import os
import sys
from pathlib import Path
from typing import Any

from bench.places import ROOT, Places
from bench.services import HOST, LIMIT, PANDAR, PEER, Services, call, ensure_databases
from pandarchat.bench.server import PRODUCTION
from pandarchat.environment import installation_key


def prepare(running: Services, tickets: int, *, fresh: bool = False, extras: bool = True) -> Path:
    """Fill what is missing and write fresh tokens; returns the plan. `extras` adds the long queue and the archive."""
    ensure_databases(running, tickets, fresh=fresh)
    values = {**running.pandar(tickets), "LOG_LEVEL": "WARNING"}
    call([sys.executable, "manage.py", "migrate", "--verbosity", "0"], values)
    call(bench_world(running.places, tickets, extras), values)
    seed(running, tickets, fresh=fresh)
    return write_plan(running, tickets, extras)


def bench_world(places: Places, tickets: int, extras: bool) -> list[str | Path]:
    more = [] if extras else ["--waiting", "0", "--entries", "0"]
    return [sys.executable, "manage.py", "bench_world", "--out", folder(places, tickets) / "pandar.json", "--tickets", str(tickets), *more]


def production(places: Places) -> dict[str, str]:
    """Settings of production, with the key that signed the world's tokens."""
    return {**PRODUCTION, "SECRET_KEY": installation_key(places.bench)}


def folder(places: Places, tickets: int) -> Path:
    return places.worlds / str(tickets)


def seed(running: Services, tickets: int, *, fresh: bool) -> None:
    """The yardstick's own seed, once; afterwards only its tokens."""
    done = running.places.bench / f"yardstick-{tickets}.seeded"
    if fresh:
        done.unlink(missing_ok=True)
    keep = ["--keep"] if done.exists() else []
    call([running.places.python, "peer/seed.py", "--tickets", str(tickets), "--worlds", folder(running.places, tickets),
          "--peer-port", str(running.first_port + PEER), "--limit-port", str(running.first_port + LIMIT), *keep],
         running.others(tickets), cwd=running.places.yardstick)
    done.touch()


def write_plan(running: Services, tickets: int, extras: bool) -> Path:
    """compare.py's plan, readable by us alone, as it holds addresses with passwords."""
    file = folder(running.places, tickets) / "plan.json"
    file.unlink(missing_ok=True)
    with open(file, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
        json.dump({"redis": f"{running.redis}/1", "targets": targets(running, tickets, extras)}, output, indent=2)
    return file


def targets(running: Services, tickets: int, extras: bool) -> dict[str, Any]:
    """Ours first, as everything is compared with it; paths are absolute, as the plan lies beside the worlds."""
    places, first, pids = running.places, running.first_port, {"postgres": running.postgres_pid}
    logs = places.bench / "log"
    return {
        "pandar": {
            "world": "pandar.json", "cwd": str(ROOT), "start": ["make", "--no-print-directory", "bench-server"],
            "prepare": [str(part) for part in bench_world(places, tickets, extras)], "env": running.pandar(tickets),
            "health": f"http://{HOST}:{first + PANDAR}/healthz", "log": str(logs / "pandar.log"), "pids": pids},
        "peer": {
            "world": "peer.json", "cwd": str(places.yardstick / "peer"), "start": ["node", "server.js"],
            "env": {**running.others(tickets), "NODE_ENV": "production", "PORT": str(first + PEER)},
            "health": f"http://{HOST}:{first + PEER}/health", "log": str(logs / "peer.log"), "pids": pids},
        "limit": {
            "world": "limit.json", "cwd": str(places.yardstick), "start": [str(places.python), "limit/server.py"],
            "env": {**running.others(tickets), "LIMIT_MODE": "each", "PORT": str(first + LIMIT)},
            "health": f"http://{HOST}:{first + LIMIT + 1}/health", "log": str(logs / "limit.log"), "pids": pids},
    }


def browsers(running: Services, tickets: int) -> dict[str, str]:
    """The address of an agent of each organization that is looked at in a browser, and the longest `conversation` of the archive."""
    world = json.loads((folder(running.places, tickets) / "pandar.json").read_text())
    return {**world["browsers"], "conversation": world["archive"]["conversations"][0]["ticket"]}
