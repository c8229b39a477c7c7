"""However many try at once, so many passwords are looked at and no more."""
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts import passwords
from accounts.actions import credentials
from accounts.tests.parallel import at_once
from foundation.errors import RateLimited
from foundation.throttle import Throttle

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def limits(settings: Any) -> Iterator[None]:
    settings.RATE_LIMITS = True
    settings.PASSWORD_WORKERS = 20  # room for all that are let through
    passwords.bench.cache_clear()
    yield
    passwords.bench.cache_clear()


def login(world: Any, password: str = "wrong", **given: str) -> Any:  # noqa: S107
    return world.api(None).post("auth/login/", {"organization": "pandar", "email": "agent@pandar.test", "password": password, **given})


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []
    real = passwords.check_password

    def look(password: str, hashed: str) -> bool:
        seen.append(password)
        return bool(real(password, hashed))

    monkeypatch.setattr(passwords, "check_password", look)
    return seen


def test_of_a_hundred_at_once_exactly_ten_are_looked_at(world: Any, looked_at: list[str]) -> None:
    guesses = [f"guess number {number}" for number in range(100)]
    answers = at_once([lambda guess=guess: login(world, guess) for guess in guesses])  # type: ignore[misc]
    assert len(looked_at) == credentials.BY_ACCOUNT.most == 10
    assert Counter(answer.status for answer in answers) == {401: 10, 429: 90}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers if answer.status == 429)


def test_without_the_throttle_all_are_looked_at(world: Any, looked_at: list[str], settings: Any) -> None:
    settings.RATE_LIMITS = False
    assert {answer.status for answer in at_once([lambda: login(world)] * 20)} == {401}
    assert len(looked_at) == 20


def test_spelling_the_account_differently_is_the_same_account(world: Any, looked_at: list[str]) -> None:
    for number in range(15):
        login(world, organization="Pandar" if number % 2 else " PANDAR", email="AGENT@pandar.test" if number % 3 else "agent@pandar.test")
    assert len(looked_at) == 10


def test_another_account_is_not_held(world: Any) -> None:
    for _ in range(12):
        held = login(world)
    assert held.status == 429
    assert login(world, PASSWORD, email="customer@pandar.test").status == 200
    assert login(world, PASSWORD).status == 429, "the right password is not looked at either"


def test_success_starts_anew(world: Any) -> None:
    for _ in range(2):
        assert [login(world).status for _ in range(9)] == [401] * 9
        assert login(world, PASSWORD).status == 200


def test_an_unknown_account_is_held_alike(world: Any) -> None:
    statuses = [login(world, email="nobody@pandar.test").status for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2


def test_the_window_ends(committed: None) -> None:
    throttle = Throttle("test", most=1, window=timedelta(minutes=1))
    throttle.count("a")
    with pytest.raises(RateLimited, match="Too many tries"):
        throttle.count("a")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE foundation_counter SET window_start = now() - interval '61 seconds'")
    throttle.count("a")


def test_an_address_is_held_over_all_accounts(world: Any, looked_at: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "BY_ADDRESS", Throttle("login-address", most=5, window=timedelta(minutes=5)))
    statuses = [login(world, email=f"nobody-{number}@pandar.test").status for number in range(7)]
    assert statuses == [401] * 5 + [429] * 2
