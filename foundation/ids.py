"""Keys: UUIDv7, so that new rows land at the end of their indexes."""
import os
import time
from uuid import UUID

PLATFORM = UUID(int=0)  # the tenant of platform superusers, who belong to no organization


def uuid7() -> UUID:
    """A UUID version 7 (RFC 9562): 48 bits of Unix milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
