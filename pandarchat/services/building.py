"""Builds the console's pages where their sources changed, with the Node that is there or the one that Python's packages bring."""
import contextlib
import hashlib
import sys
from pathlib import Path

from filelock import FileLock

from pandarchat.services import node
from pandarchat.services.processes import ServiceError
from pandarchat.services.supervisor import Supervisor

SOURCES = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
WITHOUT = "the API and /admin/ work without it."


def ensure(supervisor: Supervisor, console: Path) -> None:
    """What is in console/dist is of these sources afterwards; where that cannot be, a remark says why, and the rest starts."""
    with FileLock(console / node.LOCK):
        if not stale(console):
            return
        tools = node.find()
        if tools is None:
            supervisor.note(f"There is no Node {node.OLDEST} here, so the console is not built; {WITHOUT}")
            return
        try:
            with supervisor.step("Console (its sources are new)"):
                build(console, tools, lambda command, env: supervisor.processes.run("console", command, env=env, tick=supervisor.tick,
                                                                                    cwd=console))
        except ServiceError as error:
            supervisor.note(f"The console could not be built; {WITHOUT} {error}")


def build(console: Path, tools: node.Tools, run: node.Run) -> None:
    """Packages where the lock is new, then the pages, then what of them travels compressed; `run` raises where a command fails."""
    sources = fingerprint(console)
    env = tools.environment()
    node.install(console, tools, run)
    run([*tools.npm, "run", "build"], env)
    run([sys.executable, "-m", "whitenoise.compress", "--quiet", str(console / "dist" / "assets")], env)
    stamp(console).write_text(sources)


def stale(console: Path) -> bool:
    """Whether console/dist is missing, or of other sources."""
    with contextlib.suppress(FileNotFoundError):
        return stamp(console).read_text() != fingerprint(console)
    return True


def stamp(console: Path) -> Path:
    return console / "dist" / ".sources"


def fingerprint(console: Path) -> str:
    """Changes when a source of the pages does."""
    digest = hashlib.sha256()
    files = [*(console / name for name in SOURCES), *(file for file in (console / "src").rglob("*") if file.is_file())]
    for file in sorted(files):
        digest.update(str(file.relative_to(console)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
