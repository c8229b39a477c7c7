"""Outlives its parent by a moment: when the parent ends, however it ends, stops every process group still registered.

Run as a file by a bare interpreter; standard input is the registry, whose other end only the parent (and services about to start) hold.
    start GROUP SIGNAL PATIENCE     the group's leader wants SIGNAL and gets PATIENCE seconds before SIGKILL
    gone GROUP                      the parent has seen it end
"""
import os
import signal
import sys
import time


def main() -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    stop(registered(sys.stdin.fileno()))


def registered(registry: int) -> dict[int, tuple[int, float]]:
    """Reads until the parent is gone; returns what it left running: group → (signal, patience in seconds)."""
    groups: dict[int, tuple[int, float]] = {}
    with open(registry, closefd=False) as lines:
        for line in lines:
            word, group, *how = line.split()
            if word == "start":
                groups[int(group)] = int(how[0]), float(how[1])
            else:
                groups.pop(int(group), None)
    return groups


def stop(groups: dict[int, tuple[int, float]]) -> None:
    for group, (number, _) in groups.items():
        tell(os.kill, group, number)
    begun = time.monotonic()
    while groups:
        for group, (_, patience) in list(groups.items()):
            if not tell(os.killpg, group, 0):
                del groups[group]
            elif time.monotonic() - begun > patience:
                tell(os.killpg, group, signal.SIGKILL)
                del groups[group]
            elif not tell(os.kill, group, 0):  # the leader ended and left members behind
                tell(os.killpg, group, signal.SIGKILL)
        time.sleep(0.05)


def tell(send, target: int, number: int) -> bool:  # type: ignore[no-untyped-def]
    try:
        send(target, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


if __name__ == "__main__":
    main()
