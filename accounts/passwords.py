"""Password hashing: argon2id, on as many cores as the operator allows and never on all requests' threads at once."""
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password

from foundation.errors import Unavailable

WAITING_PER_WORKER = 4
RETRY_AFTER_MS = 1000


class OwaspArgon2Hasher(Argon2PasswordHasher):
    """argon2id at 19 MiB, two passes, one lane: OWASP's Password Storage Cheat Sheet."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


class Bench:
    """So many hash at once, a few wait, the rest is told to come back."""

    def __init__(self, workers: int) -> None:
        self.room = threading.BoundedSemaphore(workers * (1 + WAITING_PER_WORKER))
        self.work = threading.BoundedSemaphore(workers)

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place to hash at; raises Unavailable at once where too many wait already."""
        if not self.room.acquire(blocking=False):
            raise Unavailable("Too many people sign in at this moment. Please try again.", code="busy", retry_after_ms=RETRY_AFTER_MS)
        try:
            with self.work:
                yield
        finally:
            self.room.release()


@cache
def bench() -> Bench:
    return Bench(settings.PASSWORD_WORKERS)


@cache
def nobodys() -> str:
    """A hash that no password matches, checked where there is no user, so that both take the same time."""
    return make_password("nobody has this password")


def matches(password: str, hashed: str | None) -> bool:
    """Whether the password is right; as slow without a user as with one. Call it outside a unit of work."""
    with bench().place():
        right = check_password(password, hashed or nobodys())
    return right and hashed is not None


def hashed(password: str) -> str:
    """The password's hash, for storing. Call it outside a unit of work."""
    with bench().place():
        return make_password(password)
