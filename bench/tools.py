"""The yardstick's copy and what it needs to run: an environment of its own, and the reference's packages."""
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from bench.places import Places

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
OWN = ("worlds", "node_modules", ".venv")  # made by us in the copy
MINUTES = 10 * 60


class Missing(Exception):
    """Something that must be there is not; its text is for whoever started the measuring."""


def ready(places: Places) -> None:
    """Copy the yardstick and install what it needs, where that has changed. Raises Missing."""
    copy(places)
    once(places.bench / "venv.done", [places.yardstick / "requirements.txt", REQUIREMENTS], lambda: install(places))
    once(places.bench / "node.done", [places.yardstick / "peer" / "package-lock.json"], lambda: install_node(places))


def copy(places: Places) -> None:
    if not (places.source / "load.py").exists():
        raise Missing(f"There is no yardstick in {places.source}: set YARDSTICK to its folder (the one with load.py and compare.py).")
    places.bench.mkdir(parents=True, exist_ok=True)
    for file in sorted(path for path in places.source.rglob("*") if path.is_file() and not set(OWN) & set(path.parts)):
        target = places.yardstick / file.relative_to(places.source)
        if not target.exists() or target.read_bytes() != file.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copyfile(file, target)


def once(stamp: Path, inputs: list[Path], act: object) -> None:
    """Do it unless it was done for these files."""
    wanted = hashlib.sha256(b"".join(file.read_bytes() for file in inputs)).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    assert callable(act)  # noqa: S101
    act()
    stamp.write_text(wanted)


def install(places: Places) -> None:
    folder = places.bench / "venv"
    run("Making an environment for what measures", [sys.executable, "-m", "venv", "--clear", folder])
    run("Installing it", [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                          "-r", places.yardstick / "requirements.txt", "-r", REQUIREMENTS])


def install_node(places: Places) -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Missing("The reference needs Node 20 with npm, and there is none on the path.")
    run("Installing the reference", ["npm", "ci", "--no-progress", "--loglevel=error"], cwd=places.yardstick / "peer")


def run(title: str, command: list[str | Path], cwd: Path | None = None) -> None:
    """Run to the end; raises Missing with what it said where it fails."""
    print(f"  {title} …", flush=True)
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=MINUTES, check=False)
    if done.returncode:
        raise Missing(f"{title} failed:\n{(done.stderr or done.stdout)[-2000:]}")
