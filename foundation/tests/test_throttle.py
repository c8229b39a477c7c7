"""Tries are counted exactly, however many come at once, under names that tell nothing."""
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, connections
from django.test import override_settings

from foundation import models
from foundation.errors import RateLimited
from foundation.throttle import Throttle, minutes
from pandarchat.testing import database
from pandarchat.tests.world import PASSWORD, World

AT_ONCE = 100
THREADS = 10  # each with a connection of its own
FIVE = Throttle("test", most=5, window=timedelta(minutes=5))


def tried(throttle: Throttle, *parts: object) -> bool:
    """Whether a try was let through."""
    try:
        throttle.count(*parts)
    except RateLimited:
        return False
    return True


def age(seconds: int) -> None:
    """All windows began that much earlier."""
    with database.owner(connection.settings_dict["NAME"]) as session:
        session.execute("UPDATE foundation_counter SET window_start = window_start - %s * interval '1 second'", [seconds])


def test_a_hundred_at_once_are_counted_exactly(committed: None) -> None:
    barrier = Barrier(THREADS)

    def several(_: int) -> Counter[bool]:
        try:
            connection.ensure_connection()
            barrier.wait(30)
            return Counter(tried(FIVE, "somebody") for _ in range(AT_ONCE // THREADS))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        assert sum(threads.map(several, range(THREADS)), Counter()) == {True: 5, False: AT_ONCE - 5}
    assert models.Counter.objects.get().count == AT_ONCE


def test_names_and_scopes_are_counted_apart(committed: None) -> None:
    other = Throttle("other", most=5, window=timedelta(minutes=5))
    for throttle, parts in ((FIVE, ("a", "b")), (FIVE, ("ab",)), (FIVE, ("a", "c")), (other, ("a", "b"))):
        assert [tried(throttle, *parts) for _ in range(6)] == [True] * 5 + [False]


def test_a_window_ends_and_the_refusal_says_when(committed: None) -> None:
    for _ in range(5):
        FIVE.count("somebody")
    age(299)
    with pytest.raises(RateLimited, match="Come back in 1 s") as refused:
        FIVE.count("somebody")
    assert refused.value.retry_after_ms is not None
    assert 0 < refused.value.retry_after_ms <= 1001
    age(2)
    assert tried(FIVE, "somebody")


def test_success_starts_anew(committed: None) -> None:
    for _ in range(5):
        FIVE.count("somebody")
    with connection.cursor() as cursor:
        cursor.execute(*FIVE.forgetting("somebody"))
    assert tried(FIVE, "somebody")


def test_no_name_can_be_read_from_the_counters(committed: None) -> None:
    FIVE.count("pandar", "ada@pandar.test")
    name = bytes(models.Counter.objects.get().name)
    assert len(name) == 32
    assert b"ada" not in name
    with override_settings(SECRET_KEY="x" * 50):
        FIVE.count("pandar", "ada@pandar.test")
    assert models.Counter.objects.count() == 2, "the name depends on the key, so a copy of the table tells nothing"


@override_settings(RATE_LIMITS=False)
def test_limits_can_be_switched_off(committed: None) -> None:
    assert all(tried(FIVE, "somebody") for _ in range(20))
    assert not models.Counter.objects.exists()


def test_a_refused_request_still_counts(world: World) -> None:
    """A unit that is rolled back does not give the try back: ten wrong passwords, then not even the right one."""
    wrong = {"organization": "pandar", "email": world.agent.email, "password": "wrong password"}
    answers = [world.api(None).post("auth/login/", wrong) for _ in range(11)]
    assert [answer.status for answer in answers] == [401] * 10 + [429]
    late = world.api(None).post("auth/login/", {**wrong, "password": PASSWORD})
    assert (late.status, late.code) == (429, "rate_limited")
    assert 0 < int(late.headers["Retry-After"]) <= 300
    elsewhere = world.api(None).post("auth/login/", {"organization": "acme", "email": world.acme.agent.email, "password": PASSWORD})
    assert elsewhere.status == 200


@pytest.mark.parametrize(("seconds", "said"), [(0, "1 s"), (59, "59 s"), (60, "1 min"), (61, "2 min"), (300, "5 min")])
def test_durations_are_said_as_one_says_them(seconds: int, said: str) -> None:
    assert minutes(timedelta(seconds=seconds)) == said
