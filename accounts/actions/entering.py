"""Beginning a session: with tokens, or with a browser's cookie."""
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts import permissions, tokens
from accounts.actions.credentials import Verified, WrongCredentials, verifying
from accounts.actions.steps import Ask, Procedure, run
from accounts.models import SessionKind
from foundation import logs
from foundation.ids import PLATFORM, uuid7

LONGEST_USER_AGENT = 300
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
  INSERT INTO accounts_session (id, organization_id, user_id, kind, generation, created_at, last_used_at, expires_at, revoked_because,
                                address, user_agent)
  SELECT %(session)s::uuid, organization_id, id, %(kind)s::text, 1, now(), now(), %(expires_at)s::timestamptz, '', %(address)s::text,
         %(user_agent)s::text
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


@dataclass(frozen=True)
class Entered:
    """A session that has begun. `hashed` is the password's, `me` the user as `serializers.Me` has them."""

    tenant: UUID
    user: UUID
    session: UUID
    epoch: int
    expires_at: datetime
    hashed: str = field(repr=False)
    me: dict[str, Any]


@dataclass(frozen=True)
class SignedIn:
    access: str
    refresh: str
    me: dict[str, Any] | None = None  # where a session begins


def signing_in(*, organization: str, email: str, password: str, address: str, user_agent: str) -> Procedure[SignedIn]:
    """Begin a session: the first access and refresh token of a new family. Run it by `steps`. Errors as in `verify`."""
    verified = yield from verifying(organization, email, password, address)
    return signed_in((yield from entering(verified, kind=SessionKind.TOKENS, address=address, user_agent=user_agent)))


def sign_in(*, organization: str, email: str, password: str, address: str, user_agent: str) -> SignedIn:
    """The same on a thread."""
    return run(signing_in(organization=organization, email=email, password=password, address=address, user_agent=user_agent))


def enter_browser(*, organization: str, email: str, password: str, address: str, user_agent: str) -> Entered:
    """Begin a session for a browser's cookie, which `accounts.browser` makes of it. Errors as in `verify`."""

    def procedure() -> Procedure[Entered]:
        verified = yield from verifying(organization, email, password, address)
        return (yield from entering(verified, kind=SessionKind.BROWSER, address=address, user_agent=user_agent))

    return run(procedure())


def lifetime(kind: str) -> timedelta:
    """How long a session lasts at most."""
    return settings.REFRESH_LIFETIME if kind == SessionKind.TOKENS else timedelta(seconds=settings.SESSION_COOKIE_AGE)


def entering(verified: Verified, *, kind: str, address: str, user_agent: str) -> Procedure[Entered]:
    """The session of somebody whose credentials were right; raises WrongCredentials where they are no more."""
    if verified.tenant == PLATFORM:
        raise WrongCredentials
    session, expires_at = uuid7(), datetime.now(UTC) + lifetime(kind)
    digest = hashlib.sha256(verified.hashed.encode()).digest()
    given = {"user": verified.user, "digest": digest, "session": session, "kind": kind, "entry": uuid7(), "expires_at": expires_at,
             "address": address, "user_agent": user_agent[:LONGEST_USER_AGENT], "request": logs.request_id.get()}
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
    return Entered(verified.tenant, user, session, epoch, expires_at, verified.hashed, _me(user, verified.tenant, granted, *me))


def signed_in(entered: Entered) -> SignedIn:
    """The tokens of a session that has begun."""
    access = tokens.access(organization=entered.tenant, user=entered.user, session=entered.session, epoch=entered.epoch)
    refresh = tokens.issue(tokens.REFRESH, organization=entered.tenant, user=entered.user, session=entered.session, number=1,
                           expires_at=entered.expires_at)
    return SignedIn(access=access, refresh=refresh, me=entered.me)


def _me(user: UUID, tenant: UUID, granted: frozenset[str], email: str, name: str, role: str, staff: bool, slug: str,  # noqa: PLR0917
        organization: str) -> dict[str, Any]:
    """What `serializers.Me` says of them."""
    return {"id": str(user), "email": email, "name": name, "role": role, "staff": staff, "permissions": sorted(granted),
            "organization": {"id": str(tenant), "slug": slug, "name": organization}}
