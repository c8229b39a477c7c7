import asyncio
import signal
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import limits as module
from foundation.limits import Limits, SocketRegistry, Windows
from foundation.tests.socket_world import RedisServer, eventually, running_redis


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred connections at once take a busy machine longer than we give Redis; who gives up counts in memory, exact for one alone."""
    monkeypatch.setattr(module, "REDIS_SECONDS", 30)


def limits(server: RedisServer, *, enabled: bool = True) -> Limits:
    return Limits([server.url], enabled=enabled)


def count_allowed(*answers: int) -> int:
    return sum(answer == 0 for answer in answers)


def test_exact_over_processes_and_parallel_tries(redis_server: RedisServer, patient: None) -> None:
    async def tries() -> list[int]:
        first, second = limits(redis_server), limits(redis_server)
        answers = await asyncio.gather(*((first, second)[n % 2].allow("parallel", 20, 60) for n in range(100)))
        await first.close()
        await second.close()
        return answers

    answers = asyncio.run(tries())
    assert count_allowed(*answers) == 20
    assert all(0 < answer <= 60_000 for answer in answers if answer)


def test_threads_and_loops_share_one_count(redis_server: RedisServer, patient: None) -> None:
    shared = limits(redis_server)
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(shared.allow_sync("mixed", 10, 60))) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count_allowed(*answers) == 10
    assert asyncio.run(shared.allow("mixed", 10, 60)) > 0


def test_without_redis_two_processes_would_each_allow_all_of_it(redis_server: RedisServer) -> None:
    """The negative control of the two above: memory alone knows its own process only."""
    first, second = Windows(), Windows()
    assert count_allowed(*((first, second)[n % 2].allow("parallel", 20, 60) for n in range(100))) == 40


def test_the_window_slides_and_says_when_a_try_fits(redis_server: RedisServer) -> None:
    shared = limits(redis_server)
    assert count_allowed(*(shared.allow_sync("slide", 2, 0.3) for _ in range(3))) == 2
    wait_ms = shared.allow_sync("slide", 2, 0.3)
    assert 0 < wait_ms <= 300
    eventually(lambda: shared.allow_sync("slide", 2, 0.3) == 0)


def test_keys_expire_by_themselves(redis_server: RedisServer) -> None:
    shared = limits(redis_server)
    shared.allow_sync("short", 2, 0.2)
    with redis_server.client() as client:
        eventually(lambda: not client.exists(shared.key("limit", "short")))


def test_off_allows_all(redis_server: RedisServer) -> None:
    off = limits(redis_server, enabled=False)
    assert count_allowed(*(off.allow_sync("off", 1, 60) for _ in range(50))) == 50


def test_redis_killed_limits_per_process_without_trying_it_each_time_and_back() -> None:
    with running_redis() as server:
        shared = limits(server)
        assert shared.allow_sync("k", 1, 60) == 0
        server.kill()
        assert count_allowed(*(shared.allow_sync("k", 3, 60) for _ in range(200))) == 3
        assert not shared._breaker.allows(), "the breaker lets one caller through in 2 s, and that was it"
        server.start()
        with server.client() as client:
            eventually(lambda: shared.allow_sync("back", 1000, 60) == 0 and client.exists(shared.key("limit", "back")))


def test_a_frozen_redis_costs_one_timeout_and_not_one_for_each_try() -> None:
    with running_redis() as server:
        shared = limits(server)
        shared._breaker.pause = 60
        server.signal(signal.SIGSTOP)
        assert count_allowed(*(shared.allow_sync("f", 5, 60) for _ in range(500))) == 5
        with_breaker = shared._breaker.closed
        server.signal(signal.SIGCONT)
        assert not with_breaker
        with server.client() as client:
            assert client.zcard(shared.key("limit", "f")) <= 2, "only the first try reached it"


@given(st.lists(st.floats(0.01, 5), max_size=60), st.integers(1, 5), st.floats(0.5, 10))
def test_windows_never_allow_more_than_most_in_any_window(steps: list[float], most: int, seconds: float) -> None:
    now = 0.0
    windows = Windows(clock=lambda: now)
    allowed: list[float] = []
    for step in steps:
        now += step
        wait_ms = windows.allow("k", most, seconds)
        recent = [time_ for time_ in allowed if time_ > now - seconds]
        assert (wait_ms == 0) == (len(recent) < most)
        if wait_ms == 0:
            allowed.append(now)


def test_memory_is_bounded() -> None:
    windows = Windows(keys=100)
    for number in range(1000):
        windows.allow(str(number), 1, 60)
    assert len(windows) == 100


def test_sockets_of_a_user_are_counted_over_processes(redis_server: RedisServer) -> None:
    async def play() -> None:
        here, there = SocketRegistry(limits(redis_server)), SocketRegistry(limits(redis_server))
        entered = [await (here, there)[n % 2].enter("ada", f"s{n}", 10) for n in range(12)]
        assert entered == [True] * 10 + [False] * 2
        assert await there.enter("bob", "b", 10), "another user is not concerned"
        await here.leave("ada", "s0")
        assert await there.enter("ada", "s12", 10)

    asyncio.run(play())


def test_the_last_socket_here_is_told(redis_server: RedisServer) -> None:
    async def play() -> list[bool]:
        registry = SocketRegistry(limits(redis_server))
        for session in ("one", "two"):
            await registry.enter("eve", session, 10)
        return [await registry.leave("eve", "one"), await registry.leave("eve", "two")]

    assert asyncio.run(play()) == [False, True]


def test_sockets_of_a_dead_process_stop_counting(redis_server: RedisServer) -> None:
    async def play() -> None:
        dead, alive = SocketRegistry(limits(redis_server), lifetime=1), SocketRegistry(limits(redis_server))
        assert await dead.enter("kim", "old", 1)
        assert not await alive.enter("kim", "new", 1)
        deadline = time.monotonic() + 10
        while not await alive.enter("kim", "new", 1):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)

    asyncio.run(play())


@pytest.mark.parametrize("refreshed", [True, False])
def test_a_wiped_redis_learns_again_by_refreshing_and_only_by_it(redis_server: RedisServer, refreshed: bool) -> None:
    async def play() -> bool:
        here, there = SocketRegistry(limits(redis_server)), SocketRegistry(limits(redis_server))
        await here.enter("lou", "l1", 1)
        with redis_server.client() as client:
            client.flushall()
        if refreshed:
            await here.refresh([("lou", "l1")])
        return await there.enter("lou", "l2", 1)

    assert asyncio.run(play()) is not refreshed


def test_sockets_are_counted_per_process_while_redis_is_down() -> None:
    async def play(server: RedisServer) -> list[bool]:
        registry = SocketRegistry(limits(server))
        server.kill()
        return [await registry.enter("ada", f"s{n}", 3) for n in range(5)]

    with running_redis() as server:
        assert asyncio.run(play(server)) == [True] * 3 + [False] * 2
