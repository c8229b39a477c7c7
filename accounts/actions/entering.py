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
from accounts.models import Purpose, SessionKind
from foundation import logs
from foundation.errors import Unauthenticated
from foundation.ids import PLATFORM, uuid7

LONGEST_USER_AGENT = 300
CHALLENGE_LIFETIME = timedelta(minutes=5)
NEEDED: dict[str, tuple[str, str]] = {
    Purpose.PROVE: ("Now the code of your authenticator app, please.", "second_factor_required"),
    Purpose.ENROL: ("Your organization demands a second factor. Set one up to sign in.", "second_factor_enrolment_required"),
}
CHALLENGE = """
INSERT INTO accounts_challenge (id, organization_id, user_id, purpose, kind, digest, tries, expires_at)
VALUES (%(id)s::uuid, %(organization)s::uuid, %(user)s::uuid, %(purpose)s::text, %(kind)s::text, %(digest)s::bytea, 0,
        %(expires_at)s::timestamptz)
"""
# Nobody enters who was disabled, or given another password, while theirs was checked; an UPDATE, so that it waits for whoever is about to
# do that, and looks again. And nobody enters whose second factor was not proved, whatever led here; a share of the organization's row makes
# whoever switches the demand on wait for those who enter, and those who enter see it (`demanding`).
ENTER = """
WITH house AS (
  SELECT id, slug, name, is_active, requires_second_factor FROM accounts_organization WHERE id = %(organization)s::uuid FOR SHARE
), who AS (
  UPDATE accounts_user u SET last_login = now()
  FROM house o, accounts_role r
  WHERE u.id = %(user)s::uuid AND u.is_active AND sha256(convert_to(u.password, 'UTF8')) = %(digest)s::bytea
    AND o.id = u.organization_id AND o.is_active AND r.id = u.role_id
    AND (%(proved)s::text <> '' OR NOT (o.requires_second_factor AND r.is_staff)
         AND NOT EXISTS (SELECT FROM accounts_factor f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL))
  RETURNING u.id, u.organization_id, u.email, u.name, u.epoch, r.id AS role_id, r.version, r.slug AS role, r.is_staff,
            o.slug AS organization, o.name AS organization_name, u.password
), begun AS (
  INSERT INTO accounts_session (id, organization_id, user_id, kind, generation, created_at, last_used_at, expires_at, revoked_because,
                                address, user_agent)
  SELECT %(session)s::uuid, organization_id, id, %(kind)s::text, 1, now(), now(), %(expires_at)s::timestamptz, '', %(address)s::text,
         %(user_agent)s::text
  FROM who
), recorded AS (
  INSERT INTO accounts_auditentry (id, organization_id, at, actor_id, actor_name, action, target_type, target_id, target_name, after,
                                   address, request_id)
  SELECT %(entry)s::uuid, organization_id, now(), id, name, 'login', 'accounts.user', id::text,
         left(coalesce(nullif(name, ''), email), 200),
         CASE WHEN %(proved)s::text <> '' THEN jsonb_build_object('second_factor', %(proved)s::text) END, %(address)s::text,
         %(request)s::text
  FROM who
)
SELECT password, id, epoch, role_id, version, email, name, role, is_staff, organization, organization_name FROM who
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


class SecondFactorNeeded(Unauthenticated):
    """The password was right; the sign-in goes on with the challenge, whose row has this key."""

    def __init__(self, purpose: str, challenge: str, key: UUID) -> None:
        message, code = NEEDED[purpose]
        super().__init__(message, code=code, challenge=challenge, expires_in=int(CHALLENGE_LIFETIME.total_seconds()))
        self.key = key


def signing_in(*, organization: str, email: str, password: str, address: str, user_agent: str) -> Procedure[SignedIn]:
    """Begin a session: the first access and refresh token of a new family. Run it by `steps`. Errors as in `verify`, and
    SecondFactorNeeded."""
    verified = yield from verifying(organization, email, password, address)
    return signed_in((yield from going_on(verified, kind=SessionKind.TOKENS, address=address, user_agent=user_agent)))


def sign_in(*, organization: str, email: str, password: str, address: str, user_agent: str) -> SignedIn:
    """The same on a thread."""
    return run(signing_in(organization=organization, email=email, password=password, address=address, user_agent=user_agent))


def enter_browser(*, organization: str, email: str, password: str, address: str, user_agent: str) -> Entered:
    """Begin a session for a browser's cookie, which `accounts.browser` makes of it. The same errors."""

    def procedure() -> Procedure[Entered]:
        verified = yield from verifying(organization, email, password, address)
        return (yield from going_on(verified, kind=SessionKind.BROWSER, address=address, user_agent=user_agent))

    return run(procedure())


def lifetime(kind: str) -> timedelta:
    """How long a session lasts at most."""
    return settings.REFRESH_LIFETIME if kind == SessionKind.TOKENS else timedelta(seconds=settings.SESSION_COOKIE_AGE)


def going_on(verified: Verified, *, kind: str, address: str, user_agent: str) -> Procedure[Entered]:
    """Somebody whose credentials were right: their session, or SecondFactorNeeded."""
    if verified.tenant == PLATFORM:
        raise WrongCredentials
    digest = hashlib.sha256(verified.hashed.encode()).digest()
    if verified.needs:
        key, expires_at = uuid7(), datetime.now(UTC) + CHALLENGE_LIFETIME
        yield Ask(((CHALLENGE, {"id": key, "organization": verified.tenant, "user": verified.user, "purpose": verified.needs, "kind": kind,
                                "digest": digest, "expires_at": expires_at}),), verified.tenant)
        token = tokens.issue(tokens.CHALLENGE, organization=verified.tenant, user=verified.user, session=None, id=key,
                             expires_at=expires_at)
        raise SecondFactorNeeded(verified.needs, token, key)
    entered = yield from entering(tenant=verified.tenant, user=verified.user, digest=digest, kind=kind, address=address,
                                  user_agent=user_agent)
    if entered is None:
        yield verified.failure
        raise WrongCredentials
    return entered


def entering(*, tenant: UUID, user: UUID, digest: bytes, kind: str, address: str, user_agent: str,
             proved: str = "") -> Procedure[Entered | None]:
    """The session of somebody whose password has a hash with this SHA-256; `proved` says by what they proved their second factor. None
    where they may not enter."""
    session, expires_at = uuid7(), datetime.now(UTC) + lifetime(kind)
    given = {"organization": tenant, "user": user, "digest": digest, "proved": proved, "session": session, "kind": kind, "entry": uuid7(),
             "expires_at": expires_at, "address": address, "user_agent": user_agent[:LONGEST_USER_AGENT], "request": logs.request_id.get()}
    (entered,) = yield Ask(((ENTER, given),), tenant)
    if not entered:
        return None
    hashed, user, epoch, role, version, *me = entered[0]
    granted = permissions.at_hand(role, version)
    if granted is None:
        (rows,) = yield Ask(((permissions.GRANTED, {"role": role}),), tenant)
        granted = permissions.keep(role, version, rows)
    logs.organization_id.set(str(tenant))
    logs.user_id.set(str(user))
    return Entered(tenant, user, session, epoch, expires_at, hashed, _me(user, tenant, granted, *me))


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
