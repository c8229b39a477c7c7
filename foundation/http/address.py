"""Where a request comes from."""
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def of_request(request: HttpRequest | Any) -> str:
    """The client's address: the peer's, or behind TRUSTED_PROXIES proxies the one that the outermost of them saw."""
    return forwarded(request.META.get("HTTP_X_FORWARDED_FOR", ""), request.META.get("REMOTE_ADDR", ""))


def forwarded(header: str, peer: str) -> str:
    """The address in front of the trusted proxies; whatever a client itself wrote into the header is farther left and not believed."""
    hops = [*(part.strip() for part in header.split(",") if part.strip()), peer]
    return hops[-1 - min(settings.TRUSTED_PROXIES, len(hops) - 1)][:64]


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Whom to count: an IPv4 address, and of an IPv6 address the half that names a network, as one host may take any address there."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"
