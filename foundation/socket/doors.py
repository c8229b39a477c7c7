"""Who may open a socket at all: origin, address, cookies, and the number of those who did not say who they are."""
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.http import parse_cookie

from foundation.socket.options import Options

DEFAULT_PORTS = {"http": 80, "https": 443}


def header(scope: Mapping[str, Any], name: str) -> str:
    """All values of a header, joined; empty if absent."""
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == name.encode()]
    return ", ".join(values)


def origin_is_ours(origin: str, host: str, allowed: Iterable[str]) -> bool:
    """`allowed` may end in `:*` for any port; an origin of the host that is asked is ours too."""
    try:
        parts = urlsplit(origin)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return False
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        return False
    if host and host.lower() in (parts.netloc.lower(), f"{parts.hostname}:{port}"):
        return True
    return any(_matches(origin.lower(), pattern.lower()) for pattern in allowed)


def _matches(origin: str, pattern: str) -> bool:
    if pattern.endswith(":*"):
        return re.fullmatch(re.escape(pattern[:-2]) + r"(:\d{1,5})?", origin) is not None
    return origin == pattern.rstrip("/")


def address_of(scope: Mapping[str, Any], trusted_proxies: int) -> str:
    """The peer, or behind N trusted proxies the N-th address from the right of X-Forwarded-For."""
    if trusted_proxies > 0:
        hops = [hop.strip() for hop in header(scope, "x-forwarded-for").split(",") if hop.strip()]
        if len(hops) >= trusted_proxies:
            return hops[-trusted_proxies]
    client = scope.get("client")
    return str(client[0]) if client else ""


def cookies_of(scope: Mapping[str, Any]) -> dict[str, str]:
    return parse_cookie(header(scope, "cookie"))


class WaitingRoom:
    """Counts, in this process, the sockets that are open and not yet authenticated."""

    def __init__(self, options: Options, *, enabled: bool) -> None:
        self._per_address = options.unauthenticated_per_address
        self._total = options.unauthenticated
        self._enabled = enabled
        self._waiting: Counter[str] = Counter()
        self._sum = 0

    def enter(self, address: str) -> bool:
        if self._enabled and (self._sum >= self._total or self._waiting[address] >= self._per_address):
            return False
        self._waiting[address] += 1
        self._sum += 1
        return True

    def leave(self, address: str) -> None:
        self._sum -= 1
        self._waiting[address] -= 1
        if self._waiting[address] <= 0:
            del self._waiting[address]
