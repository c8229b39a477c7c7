"""Whose credentials these are. A password is never checked inside a unit of work: it is slow on purpose."""
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from accounts import tokens
from accounts.actions.steps import Ask, Check, Procedure, Room, run
from accounts.actor import Actor, AnyActor
from accounts.models import Session, User
from foundation import logs
from foundation.errors import Forbidden, Invalid, Unauthenticated
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
SELECT u.id, u.password, u.name, u.email_confirmed_at IS NOT NULL OR NOT coalesce(o.requires_confirmed_email, false),
       CASE WHEN f.confirmed_at IS NOT NULL THEN 'prove' WHEN o.requires_second_factor AND r.is_staff THEN 'enrol' ELSE '' END
FROM accounts_user u LEFT JOIN accounts_organization o ON o.id = u.organization_id LEFT JOIN accounts_role r ON r.id = u.role_id
LEFT JOIN accounts_factor f ON f.user_id = u.id
WHERE u.email = %(email)s::text AND u.is_active
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
    for all that, `needs` what is needed beside the password: a Purpose of a challenge, or nothing."""

    tenant: UUID
    user: UUID
    hashed: str = field(repr=False)
    failure: Ask
    needs: str = ""


def verify(*, organization: str, email: str, password: str, address: str) -> User:
    """The user whose password this is, after counting the try; of a second factor nothing is said. Raises RateLimited, WrongCredentials, or
    Forbidden while the organization demands a confirmed address; a failure is audited, in a unit of its own."""
    verified = run(verifying(organization, email, password, address))
    with unit_of_work(verified.tenant):
        found = User.objects.select_related("organization", "role").filter(id=verified.user, is_active=True).first()
    if found is None or found.password != verified.hashed:
        run(refused(verified))
        raise WrongCredentials
    return found


def check_own(*, organization: str, email: str, password: str, address: str, epoch: int) -> User:
    """The same of somebody who is signed in, since this epoch, and does something for which that is not enough. Raises Invalid for a wrong
    password, InvalidToken where all that they had open has ended. What it was checked for goes on with `still_own`."""
    try:
        found = verify(organization=organization, email=email, password=password, address=address)
    except WrongCredentials:
        raise Invalid("This is not your password.", code="wrong_password", fields={"password": ["This is not your password."]}) from None
    if found.epoch != epoch:
        raise tokens.session_ended()
    return found


def still_own(*, verified: User, actor: AnyActor) -> User:
    """The row, locked, of somebody whose password was checked outside this unit of work. Raises InvalidToken where they were disabled or
    signed out meanwhile, or have another password: what they began then must not outlive that."""
    return _unchanged(actor, id=verified.id, epoch=verified.epoch, password=verified.password)


def still_signed_in(actor: Actor) -> User:
    """The row, locked, of somebody who was recognised outside this unit of work. Raises InvalidToken as `still_own` does."""
    return _unchanged(actor, id=actor.id, epoch=actor.epoch)


def _unchanged(actor: AnyActor, **known: Any) -> User:
    rows = User.objects.select_for_update(of=("self",)).select_related("organization", "role")
    row = rows.filter(is_active=True, **known).first()
    session = getattr(actor, "session_id", None)
    if row is None or (session is not None and not Session.objects.filter(id=session, revoked_at=None).exists()):
        raise tokens.session_ended()
    return row


def refused(verified: Verified) -> Procedure[None]:
    yield verified.failure


def verifying(organization: str, email: str, password: str, address: str) -> Procedure[Verified]:
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
    user, hashed, name, confirmed, needs = found or (None, None, "", True, "")
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
    return Verified(tenant, user, hashed, failure, needs)
