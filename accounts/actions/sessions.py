"""Signing in and out. A password is never checked inside a unit of work: it is slow on purpose."""
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from accounts import audit, permissions, tokens
from accounts.actions.steps import Ask, Check, Procedure, Room, run
from accounts.actor import Actor, AnyActor, load
from accounts.models import Session, SocketTicket, User
from foundation import events, logs
from foundation.errors import Forbidden, Unauthenticated
from foundation.http.address import network_of
from foundation.ids import PLATFORM, uuid7
from foundation.throttle import Throttle
from foundation.units import unit_of_work

BY_ACCOUNT = Throttle("login-account", most=10, window=timedelta(minutes=5))  # from one address, so that nobody locks out somebody else
BY_ACCOUNT_ANYWHERE = Throttle("login-account-anywhere", most=200, window=timedelta(minutes=5))
BY_ADDRESS = Throttle("login-address", most=300, window=timedelta(minutes=5))
PLATFORM_SLUG = ""
FIND_ORGANIZATION = "SELECT find_organization(%(slug)s::text)"


class WrongCredentials(Unauthenticated):
    """One answer for an unknown organization, an unknown address and a wrong password."""

    code = "invalid_credentials"

    def __init__(self) -> None:
        super().__init__("Organization, address or password is wrong.")


@dataclass(frozen=True)
class SignedIn:
    access: str
    refresh: str
    me: dict[str, Any] | None = None  # the user as `serializers.Me` has them, where a session begins


def normalised(name: str) -> str:
    """An address, or the slug of an organization, as it is stored and compared."""
    return name.strip().lower()


def organization_named(slug: str) -> UUID | None:
    """The active organization of this name, given in whatever case; PLATFORM for the empty name, which superusers sign in with."""
    slug = normalised(slug)
    if slug == PLATFORM_SLUG:
        return PLATFORM
    with connection.cursor() as cursor:
        cursor.execute(FIND_ORGANIZATION, {"slug": slug})
        found: UUID | None = cursor.fetchone()[0]
    return found


FIND = """
SELECT u.id, u.password, u.name, u.email_confirmed_at IS NOT NULL OR NOT coalesce(o.requires_confirmed_email, false)
FROM accounts_user u LEFT JOIN accounts_organization o ON o.id = u.organization_id
WHERE u.email = %(email)s::text AND u.is_active
"""
# Nobody enters who was disabled, or given another password, while theirs was checked; an UPDATE, so that it waits for whoever is about to
# do that, and looks again.
ENTER = """
WITH who AS (
  UPDATE accounts_user u SET last_login = now()
  FROM accounts_organization o, accounts_role r
  WHERE u.id = %(user)s::uuid AND u.is_active AND sha256(convert_to(u.password, 'UTF8')) = %(digest)s::bytea
    AND o.id = u.organization_id AND o.is_active AND r.id = u.role_id
  RETURNING u.id, u.organization_id, u.email, u.name, u.epoch, r.id AS role_id, r.version, r.slug AS role, r.is_staff,
            o.slug AS organization, o.name AS organization_name
), begun AS (
  INSERT INTO accounts_session (id, organization_id, user_id, generation, created_at, last_used_at, expires_at, revoked_because, address,
                                user_agent)
  SELECT %(session)s::uuid, organization_id, id, 1, now(), now(), %(expires_at)s::timestamptz, '', %(address)s::text, %(user_agent)s::text
  FROM who
), recorded AS (
  INSERT INTO accounts_auditentry (id, organization_id, at, actor_id, actor_name, action, target_type, target_id, target_name, address,
                                   request_id)
  SELECT %(entry)s::uuid, organization_id, now(), id, name, 'login', 'accounts.user', id::text,
         left(coalesce(nullif(name, ''), email), 200), %(address)s::text, %(request)s::text
  FROM who
)
SELECT id, epoch, role_id, version, email, name, role, is_staff, organization, organization_name FROM who
"""
# An unknown organization has no trail.
FAIL = """
INSERT INTO accounts_auditentry (id, organization_id, at, actor_name, action, target_type, target_id, target_name, address, request_id)
VALUES (%(entry)s::uuid, %(organization)s::uuid, now(), %(email)s::text, 'login_failed', %(type)s::text, %(target)s::text,
        left(%(name)s::text, 200), %(address)s::text, %(request)s::text)
"""


@dataclass(frozen=True)
class Verified:
    """Whose credentials were right; `hashed` is what the password was checked against, `failure` the record of somebody who cannot enter
    for all that."""

    tenant: UUID
    user: UUID
    hashed: str = field(repr=False)
    failure: Ask


