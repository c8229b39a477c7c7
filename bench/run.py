"""The whole measurement, in phases; every row goes to one file, from which the report is written."""
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as PlaywrightError

from bench import browsing, report, tools, worlds
from bench.goals import NAMES
from bench.places import ROOT, Places
from bench.services import Services, call, ensure, services
from pandarchat.services import bootstrap

RESULTS = "results.jsonl"
CONSOLE = "console"  # the phase
STOPS = 60  # seconds that a command may take to end
GOING_ON = ("== ", "  pandar ", "  peer ", "  limit ")  # how lines begin that say what is measured
LATE = 500  # tickets that a sweep finds
FEWEST = 200  # messages/s, where one process and two are compared
DESCRIPTORS = 12_000  # for 10,000 sockets and what else is open


@dataclass(frozen=True)
class Extent:
    """How much is measured; `quick` is the daily one."""

    tickets: int = 1_000_000
    sizes: tuple[int, ...] = (10_000, 100_000)  # of the smaller worlds, for the growth
    sockets: tuple[int, ...] = (1_000, 5_000, 10_000)
    fanout: tuple[int, ...] = (2_000,)
    rounds: int = 3
    seconds: float = 3.0
    times: int = 3  # of the assignment
    count: int = 300  # messages one at a time
    rung: float = 2.0  # seconds of each rate of the ladder
    ladder: tuple[int, ...] = (100, 200, 350, 550, 850, 1_200, 1_700, 2_400, 3_400, 4_600)  # messages/s
    asked: tuple[str, ...] = ("waiting", "unlike", "page", "login", "processes")  # of bench.measure
    fresh: bool = False
    quick: bool = False

    def load_options(self, *, ladder: bool = True) -> str:
        """Options of load.py."""
        options = ["--concurrency 16", f"--count {self.count}", f"--rung-seconds {self.rung}",
                   f"--http-seconds {self.seconds}", f"--seconds {2 * self.seconds}",
                   f"--fanout-sizes {','.join(map(str, self.fanout))}"]
        rates = ",".join(map(str, self.ladder)) if ladder else ""
        return " ".join([*options, f"--ladder={rates}"])


QUICK = Extent(quick=True, tickets=20_000, sizes=(), sockets=(), fanout=(2_000,), rounds=1, seconds=1.0, times=1, count=150, rung=1.0,
               ladder=(200, 550, 1200, 2400), asked=("waiting", "page", "login"))


