"""Signing in and out. A password is never checked inside a unit of work: it is slow on purpose."""
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from accounts import audit, passwords, tokens
from accounts.actor import Actor, AnyActor, load
from accounts.models import Session, SocketTicket, User
from foundation import events
from foundation.errors import Forbidden, Unauthenticated
from foundation.ids import PLATFORM, uuid7
from foundation.throttle import Throttle
from foundation.units import unit_of_work

BY_ACCOUNT = Throttle("login-account", most=10, window=timedelta(minutes=5))  # from one address, so that nobody locks out somebody else
BY_ACCOUNT_ANYWHERE = Throttle("login-account-anywhere", most=200, window=timedelta(minutes=5))
BY_ADDRESS = Throttle("login-address", most=300, window=timedelta(minutes=5))
PLATFORM_SLUG = ""


class WrongCredentials(Unauthenticated):
    """One answer for an unknown organization, an unknown address and a wrong password."""

    code = "invalid_credentials"

    def __init__(self) -> None:
        super().__init__("Organization, address or password is wrong.")


@dataclass(frozen=True)
class SignedIn:
    access: str
    refresh: str
    user: User


def normalised(name: str) -> str:
    """An address, or the slug of an organization, as it is stored and compared."""
    return name.strip().lower()


def organization_named(slug: str) -> UUID | None:
    """The active organization of this name, given in whatever case; PLATFORM for the empty name, which superusers sign in with."""
    slug = normalised(slug)
    if slug == PLATFORM_SLUG:
        return PLATFORM
    with connection.cursor() as cursor:
        cursor.execute("SELECT find_organization(%s)", [slug])
        found: UUID | None = cursor.fetchone()[0]
    return found


def verify(*, organization: str, email: str, password: str, address: str) -> User:
    """The user whose credentials these are, after counting the try. Raises RateLimited, WrongCredentials, or Forbidden while the
    organization demands a confirmed address; success and failure are audited, each in a unit of its own."""
    organization, email = normalised(organization), normalised(email)
    BY_ADDRESS.count(address)
    BY_ACCOUNT.count(organization, email, address)
    BY_ACCOUNT_ANYWHERE.count(organization, email)
    tenant = organization_named(organization)
    user = _find(tenant, email)
    if not passwords.matches(password, user.password if user else None) or user is None:
        _failed(tenant, user, email, address)
        raise WrongCredentials
    BY_ACCOUNT.forget(organization, email, address)
    if user.organization and user.organization.requires_confirmed_email and user.email_confirmed_at is None:
        _failed(tenant, user, email, address)
        raise Forbidden("Please confirm your email address before you sign in.", code="email_not_confirmed")
    return user


def _find(tenant: UUID | None, email: str) -> User | None:
    if tenant is None:
        return None
    with unit_of_work(tenant):
        return User.objects.select_related("organization").filter(email=email, is_active=True).first()


def _failed(tenant: UUID | None, user: User | None, email: str, address: str) -> None:
    if tenant is not None:
        with unit_of_work(tenant):
            audit.record("login_failed", actor=None, name=email, target=user, address=address)


def sign_in(*, organization: str, email: str, password: str, address: str, user_agent: str) -> SignedIn:
    """Begin a session: the first access and refresh token of a new family. Errors as in `verify`."""
    user = verify(organization=organization, email=email, password=password, address=address)
    if user.organization_id is None:
        raise WrongCredentials
    with unit_of_work(user.organization_id):
        now = datetime.now(UTC)
        session = Session.objects.create(organization_id=user.organization_id, user=user, expires_at=now + settings.REFRESH_LIFETIME,
                                         address=address, user_agent=user_agent[:300])
        User.objects.filter(id=user.id).update(last_login=now)
        actor = load(user.id, session=session.id, address=address)
        if actor is None:
            raise WrongCredentials
        audit.record("login", actor=actor, target=user)
        return SignedIn(access=_access(actor), refresh=_refresh(session), user=user)


def _access(actor: Actor) -> str:
    assert actor.session_id is not None, "only a session has access tokens"  # noqa: S101
    return tokens.access(organization=actor.organization_id, user=actor.id, session=actor.session_id, epoch=actor.epoch)