def verify(*, organization: str, email: str, password: str, address: str) -> User:
    """The user whose credentials these are, after counting the try. Raises RateLimited, WrongCredentials, or Forbidden while the
    organization demands a confirmed address; success and failure are audited, each in a unit of its own."""
    verified = run(_verifying(organization, email, password, address))
    with unit_of_work(verified.tenant):
        found = User.objects.select_related("organization").filter(id=verified.user, is_active=True).first()
    if found is None or found.password != verified.hashed:
        run(_refused(verified))
        raise WrongCredentials
    return found


def _refused(verified: Verified) -> Procedure[None]:
    yield verified.failure


def _verifying(organization: str, email: str, password: str, address: str) -> Procedure[Verified]:
    organization, email, network = normalised(organization), normalised(email), network_of(address)
    yield Room(network)
    account = (BY_ACCOUNT, (organization, email, network))
    if settings.RATE_LIMITS:
        for throttle, parts in ((BY_ADDRESS, (network,)), account, (BY_ACCOUNT_ANYWHERE, (organization, email))):
            ((count,),) = yield Ask((throttle.counting(*parts),), of=network)
            throttle.judge(count)
    tenant: UUID | None = PLATFORM
    if organization != PLATFORM_SLUG:
        (((tenant,),),) = yield Ask(((FIND_ORGANIZATION, {"slug": organization}),), of=network)
    found = None
    if tenant is not None:
        (rows,) = yield Ask(((FIND, {"email": email}),), tenant)
        found = rows[0] if rows else None
    user, hashed, name, confirmed = found or (None, None, "", True)
    right = yield Check(password, hashed, network)
    if right and settings.RATE_LIMITS:
        yield Ask((BY_ACCOUNT.forgetting(*account[1]),), of=network)
    if tenant is None:
        raise WrongCredentials
    failed = {"entry": uuid7(), "organization": None if tenant == PLATFORM else tenant, "email": email, "address": address,
              "type": "accounts.user" if user else "", "target": str(user or ""), "name": name or (email if user else ""),
              "request": logs.request_id.get()}
    failure = Ask(((FAIL, failed),), tenant)
    if not (right and confirmed):
        yield failure
    if not right or user is None or hashed is None:
        raise WrongCredentials
    if not confirmed:
        raise Forbidden("Please confirm your email address before you sign in.", code="email_not_confirmed")
    return Verified(tenant, user, hashed, failure)


def signing_in(*, organization: str, email: str, password: str, address: str, user_agent: str) -> Procedure[SignedIn]:
    """Begin a session: the first access and refresh token of a new family. Run it by `steps`. Errors as in `verify`."""
    verified = yield from _verifying(organization, email, password, address)
    if verified.tenant == PLATFORM:
        raise WrongCredentials
    session, expires_at = uuid7(), datetime.now(UTC) + settings.REFRESH_LIFETIME
    digest = hashlib.sha256(verified.hashed.encode()).digest()
    given = {"user": verified.user, "digest": digest, "session": session, "entry": uuid7(), "expires_at": expires_at,
             "address": address, "user_agent": user_agent[:300], "request": logs.request_id.get()}
    (entered,) = yield Ask(((ENTER, given),), verified.tenant)
    if not entered:
        yield verified.failure
        raise WrongCredentials
    user, epoch, role, version, *me = entered[0]
    granted = permissions.at_hand(role, version)
    if granted is None:
        (rows,) = yield Ask(((permissions.GRANTED, {"role": role}),), verified.tenant)
        granted = permissions.keep(role, version, rows)
    logs.organization_id.set(str(verified.tenant))
    logs.user_id.set(str(user))
    return SignedIn(
        access=tokens.access(organization=verified.tenant, user=user, session=session, epoch=epoch),
        refresh=tokens.issue(tokens.REFRESH, organization=verified.tenant, user=user, session=session, number=1, expires_at=expires_at),
        me=_me(user, verified.tenant, granted, *me))


def _me(user: UUID, tenant: UUID, granted: frozenset[str], email: str, name: str, role: str, staff: bool, slug: str,  # noqa: PLR0917
        organization: str) -> dict[str, Any]:
    """What `serializers.Me` says of them."""
    return {"id": str(user), "email": email, "name": name, "role": role, "staff": staff, "permissions": sorted(granted),
            "organization": {"id": str(tenant), "slug": slug, "name": organization}}


def sign_in(*, organization: str, email: str, password: str, address: str, user_agent: str) -> SignedIn:
    """The same on a thread."""
    return run(signing_in(organization=organization, email=email, password=password, address=address, user_agent=user_agent))


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
    return SignedIn(access=_access(actor), refresh=_refresh(session))


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