class Run:
    """One measurement of everything, on services of its own."""

    def __init__(self, running: Services, extent: Extent) -> None:
        self.running, self.extent = running, extent
        self.places: Places = running.places
        self.results = self.places.bench / RESULTS
        self.part = self.places.bench / "part.jsonl"
        self.cores = sorted(os.sched_getaffinity(0))
        self.began = time.monotonic()

    def everything(self) -> None:
        keep_last(self.results)
        for name in ("measuring", *NAMES):
            (self.places.bench / "log" / f"{name}.log").unlink(missing_ok=True)
        self.add([{"phase": "about", **about(self.extent)}])
        with self.phase(f"world of {self.extent.tickets:,} tickets"):
            plan = worlds.prepare(self.running, self.extent.tickets, fresh=self.extent.fresh)
        for many in self.extent.sockets:
            with self.phase(f"{many:,} idle sockets"):
                rounds = min(2, self.extent.rounds) if many == max(self.extent.sockets) else 1
                self.compare(plan, "sockets", rounds, f"--idle-sockets {many}", "idle")
        with self.phase(f"send, fanout and HTTP, {self.extent.rounds} rounds"):
            self.compare(plan, "main", self.extent.rounds, self.extent.load_options(), "send", "fanout", "http")
        with self.phase("long queue, long conversations, logins, a second process"):
            self.measure(plan)
        with self.phase("assignment"):
            self.inside()
        with self.phase(f"{LATE} late of {self.extent.tickets:,} open tickets"):
            self.sweep()
        with self.phase("the console in a browser"):
            self.add([{**row, "commit": commit()} for row in browsing.measure(self.running, self.extent.tickets)])
        for size in self.extent.sizes:
            with self.phase(f"the same with {size:,} tickets"):
                smaller = worlds.prepare(self.running, size, fresh=self.extent.fresh, extras=False)
                self.compare(smaller, "growth", 1, self.extent.load_options(ladder=False), "send", "http", tickets=size)
        self.say(f"Measured in {(time.monotonic() - self.began) / 60:.1f} minutes; rows in {self.results}")

    @contextmanager
    def phase(self, title: str) -> Iterator[None]:
        """Say what is done and how long it took; a phase that fails is told and recorded, and the others go on."""
        began = time.monotonic()
        self.say(f"{title} …")
        try:
            yield
        except (subprocess.SubprocessError, OSError, PlaywrightError) as error:
            self.say(f"{title}: failed, {error}")
            self.add([{"phase": "failed", "title": title, "error": named(error)}])
        self.say(f"{title}: {time.monotonic() - began:.0f} s")

    def say(self, text: str) -> None:
        print(f"[{(time.monotonic() - self.began) / 60:5.1f} min] {text}", flush=True)

    def compare(self, plan: Path, phase: str, rounds: int, options: str, *measures: str, tickets: int | None = None) -> None:
        """The yardstick's own comparison, its rows added to ours."""
        self.part.unlink(missing_ok=True)
        try:
            self.shown([self.places.python, "compare.py", plan, *measures, "--rounds", str(rounds), "--out", self.part,
                        f"--options={options}", *self.pinned()], self.places.yardstick)
        finally:
            self.collect({"phase": phase, "tickets": tickets or self.extent.tickets})

    def measure(self, plan: Path) -> None:
        self.part.unlink(missing_ok=True)
        waiting = self.extent.tickets // 100
        ladder = ",".join(str(rate) for rate in self.extent.ladder if rate >= FEWEST)
        try:
            for name in self.extent.asked:
                self.shown([self.places.python, "-m", "bench.measure", plan, name, "--out", self.part, "--waiting", str(waiting),
                            "--seconds", str(self.extent.seconds), "--ladder", ladder, *self.pinned()], ROOT)
        finally:
            self.collect({"tickets": self.extent.tickets})

    def inside(self) -> None:
        values = {**self.running.pandar(self.extent.tickets), **worlds.production(self.places), "LOG_LEVEL": "WARNING"}
        printed = call([sys.executable, "manage.py", "bench_inside", "--times", str(self.extent.times)], values)
        self.add([{"phase": "inside", "tickets": self.extent.tickets, **json.loads(line)} for line in printed.splitlines()])

    def sweep(self) -> None:
        """The same late tickets among all these open ones, and among no others; the second is what the first should cost."""
        alone, among = (self.swept(size) for size in (LATE, self.extent.tickets))
        self.add([{**row, "times_slower": round(row["took_ms"] / other["took_ms"], 2)} for row, other in zip(among, alone, strict=True)])

    def swept(self, size: int) -> list[dict[str, Any]]:
        name = f"sweep_{size}"
        ensure(self.running, f"pandar_bench_{name}", bootstrap.OWNER, fresh=self.extent.fresh)
        values = {**self.running.pandar(name), **worlds.production(self.places), "LOG_LEVEL": "WARNING"}
        call([sys.executable, "manage.py", "migrate", "--verbosity", "0"], values)
        printed = call([sys.executable, "manage.py", "bench_sweep", "--open", str(size), "--late", str(LATE),
                        "--times", str(self.extent.times)], values)
        return [{"phase": "sweep", "tickets": size, **json.loads(line)} for line in printed.splitlines()]

    def pinned(self) -> list[str]:
        """Server and generator on a core each, where there are two."""
        return ["--server-cpu", str(self.cores[0]), "--load-cpu", str(self.cores[1])] if len(self.cores) > 1 else []

    def shown(self, command: list[str | Path], cwd: Path) -> None:
        """Run; all it says goes to a log, what is going on also to our terminal. Raises CalledProcessError where it fails."""
        values = {**os.environ, "PANDAR_VAR": str(self.places.var), "YARDSTICK": str(self.places.source), "PYTHONUNBUFFERED": "1"}
        with (self.places.bench / "log" / "measuring.log").open("a") as log, started(command, cwd, values) as process:
            log.write(f"\n$ {' '.join(map(str, command))}\n")
            for line in process.stdout or ():
                log.write(line)
                log.flush()
                if line.startswith(GOING_ON):
                    self.say(f"  {line.strip()[:150]}")
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command[:3])

    def collect(self, more: dict[str, Any]) -> None:
        if self.part.exists():
            self.add([{**more, **json.loads(line)} for line in self.part.read_text().splitlines()])

    def add(self, rows: list[dict[str, Any]]) -> None:
        with self.results.open("a") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)