def _refresh(session: Session) -> str:
    return tokens.issue(tokens.REFRESH, organization=session.organization_id, user=session.user_id, session=session.id,
                        number=session.generation, expires_at=session.expires_at)


def refresh(*, token: str, address: str) -> SignedIn:
    """The next pair of a family. A token that was used before ends the family, whoever holds the newer one: raises InvalidToken."""
    claims = tokens.read(token, tokens.REFRESH)
    with unit_of_work(claims.organization_id):
        renewed = _renew(claims, address)
    if renewed is None:
        raise tokens.InvalidToken("This session has ended. Please sign in again.", code="session_ended")
    return renewed


def _renew(claims: tokens.Claims, address: str) -> SignedIn | None:
    if claims.session_id is None:
        return None
    session = Session.objects.select_for_update().filter(id=claims.session_id, user_id=claims.user_id, revoked_at=None).first()
    if session is None:
        return None
    actor = load(claims.user_id, session=session.id, address=address)
    if actor is None:
        return None
    if session.generation != claims.number:
        _end(session, because="reuse")
        audit.record("refresh_token_reused", actor=actor, target=session)
        return None
    session.generation += 1
    Session.objects.filter(id=session.id).update(generation=session.generation, last_used_at=Now())
    return SignedIn(access=_access(actor), refresh=_refresh(session), user=User.objects.get(id=actor.id))


def _end(session: Session, *, because: str) -> None:
    Session.objects.filter(id=session.id, revoked_at=None).update(revoked_at=Now(), revoked_because=because)
    events.control(session_group(session.id), "revoke", code=4403, reason="This session has ended.")


def end(*, session: Session, actor: AnyActor) -> None:
    """End somebody's session; its sockets close within seconds."""
    _end(session, because="ended_by_staff")
    audit.record("session_ended", actor=actor, target=session)


def sign_out(*, actor: Actor) -> None:
    """End the actor's session; its sockets close within seconds."""
    session = Session.objects.filter(id=actor.session_id).first() if actor.session_id else None
    if session is not None:
        _end(session, because="logout")
        audit.record("logout", actor=actor, target=session)


def sign_out_everywhere(*, actor: Any, user: User, because: str = "logout_everywhere") -> None:
    """End every session, token, browser session and socket of a user."""
    Session.objects.filter(user=user, revoked_at=None).update(revoked_at=Now(), revoked_because=because)
    User.objects.filter(id=user.id).update(epoch=F("epoch") + 1)
    SocketTicket.objects.filter(user=user).delete()
    events.control(user_group(user.id), "revoke", code=4403, reason="You were signed out everywhere.")
    audit.record(because, actor=actor, target=user)


def socket_ticket(*, actor: Actor) -> str:
    """A single-use ticket with which a browser opens its socket; good for 30 seconds."""
    expires_at = datetime.now(UTC) + tokens.TICKET_LIFETIME
    row = SocketTicket.objects.create(id=uuid7(), organization_id=actor.organization_id, user_id=actor.id, session_id=actor.session_id,
                                      expires_at=expires_at)
    return tokens.issue(tokens.TICKET, organization=actor.organization_id, user=actor.id, session=actor.session_id, id=row.id,
                        expires_at=expires_at)


def use_socket_ticket(claims: tokens.Claims) -> bool:
    """Whether the ticket was still unused; it is used now."""
    if claims.id is None:
        return False
    deleted, _ = SocketTicket.objects.filter(id=claims.id, user_id=claims.user_id).delete()
    return deleted == 1


def user_group(user: UUID) -> str:
    """The sockets of one user."""
    return f"user:{user}"


def browser_signed_out(key: str) -> None:
    """A browser session ended: so do the sockets that it opened."""
    events.control(browser_group(key), "revoke", code=4403, reason="You signed out.")


def browser_group(key: str) -> str:
    """The sockets that a browser session opened; named by a hash, as the key itself opens doors."""
    return f"browser:{hashlib.sha256(key.encode()).hexdigest()}"


def session_group(session: UUID) -> str:
    """The sockets of one session."""
    return f"session:{session}"
