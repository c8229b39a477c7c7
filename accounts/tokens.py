"""Signed tokens: access (10 minutes), refresh (one family per sign-in), socket tickets (30 seconds, once), challenges (5 minutes,
once)."""
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings

from foundation.errors import Unauthenticated

ALGORITHM = "HS256"
ACCESS, REFRESH, TICKET, CHALLENGE = "access", "refresh", "ticket", "challenge"
TICKET_LIFETIME = timedelta(seconds=30)


class InvalidToken(Unauthenticated):
    code = "invalid_token"


def session_ended() -> InvalidToken:
    return InvalidToken("This session has ended. Please sign in again.", code="session_ended")


@dataclass(frozen=True)
class Claims:
    """What a token says, once its signature and its time are good."""

    kind: str
    organization_id: UUID
    user_id: UUID
    session_id: UUID | None
    number: int  # the user's epoch in an access token, the generation in a refresh token
    id: UUID | None  # of a socket ticket, or of a challenge
    expires_at: datetime  # UTC


def issue(
    kind: str, *, organization: UUID, user: UUID, session: UUID | None, expires_at: datetime, number: int = 0, id: UUID | None = None
) -> str:
    """A signed token of this kind."""
    claims = {"typ": kind, "org": str(organization), "sub": str(user), "num": number, "exp": expires_at}
    if session:
        claims["sid"] = str(session)
    if id:
        claims["jti"] = str(id)
    return jwt.encode(claims, settings.SECRET_KEY, ALGORITHM)


def read(token: str, *kinds: str) -> Claims:
    """A token's claims; raises InvalidToken for a bad signature, an ended time, another kind or anything malformed."""
    try:
        claims = _verified(token)
        found = Claims(
            kind=claims["typ"], organization_id=UUID(claims["org"]), user_id=UUID(claims["sub"]), number=int(claims.get("num", 0)),
            session_id=UUID(claims["sid"]) if "sid" in claims else None, id=UUID(claims["jti"]) if "jti" in claims else None,
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        )
    except jwt.ExpiredSignatureError:
        raise InvalidToken("The token has expired. Fetch a new one and try again.", code="token_expired") from None
    except (jwt.InvalidTokenError, ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError, UnicodeError):
        raise InvalidToken("The token is not valid. Please sign in again.") from None
    if found.kind == ACCESS and found.session_id is None:
        raise InvalidToken("The token names no session. Please sign in again.")
    if found.kind not in kinds:
        raise InvalidToken("The token is of another kind. Please sign in again.")
    return found


def _verified(token: str) -> dict[str, Any]:
    """Signed with the key, or with one that is on its way in or out (docs/operations.md, key rotation)."""
    *others, last = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    for key in others:
        with suppress(jwt.InvalidSignatureError):
            return _decode(token, key)
    return _decode(token, last)


def _decode(token: str, key: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, key, [ALGORITHM], options={"require": ["exp", "typ", "org", "sub"]})
    return claims


def access(*, organization: UUID, user: UUID, session: UUID, epoch: int, lifetime: timedelta | None = None) -> str:
    """A bearer token for the API and the socket."""
    expires_at = datetime.now(UTC) + (lifetime or settings.ACCESS_LIFETIME)
    return issue(ACCESS, organization=organization, user=user, session=session, number=epoch, expires_at=expires_at)
