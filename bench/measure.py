"""What the yardstick's load generator does not ask, asked with its own means; runs in the bench's environment, not the product's.

    python -m bench.measure PLAN waiting unlike page login processes --out rows.jsonl

Loopback only, every measurement bounded in time and count, as there.
"""
import argparse
import gc
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.places import places

sys.path.insert(0, str(places().yardstick))
import compare
import load
import uvloop
from yard.dialects import DIALECTS
from yard.stats import Processes

from bench import asking
from bench.spread import Spread

Measure = Callable[["Turn", Any], Coroutine[Any, Any, None]]
# What is measured, for whom the question makes sense, and whether the server has one core to itself or all there are.
MEASURES: dict[str, tuple[Measure, tuple[str, ...], bool]] = {
    "waiting": (asking.waiting, ("pandar", "peer", "limit"), True),
    "unlike": (asking.unlike, ("pandar", "peer", "limit"), True),
    "page": (asking.page, ("pandar",), True),
    "login": (asking.login, ("pandar", "peer"), False),
    "processes": (asking.processes, ("pandar", "peer"), False),
}


class Turn:
    """One target while it runs: `target` as the yardstick's measurements want it, and what they found."""

    def __init__(self, name: str, world: dict[str, Any], pids: dict[str, int], described: dict[str, Any]) -> None:
        self.name, self.described = name, described
        self.rows: list[dict[str, Any]] = []
        load.check_loopback(world)
        self.target = load.Target(name, world, DIALECTS[name](world), Processes(pids))

    def report(self, measure: str, **values: Any) -> None:
        self.rows.append({"target": self.name, "measure": measure, **values})
        told = " ".join(f"{key}={value}" for key, value in values.items() if value not in (0, None))
        print(f"  {self.name:8}{measure:24}{told}", flush=True)


def main() -> None:
    args = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that what was started is stopped too
    gc.disable()  # short-lived, and a collection would look like a slow server
    load.use_all_file_descriptors()
    plan = json.loads(args.plan.read_text())
    for measure in args.measures:
        for name in MEASURES[measure][1]:
            for rows in turns(plan, name, measure, args):
                with args.out.open("a") as file:
                    file.writelines(json.dumps({"phase": measure, **row}) + "\n" for row in rows)


def turns(plan: dict[str, Any], name: str, measure: str, args: argparse.Namespace) -> Iterator[list[Any]]:
    """The rows of each turn: one, or with one server process and then with two."""
    ask, _, pinned = MEASURES[measure]
    for many in (1, 2) if measure == "processes" else (1,):
        described = plan["targets"][name]
        with running(args.plan.parent, plan, name, many, core=args.server_cpu if pinned else None) as pids:
            world = json.loads((args.plan.parent / described["world"]).read_text())
            os.sched_setaffinity(0, {args.load_cpu} if pinned and args.load_cpu is not None else set(range(os.cpu_count() or 1)))
            turn = Turn(name, Spread(world, many), pids, described)
            uvloop.run(ask(turn, args))
        yield [{**row, "processes": many} for row in turn.rows] if measure == "processes" else turn.rows


@contextmanager
def running(folder: Path, plan: dict[str, Any], name: str, many: int, *, core: int | None) -> Iterator[dict[str, int]]:
    """So many processes of a target, on ports that follow one another; with Redis between them where there may be two."""
    described = plan["targets"][name]
    port_setting = "PANDAR_PORT" if name == "pandar" else "PORT"
    first = int(described["env"][port_setting])
    redis = {"REDIS_URL": plan["redis"]} if name == "peer" and many > 1 else {}
    pids: dict[str, int] = {}
    with ExitStack() as stack:
        for number in range(many):
            own = {**described, "env": {**described["env"], **redis, port_setting: str(first + number)},
                   "health": described["health"].replace(f":{first}/", f":{first + number}/")}
            found = stack.enter_context(compare.running(f"{name} {number + 1}", own, folder, core))
            pids |= {"server" if number == 0 else f"server{number + 1}": found["server"], "postgres": found["postgres"]}
        yield pids


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.measure", description=str(__doc__).partition("\n")[0])
    parser.add_argument("plan", type=Path)
    parser.add_argument("measures", nargs="+", choices=MEASURES)
    parser.add_argument("--out", type=Path, required=True, help="append every row here, one JSON line each")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--waiting", type=int, default=10_000, help="tickets in the queue")
    parser.add_argument("--logins", type=float, default=50.0, help="per second, beside other requests")
    parser.add_argument("--ladder", type=lambda text: [int(part) for part in text.split(",")], default=load.LADDER)
    parser.add_argument("--server-cpu", type=int)
    parser.add_argument("--load-cpu", type=int)
    return parser.parse_args()


if __name__ == "__main__":
    main()
