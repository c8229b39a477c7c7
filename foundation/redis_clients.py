"""Redis clients from the `hosts` of a channel layer, and the breaker that makes a dead Redis cost nothing."""
import logging
import threading
import time
from collections.abc import Sequence
from typing import Any

import redis
import redis.asyncio
from channels_redis.utils import create_pool, decode_hosts
from django.core.exceptions import ImproperlyConfigured
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.sentinel import Sentinel

FAILURES = (RedisError, OSError, TimeoutError)

logger = logging.getLogger("foundation.redis")


def only_host(hosts: Sequence[Any] | None) -> dict[str, Any]:
    """The one Redis of `hosts` (a URL, a (host, port) pair, or a dict, Sentinel's included), as channels_redis decodes it."""
    decoded = decode_hosts(hosts)
    if len(decoded) != 1:
        raise ImproperlyConfigured("The hint line speaks to exactly one Redis (or one Sentinel master).")
    return dict(decoded[0])


def async_client(host: dict[str, Any], *, seconds: float, connections: int | None = None) -> redis.asyncio.Redis:
    """A client whose every wait ends after `seconds`; redis-py's own retries are off, the caller decides."""
    options = {**_with_timeouts(host, seconds), "max_connections": connections}
    return redis.asyncio.Redis(connection_pool=create_pool(options))


def sync_client(host: dict[str, Any], *, seconds: float) -> redis.Redis:
    """The same for threads. A pooled connection that died meanwhile is replaced once."""
    options = _with_timeouts(host, seconds)
    options["retry"] = redis.retry.Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
    if "address" in options:
        return redis.Redis.from_url(options.pop("address"), **options)
    if "master_name" in options:
        name, sentinels, sentinel_options = options.pop("master_name"), options.pop("sentinels"), options.pop("sentinel_kwargs")
        return Sentinel(sentinels, sentinel_kwargs=sentinel_options).master_for(name, **options)
    return redis.Redis(**options)


def _with_timeouts(host: dict[str, Any], seconds: float) -> dict[str, Any]:
    timeouts = {"socket_timeout": seconds, "socket_connect_timeout": seconds}
    options = {**timeouts, **host}
    if "master_name" in options:
        options["sentinel_kwargs"] = {**timeouts, **(options.get("sentinel_kwargs") or {})}
    return options


class Breaker:
    """Says whether Redis is worth trying: after a failure not for `pause` seconds, then for one caller at a time. Thread-safe."""

    def __init__(self, what: str, pause: float = 2.0) -> None:
        self.what = what
        self.pause = pause
        self._lock = threading.Lock()
        self._retry_at = 0.0
        self._failed = False

    @property
    def closed(self) -> bool:
        return not self._failed

    def allows(self) -> bool:
        if not self._failed:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._retry_at:
                return False
            self._retry_at = now + self.pause
            return True

    def failed(self, error: BaseException) -> None:
        with self._lock:
            first, self._failed = not self._failed, True
            self._retry_at = time.monotonic() + self.pause
        if first:
            logger.warning("%s: Redis does not answer (%s)", self.what, error.__class__.__name__)

    def succeeded(self) -> None:
        if not self._failed:
            return
        with self._lock:
            self._failed = False
        logger.info("%s: Redis answers again", self.what)
