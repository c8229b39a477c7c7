"""The frames that every socket speaks. Apps add their own as subclasses of `Command` (in) and `Frame` (out)."""
import re
from datetime import datetime
from enum import IntEnum
from typing import Annotated, Any, TypedDict
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

PROTOCOL = 1
FRAME_BYTES = 64 * 1024


class CloseCode(IntEnum):
    """Why the server ends a socket; which of them a client may answer with another try stands in docs/socket.md."""

    GOING_AWAY = 1001
    TOO_BIG = 1009
    ERROR = 1011
    RESTART = 1012
    TRY_LATER = 1013
    MALFORMED = 4400
    UNAUTHENTICATED = 4401
    REVOKED = 4403
    TOO_MANY = 4429
    TOO_SLOW = 4490
    LINE_LOST = 4491


def kebab(name: str) -> str:
    """`SendMessage` → `send-message`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


class Command(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, tag_field="type", tag=kebab):
    """What a client sends. The answer repeats `ref`."""

    ref: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class Frame(msgspec.Struct, kw_only=True, tag_field="type", tag=kebab):
    """What the server sends."""


class Authenticate(Command, frozen=True):
    """An access token or a single-use ticket; on a live socket it extends the time it may stay."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]


class Pong(Command, frozen=True):
    """Answers the ping of the same number."""

    n: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class OrganizationShown(TypedDict):
    id: UUID
    slug: str
    name: str


class UserShown(TypedDict):
    """Who speaks, as they know themselves."""

    id: UUID
    name: str
    email: str
    role: str
    staff: bool
    organization: OrganizationShown


class Ready(Frame):
    """The socket is authenticated, as `user`: whoever holds it for another's ends it. `expires_at` is UTC: authenticate again before. `now`
    is the server's clock. `history` names the life of the database: where it is another than before, a backup was restored or a standby
    took over, and the client forgets every entry that it holds."""

    session: str
    user: UserShown
    ping_seconds: float
    expires_at: datetime
    now: datetime
    history: str
    ref: str | UnsetType = UNSET
    protocol: int = PROTOCOL


class Ok(Frame):
    """A command was done; an app's answer with more fields subclasses it with `tag="ok"`."""

    ref: str | None


class Error(Frame):
    """A command was refused, or a frame not understood. The socket lives."""

    code: str
    message: str
    ref: str | None = None
    retry_after_ms: int | UnsetType = UNSET
    fields: dict[str, list[str]] | UnsetType = UNSET
    details: dict[str, Any] | UnsetType = UNSET


class Ping(Frame):
    """`heads`: the last number of each joined room as this viewer sees it; empty when the database does not answer."""

    n: int
    heads: dict[str, int]


class Stale(Frame):
    """Hints may have been lost: fetch your lists again."""


class AccessChanged(Frame):
    """Your rights changed; `left` are the rooms that you lost with them."""

    left: list[str]


encoder = msgspec.json.Encoder(enc_hook=str)


def encode(frame: Frame) -> str:
    """The frame as it goes on the wire."""
    return encoder.encode(frame).decode()