@contextmanager
def started(command: list[str | Path], cwd: Path, values: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A command that measures; told to stop where we stop, so that it stops what it started."""
    process = subprocess.Popen(command, cwd=cwd, env=values, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    except BaseException:
        process.terminate()
        raise
    finally:
        process.wait(STOPS)


def measure(places: Places, extent: Extent, first_port: int) -> None:
    """Measure, and write the report."""
    raise_limits()
    tools.ready(places)
    with services(places, first_port) as running:
        Run(running, extent).everything()
    write(places)


def measure_console(places: Places, first_port: int) -> None:
    """The console alone, on the world of the last run; its rows replace those of before."""
    results = places.bench / RESULTS
    if not results.exists():
        raise tools.Missing(f"There is no world yet: {results} is missing. Run make bench first.")
    kept = [line for line in results.read_text().splitlines() if json.loads(line).get("phase") != CONSOLE]
    tickets = report.about(report.read(results))["tickets"]
    with services(places, first_port) as running:
        worlds.prepare(running, tickets)
        rows = [{**row, "commit": commit()} for row in browsing.measure(running, tickets)]
    results.write_text("".join(f"{line}\n" for line in [*kept, *map(json.dumps, rows)]))
    write(places)


def write(places: Places) -> None:
    """The report from the rows that are there; its pictures are drawn in the bench's environment."""
    results = places.bench / RESULTS
    if not results.exists():
        raise tools.Missing(f"There is nothing to report: {results} is missing. Run make bench first.")
    pages = report.FOLDER
    if report.about(report.read(results)).get("quick"):
        pages = places.bench / "quick"  # what took three minutes is not what the documentation says
    report.write(results, pages)
    drawn = subprocess.run([places.python, "-m", "bench.pictures", results, pages / report.PICTURES], cwd=ROOT, check=False)
    if drawn.returncode:
        raise tools.Missing("The pictures could not be drawn.")
    print(f"Wrote {pages / report.PAGE}.")


def raise_limits() -> None:
    """As many open files as we may, for everything that we start. Raises Missing where they are too few."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < DESCRIPTORS:
        raise tools.Missing(f"10,000 sockets need {DESCRIPTORS} open files, and this login may have {hard} (ulimit -Hn).")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def keep_last(results: Path) -> None:
    """What was measured before stays beside."""
    if results.exists():
        results.replace(results.with_name(f"results-{datetime.fromtimestamp(results.stat().st_mtime, UTC):%Y%m%d-%H%M%S}.jsonl"))


def about(extent: Extent) -> dict[str, Any]:
    """Where and when this was measured."""
    return {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "commit": commit(), "cores": len(os.sched_getaffinity(0)),
            "processor": processor(), "system": platform.platform(), "rounds": extent.rounds, "tickets": extent.tickets,
            "quick": extent.quick}


def commit() -> str:
    return subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def processor() -> str:
    """The name of the processor, as the kernel has it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def named(error: Exception) -> str:
    """An error for the page, which is published: a command's name and its exit code, and no folders of this machine."""
    if isinstance(error, subprocess.CalledProcessError):
        return f"{' '.join(Path(str(part)).name for part in error.cmd[1:3])} ended with {error.returncode}"
    return type(error).__name__
