"""Password hashing: argon2id, in processes of low priority beside a server, and never on all requests' threads at once."""
import asyncio
import base64
import os
from concurrent.futures import CancelledError
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password

from accounts.hashing import argon
from accounts.hashing.processes import PATIENCE, Line, busy
from foundation.places import Places

ALGORITHM = "argon2"  # as Django's form of a hash begins
WAITING_PER_WORKER = 4
_lines: list[Line] = []  # one in a server, none elsewhere
_network: ContextVar[str | None] = ContextVar("network", default=None)  # that asks; Django's way to a hasher has no word for it


class OwaspArgon2Hasher(Argon2PasswordHasher):
    """argon2id at 19 MiB, two passes, one lane: OWASP's Password Storage Cheat Sheet. Whatever Django hashes comes through here."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        asked = {"salt": salt, "time": self.time_cost, "memory": self.memory_cost, "lanes": self.parallelism,
                 "length": self.params().hash_len}
        return ALGORITHM + answered(asked, password).decode()

    def verify(self, password: str, encoded: str) -> bool:
        return answered(to_verify(encoded), password) == argon.RIGHT


def to_verify(encoded: str) -> dict[str, Any]:
    """What is asked of argon2 about Django's form of a hash."""
    return {"verify": encoded.removeprefix(ALGORITHM)}


def answered(asked: dict[str, Any], password: str) -> bytes:
    """argon2's answer, from a hashing process where there are any. Raises Unavailable where too many wait."""
    if not _lines:
        return argon.run(asked, password.encode())
    answer = _lines[0].ask(asked, password.encode(), _network.get()).answer
    try:
        return answer.result(PATIENCE)
    except (TimeoutError, CancelledError):
        answer.cancel()
        raise busy() from None


async def answered_on_loop(asked: dict[str, Any], password: str, network: str) -> bytes:
    """The same without a thread that waits; only in a server."""
    if not _lines:
        raise busy()  # it is about to stop
    try:
        return await asyncio.wait_for(asyncio.wrap_future(_lines[0].ask(asked, password.encode(), network).answer), PATIENCE)
    except TimeoutError:
        raise busy() from None


def start_processes() -> None:
    """In a server: from now on argon2 runs in processes of its own, which are started when they are needed."""
    if not _lines:
        _lines.append(Line(settings.PASSWORD_WORKERS))
        bench.cache_clear()


def stop_processes() -> None:
    """At the end of a server."""
    while _lines:
        _lines.pop().close()
        bench.cache_clear()


def in_processes() -> bool:
    """Whether argon2 runs elsewhere, so that an event loop can await it."""
    return bool(_lines)


class Bench(Places):
    """So many threads hash at once, a few wait, the rest is told to come back."""

    def __init__(self, workers: int, room: int | None = None) -> None:
        super().__init__(workers, room or workers * (1 + WAITING_PER_WORKER), busy)


@cache
def bench() -> Bench:
    """Where processes do the work, half of the threads may wait for them: the other half is for other requests."""
    threads = max(1, settings.HTTP_THREADS // 2)
    return Bench(threads, threads) if _lines else Bench(settings.PASSWORD_WORKERS)


@cache
def nobodys() -> str:
    """A hash that no password matches, checked where there is no user, so that both take the same time."""
    hasher = OwaspArgon2Hasher()
    salt, nothing = (base64.b64encode(os.urandom(size)).decode().rstrip("=") for size in (len(hasher.salt()), hasher.params().hash_len))
    return f"{ALGORITHM}$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${nothing}"


def expect_room(network: str, *, on_thread: bool) -> None:
    """Raises Unavailable where a check would be refused at this moment: whoever is told to come again has not tried yet."""
    if on_thread:
        bench().expect_room()
    if _lines:
        _lines[0].expect_room(network)


def matches(password: str, hashed: str | None, *, network: str | None = None) -> bool:
    """Whether the password is right; as slow without a user as with one. Call it outside a unit of work."""
    with bench().place():
        mark = _network.set(network)
        try:
            right = check_password(password, hashed or nobodys())
        finally:
            _network.reset(mark)
    return right and hashed is not None


async def matches_on_loop(password: str, hashed: str | None, *, network: str) -> bool:
    """The same on an event loop."""
    known = hashed if hashed is not None and hashed.startswith(f"{ALGORITHM}$argon2id$") else None
    right = await answered_on_loop(to_verify(known or nobodys()), password, network) == argon.RIGHT
    return right and known is not None


def hashed(password: str) -> str:
    """The password's hash, for storing. Call it outside a unit of work."""
    with bench().place():
        return make_password(password)
