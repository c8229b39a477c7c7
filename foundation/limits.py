"""Limits that hold over all processes: exact in Redis, per process while Redis is down."""
import asyncio
import functools
import math
import threading
import time
import uuid
import weakref
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import redis.asyncio
from django.conf import settings

from foundation.redis_clients import FAILURES, Breaker, async_client, only_host, sync_client

REDIS_SECONDS = 0.25
KEYS_IN_MEMORY = 10_000
WITHOUT_LIMIT = 1_000_000

# Sliding window over the times of what was allowed, by Redis' own clock in microseconds. Refused tries do not count.
ALLOW = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local most, window = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local used = redis.call('ZCARD', KEYS[1])
if used < most then
  redis.call('ZADD', KEYS[1], now, ARGV[3])
  redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000))
  return 0
end
if most < 1 then return math.ceil(window / 1000) end
local oldest = redis.call('ZRANGE', KEYS[1], used - most, used - most, 'WITHSCORES')
return math.max(1, math.ceil((oldest[2] + window - now) / 1000))
"""

# A member per open socket, its score the time (seconds) until which it counts without being refreshed.
ENTER = """
local now = tonumber(redis.call('TIME')[1])
local most, lifetime = tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= most then return 0 end
redis.call('ZADD', KEYS[1], now + lifetime, ARGV[1])
redis.call('EXPIRE', KEYS[1], lifetime)
return 1
"""


class Limits:
    """`hosts` as for the channel layer. `enabled=False` allows everything; None asks `settings.RATE_LIMITS`."""

    def __init__(self, hosts: Sequence[Any] | None = None, *, prefix: str = "pandar", enabled: bool | None = None) -> None:
        self._host = only_host(hosts)
        self._prefix = prefix
        self._enabled = enabled
        self._breaker = Breaker("limits")
        self._memory = Windows()
        self._clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, redis.asyncio.Redis] = weakref.WeakKeyDictionary()
        self._sync_client: redis.Redis | None = None

    @property
    def enabled(self) -> bool:
        return bool(getattr(settings, "RATE_LIMITS", True)) if self._enabled is None else self._enabled

    async def allow(self, key: str, most: int, seconds: float) -> int:
        """0 when this is at most the `most`-th in any `seconds`, and counts it; else the milliseconds until one fits."""
        if not self.enabled:
            return 0
        answer = await self.ask(lambda client: client.eval(ALLOW, 1, *self._allow_arguments(key, most, seconds)))
        return self._memory.allow(key, most, seconds) if answer is None else int(answer)

    def allow_sync(self, key: str, most: int, seconds: float) -> int:
        """The same for threads."""
        if not self.enabled:
            return 0
        answer = self._ask_sync(lambda client: client.eval(ALLOW, 1, *self._allow_arguments(key, most, seconds)))
        return self._memory.allow(key, most, seconds) if answer is None else int(answer)

    def _allow_arguments(self, key: str, most: int, seconds: float) -> tuple[Any, ...]:
        return self.key("limit", key), most, round(seconds * 1_000_000), uuid.uuid4().hex

    def key(self, kind: str, name: str) -> str:
        return f"{self._prefix}:{kind}:{name}"

    async def ask(self, question: Callable[[Any], Awaitable[Any]]) -> Any:
        """Redis' answer, or None when it gives none in time or is known to be down."""
        if not self._breaker.allows():
            return None
        try:
            async with asyncio.timeout(2 * REDIS_SECONDS):
                answer = await question(self._client())
        except FAILURES as error:
            self._breaker.failed(error)
            return None
        self._breaker.succeeded()
        return answer

    def _ask_sync(self, question: Callable[[Any], Any]) -> Any:
        if not self._breaker.allows():
            return None
        try:
            if self._sync_client is None:
                self._sync_client = sync_client(self._host, seconds=REDIS_SECONDS)
            answer = question(self._sync_client)
        except FAILURES as error:
            self._breaker.failed(error)
            return None
        self._breaker.succeeded()
        return answer

    def _client(self) -> redis.asyncio.Redis:
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            client = self._clients[loop] = async_client(self._host, seconds=REDIS_SECONDS)
        return client

    async def close(self) -> None:
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose(close_connection_pool=True)


class Windows:
    """Sliding windows in memory, thread-safe; of more than `keys` keys the longest unused is forgotten."""

    def __init__(self, keys: int = KEYS_IN_MEMORY, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._clock = clock
        self._lock = threading.Lock()
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._times)

    def allow(self, key: str, most: int, seconds: float) -> int:
        with self._lock:
            now = self._clock()
            times = self._times.setdefault(key, deque())
            self._times.move_to_end(key)
            if len(self._times) > self._keys:
                self._times.popitem(last=False)
            while times and times[0] <= now - seconds:
                times.popleft()
            if len(times) < most:
                times.append(now)
                return 0
            free_at = times[len(times) - most] + seconds if most > 0 else now + seconds
            return max(1, math.ceil((free_at - now) * 1000))


class SocketRegistry:
    """Counts the open sockets of each user over all processes; those of a dead process stop counting after `lifetime` seconds."""

    def __init__(self, limits: Limits, *, lifetime: int = 40) -> None:
        self._limits = limits
        self._lifetime = lifetime
        self._here: dict[str, set[str]] = {}

    async def enter(self, user: str, session: str, most: int) -> bool:
        """False when the user has `most` sockets already; then nothing is kept."""
        if not self._limits.enabled:
            self._here.setdefault(user, set()).add(session)
            return True
        here = self._here.setdefault(user, set())
        if len(here) >= most:
            return False
        here.add(session)
        key = self._limits.key("sockets", user)
        answer = await self._limits.ask(lambda client: client.eval(ENTER, 1, key, session, most, self._lifetime))
        if answer == 0:
            self._forget(user, session)
        return answer != 0

    async def leave(self, user: str, session: str) -> bool:
        """True when it was the user's last socket in this process."""
        last = self._forget(user, session)
        if self._limits.enabled:
            key = self._limits.key("sockets", user)
            await self._limits.ask(lambda client: client.zrem(key, session))
        return last

    async def refresh(self, sockets: Iterable[tuple[str, str]]) -> None:
        """(user, session) of sockets that are still open: also brings back what Redis lost."""
        sockets = list(sockets)
        if sockets and self._limits.enabled:
            await self._limits.ask(lambda client: self._refresh(client, sockets))

    async def _refresh(self, client: redis.asyncio.Redis, sockets: list[tuple[str, str]]) -> int:
        pipeline = client.pipeline(transaction=False)
        for user, session in sockets:
            pipeline.eval(ENTER, 1, self._limits.key("sockets", user), session, WITHOUT_LIMIT, self._lifetime)
        return len(await pipeline.execute())

    def _forget(self, user: str, session: str) -> bool:
        here = self._here.get(user, set())
        here.discard(session)
        if not here:
            self._here.pop(user, None)
        return not here


@functools.cache
def default() -> Limits:
    """The limits of the settings' Redis, one per process."""
    layer: dict[str, Any] = settings.CHANNEL_LAYERS["default"]
    return Limits(layer["CONFIG"]["hosts"])


async def allow(key: str, most: int, seconds: float) -> int:
    """See `Limits.allow`."""
    return await default().allow(key, most, seconds)


def allow_sync(key: str, most: int, seconds: float) -> int:
    """See `Limits.allow`; for threads."""
    return default().allow_sync(key, most, seconds)
