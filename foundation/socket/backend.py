"""What the socket asks of the apps above."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from foundation.socket.frames import Frame


@dataclass(frozen=True)
class Identity:
    """Who speaks on a socket. `expires_at` is aware UTC; `groups` are joined by itself; `user` is what `ready` shows; `history` the life
    of the database in which this was read."""

    organization_id: UUID
    user_id: UUID
    session_id: UUID | None
    name: str
    staff: bool
    expires_at: datetime
    groups: tuple[str, ...] = ()
    actor: Any = None
    user: Any = field(default_factory=dict)
    history: str = ""


@dataclass(frozen=True)
class Pulse:
    """`heads`: (staff, public) last number by room. `ended`: close code by socket session. `changed`: sessions whose rights did."""

    heads: Mapping[UUID, tuple[int, int]] = field(default_factory=dict)
    ended: Mapping[str, int] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()


class Backend(Protocol):
    """All methods run on the server's event loop and must not block it. A DomainError is a refusal; anything else is logged."""

    async def authenticate_token(self, token: str, address: str) -> Identity:
        """Raises DomainError with code `invalid_token` or `token_expired`."""

    async def authenticate_cookie(self, cookies: Mapping[str, str], address: str) -> Identity | None: ...

    async def refresh(self, identity: Identity) -> Identity | None:
        """As the database has it now; None when the user or the session ended."""

    async def may_see(self, identity: Identity, room_ids: Iterable[UUID]) -> set[UUID]: ...

    async def pulse(self, organization_id: UUID, sessions: Mapping[str, Identity], rooms: frozenset[UUID]) -> Pulse:
        """One statement for one organization's sockets: `sessions` are keyed by the socket's session, not the login's."""

    async def seen(self, organization_id: UUID, user_ids: frozenset[UUID]) -> None:
        """Staff with a live socket in this process."""

    async def welcome(self, identity: Identity) -> list[Frame]:
        """Frames right after `ready`."""

    async def gone(self, identity: Identity) -> None:
        """The user's last socket in this process closed."""
