"""Becomes a service: leads a process group of its own, registers it with the guardian, drops root where told, then runs the command.

Run as a file by a bare interpreter (`python -I -S launch.py REGISTRY SIGNAL PATIENCE UID GID COMMAND…`), so it imports nothing of ours.
The group is registered before the command starts: whenever the parent is killed, the guardian knows every group there is.
"""
import os
import signal
import sys


def main(registry: int, stop_signal: str, patience: str, account: tuple[int, int], command: list[str]) -> None:
    os.setsid()
    os.write(registry, f"start {os.getpid()} {stop_signal} {patience}\n".encode())  # one atomic write
    os.close(registry)  # an open end would keep the guardian waiting
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(name, signal.SIG_DFL)
    uid, gid = account
    if os.geteuid() == 0 and uid != 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    try:
        os.execvp(command[0], command)  # noqa: S606 (no shell is wanted)
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error.strerror}")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], (int(sys.argv[4]), int(sys.argv[5])), sys.argv[6:])
