"""Whose a large body is, before it is read. Whether they may do anything is seen afterwards, as for every request."""
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import parse_cookie

from accounts import browser, tokens
from foundation.async_database import STRANGERS, in_thread
from foundation.http.errors import OUTAGES


async def of_scope(scope: dict[str, object]) -> UUID | None:
    """The user whom an ASGI request's token names, by its signature, or the session of its cookie, where there is one. None for nobody, and
    while the database cannot tell."""
    headers: dict[bytes, bytes] = dict(scope["headers"])  # type: ignore[call-overload]
    if given := headers.get(b"authorization"):
        return _of_token(given.decode("latin-1"))
    key = parse_cookie(headers.get(b"cookie", b"").decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
    if not key:
        return None
    try:
        return await in_thread(STRANGERS, _of_session, key)
    except OUTAGES:
        return None


def _of_token(given: str) -> UUID | None:
    scheme, _, token = given.partition(" ")
    try:
        return tokens.read(token.strip(), tokens.ACCESS).user_id if scheme.lower() == "bearer" else None
    except tokens.InvalidToken:
        return None


def _of_session(key: str) -> UUID | None:
    known = browser.of(SessionStore(session_key=key))
    return known.user_id if known else None
