"""argon2 itself: the one place that calls it. Run as a program it is a hashing process; it imports argon2 and nothing of ours.

A frame is four bytes of length and so many bytes. A question is two frames, what is to be done (JSON) and the password; the answer is one:
`+` and the result, or `-` and the name of the error. The end of the input is the end of the process, so it never outlives who asks.
"""
import ctypes
import json
import os
import resource
import struct
import sys
import time
from contextlib import suppress
from typing import IO, Any

import argon2
from argon2.low_level import Type, hash_secret

LENGTH = struct.Struct("!I")
LOWEST = 19  # the nice value that gives way to everybody
SLICE = 100_000_000  # nanoseconds, the longest that the kernel takes; its own is 3,000,000
SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}  # by machine, as libc has no function for it
ATTRIBUTES = struct.Struct("IIQiIQQQ")  # size, policy, flags, nice, priority, runtime, deadline, period: sched_setattr(2)
GROUP = "/proc/self/autogroup"
GROUP_TRIES, GROUP_SECONDS = 30, 0.15  # without privileges, one process of the whole machine may do this per tenth of a second
PR_SET_DUMPABLE = 4
RIGHT, WRONG = b"right", b"wrong"


def run(asked: dict[str, Any], password: bytes) -> bytes:
    """{"verify": hash} answers RIGHT or WRONG; {"salt", "time", "memory" (KiB), "lanes", "length" (bytes)} answers the hash.
    Raises argon2's errors, InvalidHash for what is none."""
    if "verify" in asked:
        try:
            argon2.PasswordHasher().verify(asked["verify"], password)
        except argon2.exceptions.VerifyMismatchError:  # and no other: without memory for it, nothing is known of the password
            return WRONG
        return RIGHT
    return hash_secret(password, asked["salt"].encode(), time_cost=asked["time"], memory_cost=asked["memory"], parallelism=asked["lanes"],
                       hash_len=asked["length"], type=Type.ID)


def read(source: IO[bytes]) -> bytes | None:
    """The next frame, None at the end or where it breaks off."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    size = LENGTH.unpack(head)[0]
    frame = source.read(size)
    return frame if len(frame) == size else None


def write(target: IO[bytes], *frames: bytes) -> None:
    target.write(b"".join(LENGTH.pack(len(frame)) + frame for frame in frames))
    target.flush()


def serve(source: IO[bytes], target: IO[bytes]) -> None:
    """Answer one question after the other until there are none."""
    while (asked := read(source)) is not None and (password := read(source)) is not None:
        try:
            answer = b"+" + run(json.loads(asked), password)
        except Exception as error:
            answer = b"-" + type(error).__name__.encode()
        with suppress(BrokenPipeError):  # nobody waits any more
            write(target, answer)


def give_way() -> None:
    """Run when nobody else wants to. A kernel that groups processes by session weighs the group, which is this process alone."""
    os.nice(LOWEST)
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        lengthen_slice()
    for _ in range(GROUP_TRIES):
        try:
            lower_group()
        except BlockingIOError:
            time.sleep(GROUP_SECONDS)
        except OSError:  # this kernel has none
            return
        else:
            return


def lengthen_slice() -> None:
    """Whoever wakes up waits for the slice of who runs to end, whatever their priorities, unless their own is shorter (Linux from 6.12 on;
    before, this has no effect). A request sleeps and wakes several times on its way through server and database."""
    number = SCHED_SETATTR.get(os.uname().machine)
    if number is not None:
        ctypes.CDLL(None).syscall(ctypes.c_long(number), 0, ATTRIBUTES.pack(ATTRIBUTES.size, os.SCHED_BATCH, 0, LOWEST, 0, SLICE, 0, 0), 0)


def lower_group() -> None:
    group = os.open(GROUP, os.O_WRONLY)
    try:
        os.write(group, str(LOWEST).encode())
    finally:
        os.close(group)


def keep_secrets() -> None:
    """No core file, and no look into this memory by others of the same user."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


if __name__ == "__main__":
    if "urgent" not in sys.argv[1:]:
        give_way()
    keep_secrets()  # from here on /proc/self is not our own any more
    serve(sys.stdin.buffer, sys.stdout.buffer)
