"""The numbers of the socket, in one place; tests make them small."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """Times in seconds. `allowed_origins`, `rate_limits` and `trusted_proxies` None: as in the settings."""

    authenticate_seconds: float = 5
    ping_seconds: float = 25
    ping_slots: int = 25
    answer_seconds: float = 8
    seen_seconds: float = 10
    backend_seconds: float = 5
    handler_seconds: float = 30
    queue_frames: int = 256
    queue_bytes: int = 512 * 1024
    behind_seconds: float = 10
    abort_seconds: float = 5
    revoke_jitter_seconds: float = 1
    waiting_commands: int = 64
    malformed_in_a_row: int = 5
    unauthenticated_per_address: int = 20
    unauthenticated: int = 1000
    sockets_per_user: int = 10
    allowed_origins: tuple[str, ...] | None = None
    rate_limits: bool | None = None
    trusted_proxies: int | None = None
