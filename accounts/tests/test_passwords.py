"""Hashing is slow on purpose, and bounded."""
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from argon2 import extract_parameters
from django.contrib.auth.hashers import make_password

from accounts import passwords
from accounts.tests.parallel import PATIENCE, at_once
from foundation.errors import Unavailable


@pytest.fixture(autouse=True)
def one_worker(settings: Any) -> Iterator[None]:
    settings.PASSWORD_WORKERS = 1
    passwords.bench.cache_clear()
    yield
    passwords.bench.cache_clear()


def test_argon2id_as_owasp_has_it() -> None:
    found = extract_parameters(make_password("some password").removeprefix("argon2"))
    assert (found.type.name, found.memory_cost, found.time_cost, found.parallelism) == ("ID", 19 * 1024, 2, 1)


def test_nobodys_hash_is_as_slow_as_anybodys() -> None:
    parts = [extract_parameters(hashed.removeprefix("argon2")) for hashed in (passwords.nobodys(), make_password("x"))]
    assert parts[0] == parts[1]
    assert not passwords.matches("nobody has this password", None)


def test_so_many_hash_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    lock, now, most = threading.Lock(), [0], [0]

    def check(password: str, hashed: str) -> bool:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        make_password("something to do meanwhile")
        with lock:
            now[0] -= 1
        return True

    monkeypatch.setattr(passwords, "check_password", check)
    at_once([lambda: passwords.matches("x", "y")] * 5)
    assert most[0] == 1


def test_two_workers_hash_two_at_once(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PASSWORD_WORKERS = 2
    passwords.bench.cache_clear()
    met = threading.Barrier(2)
    monkeypatch.setattr(passwords, "check_password", lambda password, hashed: met.wait(PATIENCE) >= 0)
    assert at_once([lambda: passwords.matches("x", "y")] * 2) == [True, True]


def test_beyond_the_waiting_room_the_answer_is_503_with_a_time(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, inside = threading.Event(), threading.Semaphore(0)

    def check(password: str, hashed: str) -> bool:
        inside.release()
        return let_go.wait(PATIENCE) and False

    monkeypatch.setattr(passwords, "check_password", check)
    held = [threading.Thread(target=passwords.matches, args=("x", "y"), daemon=True) for _ in range(1 + passwords.WAITING_PER_WORKER)]
    for thread in held:
        thread.start()
    bench = passwords.bench()
    assert inside.acquire(timeout=PATIENCE)
    while bench.here < bench.room:
        threading.Event().wait(0.005)
    for path in ("auth/login/", "auth/register/"):
        body = {"organization": "pandar", "email": "agent@pandar.test", "password": "a lamp in the harbour", "name": "Ada"}
        answer = world.api(None).post(path, body)
        assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "busy", "2")
    let_go.set()
    for thread in held:
        thread.join(PATIENCE)
    assert world.api(None).post("auth/login/", body).status == 401, "there is room again"


def test_an_error_gives_the_place_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(password: str, hashed: str) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr(passwords, "check_password", fail)
    for _ in range(20):
        with pytest.raises(ZeroDivisionError):
            passwords.matches("x", "y")


def test_the_bench_refuses_at_once() -> None:
    bench = passwords.Bench(1)
    bench.here = bench.room
    assert bench.room == 1 + passwords.WAITING_PER_WORKER
    with pytest.raises(Unavailable), bench.place():
        pytest.fail("there was room")
