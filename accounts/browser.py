"""Browser sessions: what Django's session holds of whoever signed in, for the API, the socket and the administration pages alike."""
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models.functions import Now
from django.middleware.csrf import rotate_token
from django.utils import timezone

from accounts.actions import sessions
from accounts.models import Session, User, session_auth_hash
from foundation.http import address
from foundation.units import unit_of_work

TENANT = "tenant"  # where the signed-in user's row is
FAMILY = "family"  # the row of accounts_session, with whose end the browser's session ends; superusers have none
EPOCH = "epoch"
CHALLENGE = "challenge"  # with which this browser's sign-in goes on, where nobody signed in yet
BACKEND = "accounts.backends.RoleBackend"


@dataclass(frozen=True)
class Browser:
    """A member of an organization, as a browser's session names them."""

    key: str
    organization_id: UUID
    user_id: UUID
    session_id: UUID
    epoch: int
    expires_at: datetime


def of(session: SessionBase) -> Browser | None:
    """Whom a session names; None where nobody, or a platform superuser, signed in. Whether it still counts the database says."""
    names = (TENANT, SESSION_KEY, FAMILY, EPOCH)
    if not session.session_key or any(name not in session for name in names):
        return None
    tenant, user, family = (UUID(session[name]) for name in names[:3])
    return Browser(session.session_key, tenant, user, family, session[EPOCH], session.get_expiry_date())


def begin(request: Any, *, tenant: UUID, user: UUID, session: UUID | None, epoch: int, hashed: str) -> None:
    """This browser is theirs from now on, under another key and CSRF token than before; nothing is carried over, and what somebody had
    open here ends once the current unit of work, if there is one, is over."""
    replaced(request)
    request.session.flush()
    held = {TENANT: str(tenant), SESSION_KEY: str(user), BACKEND_SESSION_KEY: BACKEND, HASH_SESSION_KEY: session_auth_hash(hashed, epoch),
            EPOCH: epoch, **({FAMILY: str(session)} if session else {})}
    for name, value in held.items():
        request.session[name] = value
    _last(request)
    rotate_token(request)


def replaced(request: Any) -> None:
    """Whoever was signed in here makes room. Their session may be of another organization than the open unit of work."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES and (before := of(request.session)) is not None:
        transaction.on_commit(partial(_end, before), robust=True)


def _end(before: Browser) -> None:
    with unit_of_work(before.organization_id):
        if sessions.end_browser(session=before.session_id):
            sessions.browser_signed_out(before.key)


def _last(request: Any) -> None:
    """So long from now on, and no longer however often it is saved."""
    request.session.set_expiry(timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE))


def expect(request: Any, challenge: UUID) -> None:
    """This browser's sign-in goes on with this challenge, which is worth nothing elsewhere; what somebody had open here ends as in
    `begin`."""
    replaced(request)
    request.session.flush()
    request.session[CHALLENGE] = str(challenge)


def expected(request: Any) -> str | None:
    """The challenge that this browser was given."""
    found: str | None = request.session.get(CHALLENGE)
    return found


def enter(request: Any, user: User) -> None:
    """The same for somebody who was verified, inside a unit of their own tenant."""
    User.objects.filter(id=user.id).update(last_login=Now())
    begin(request, tenant=user.tenant, user=user.id, session=_row(request, user), epoch=user.epoch, hashed=user.password)


def renew(request: Any, user: User) -> None:
    """This browser stays theirs where all that they had ended, inside a unit of their own tenant."""
    request.session.cycle_key()
    request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    request.session[EPOCH] = user.epoch
    _last(request)
    if row := _row(request, user):
        request.session[FAMILY] = str(row)


def _row(request: Any, user: User) -> UUID | None:
    if user.is_superuser:
        return None
    return sessions.begin_browser(user=user, address=address.of_request(request), user_agent=request.headers.get("User-Agent", "")).id


def lives(session: SessionBase, user: User) -> bool:
    """Whether the session that this browser was given has not been ended, inside a unit of the user's own tenant."""
    if user.is_superuser:
        return True
    running = Session.objects.filter(user=user, revoked_at=None, expires_at__gt=Now())
    return FAMILY in session and running.filter(id=session[FAMILY]).exists()
