"""Looking at hashing processes from outside, as /proc shows them."""
import os
from collections.abc import Iterator
from pathlib import Path

from accounts.hashing import argon

PROGRAM = str(Path(argon.__file__)).encode()
MOST = 10.0  # seconds for a process to come or go


def hashing(parent: int) -> list[int]:
    """The hashing processes below a process, by number."""
    below = {parent}
    found = []
    for pid, ppid, command in sorted(everybody()):
        if ppid in below:
            below.add(pid)
            if PROGRAM in command:
                found.append(pid)
    return found


def everybody() -> Iterator[tuple[int, int, bytes]]:
    """Number, parent's number and command of every process that lives."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, ppid = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                yield int(folder.name), int(ppid), (folder / "cmdline").read_bytes()
        except OSError:
            continue


def lives(pid: int) -> bool:
    return any(pid == found for found, _, _ in everybody())


def processor_seconds(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
