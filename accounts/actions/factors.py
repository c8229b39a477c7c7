"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is gone."""
import hashlib
import re
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from uuid import UUID

import pyotp
import segno
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from accounts import audit, authority, tokens
from accounts.actions import credentials, demanding, mailing, sessions
from accounts.actions.entering import CHALLENGE_LIFETIME
from accounts.actions.standing import standing, whom
from accounts.actor import AnyActor
from accounts.models import Challenge, Factor, Organization, Purpose, RecoveryCode, SessionKind, User
from foundation import sealing
from foundation.errors import Conflict, Forbidden, Invalid, NotFound
from foundation.ids import uuid7
from foundation.throttle import Throttle
from foundation.units import current_organization, unit_of_work

TRIES = Throttle("second-factor", most=10, window=timedelta(minutes=5))
TRIES_A_DAY = Throttle("second-factor-day", most=60, window=timedelta(days=1))
TRIES_AT_ONE = 5  # codes at one challenge; then one begins with the password again
ISSUER = "Pandar Chat"
WINDOW = 1  # time steps before and after, for clocks that differ
RECOVERY_CODES = 10
ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # without what is taken for something else; 16 of them are 78 bits
GROUPS, LETTERS = 4, 4
TOTP, RECOVERY = "totp", "recovery_code"


class WrongCode(Invalid):
    def __init__(self) -> None:
        told = "This code is not right, or was used before."
        super().__init__(told, code="wrong_code", fields={"code": [told]})


class ChallengeEnded(tokens.InvalidToken):
    def __init__(self) -> None:
        super().__init__("This sign-in has ended. Please begin again with the password.", code="challenge_ended")


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator app needs; `uri` is for its QR code (otpauth://)."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)

    @property
    def picture(self) -> str:
        """The QR code: an SVG as a data: URI, which a page shows without a style or script in it."""
        return str(segno.make(self.uri).svg_data_uri(scale=4, light="#fff"))


@dataclass(frozen=True)
class Passed:
    """A sign-in that proved its second factor. `how` did; `codes` are new recovery codes where it was enrolled on the way."""

    tenant: UUID
    user: UUID
    digest: bytes = field(repr=False)
    how: str
    codes: list[str] = field(repr=False)


# One's own factor. Each runs in a unit of the user's own tenant, after whatever is slow.


def of(user: UUID) -> Factor | None:
    """A user's factor, where there is one that counts."""
    return Factor.objects.filter(user_id=user).exclude(confirmed_at=None).first()


def enrol(*, user: User) -> Enrolment:
    """A new secret, which counts once it is confirmed; one that was not confirmed is void. Raises Conflict where one counts already."""
    secret = pyotp.random_base32()
    given = {"secret": sealing.seal(secret.encode(), purpose=_purpose(user.id)), "last_step": 0}
    factor, made = Factor.objects.select_for_update().get_or_create(
        user=user, defaults={"organization_id": user.organization_id, **given})
    if factor.confirmed_at is not None:
        raise Conflict("There is a second factor already. Disable it first.", code="second_factor_exists")
    if not made:
        Factor.objects.filter(id=factor.id).update(**given)
    account = f"{user.email} ({user.organization.slug})" if user.organization else user.email
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER))


def confirm(*, user: User, code: str, actor: AnyActor | None, address: str = "") -> list[str] | None:
    """The factor counts from now on; returns the recovery codes, which are shown this once, or None where the code is wrong. Raises
    Conflict where nothing was begun."""
    factor = Factor.objects.select_for_update().filter(user=user).first()
    if factor is None or factor.confirmed_at is not None:
        raise Conflict("Begin with a new secret.", code="no_enrolment")
    step = _step(factor, digits(code))
    if step is None:
        return None
    Factor.objects.filter(id=factor.id).update(last_step=step, confirmed_at=Now())
    audit.record("second_factor_set_up", actor=actor, name=user.name, target=user, address=address)
    return _new_codes(user)


def spend(*, user: UUID, code: str) -> str | None:
    """How the code proves that it is them, and it is used up; None where it does not. A code counts once, however many bring it at once."""
    factor = Factor.objects.select_for_update().filter(user_id=user).exclude(confirmed_at=None).first()
    if factor is None:
        return None
    given = digits(code)
    if re.fullmatch(r"[0-9]{6}", given):
        step = _step(factor, given)
        if step is None:
            return None
        Factor.objects.filter(id=factor.id).update(last_step=step)
        return TOTP
    used = RecoveryCode.objects.filter(user_id=user, hash=_hash(user, given), used_at=None).update(used_at=Now())
    return RECOVERY if used else None


def prove(*, user: User, code: str, address: str) -> str:
    """The same with everything that belongs to a try, in units of its own: raises RateLimited or WrongCode."""
    count(user.tenant, user.id)
    with unit_of_work(user.tenant):
        how = spend(user=user.id, code=code)
        if how is None:
            failed(user, address)
    if how is None:
        raise WrongCode
    return how


def count(tenant: UUID, user: UUID) -> None:
    """Count a try; raises RateLimited. Call it outside a unit of work."""
    TRIES.count(tenant, user)
    TRIES_A_DAY.count(tenant, user)


def failed(user: User, address: str) -> None:
    audit.record("second_factor_failed", actor=None, name=user.email, target=user, address=address)


def renew_codes(*, verified: User, actor: AnyActor) -> list[str]:
    """Other recovery codes; the earlier ones are void. Raises InvalidToken as `still_own` does."""
    user = credentials.still_own(verified=verified, actor=actor)
    audit.record("recovery_codes_renewed", actor=actor, target=user)
    return _new_codes(user)


def disable(*, verified: User, actor: AnyActor) -> None:
    """Without a second factor from now on; raises Forbidden where the organization demands one, InvalidToken as `still_own` does."""
    if demanding.demanded(verified):
        raise Forbidden("Your organization demands a second factor.", code="second_factor_demanded")
    user = credentials.still_own(verified=verified, actor=actor)
    _forget(user)
    audit.record("second_factor_disabled", actor=actor, target=user)
    _tell(user)


def codes_left(user: UUID) -> int:
    return RecoveryCode.objects.filter(user_id=user, used_at=None).count()


# Other people's.


def reset(*, user: UUID, actor: AnyActor) -> None:
    """Take somebody's factor from them, who lost it; all that they have open ends. Raises NotFound, Forbidden for oneself and for who may
    do more, and what `standing` raises."""
    actor = standing(actor, "accounts.change_user")
    row = whom(user)
    authority.check_not_oneself(actor, row, "reset your own second factor")
    authority.check_power_over(actor, row)
    _forget(row)
    audit.record("second_factor_reset", actor=actor, target=row)
    _tell(row)
    sessions.sign_out_everywhere(actor=actor, user=row, because="second_factor_reset_sessions_ended")


def demand(*, organization: Organization, actor: AnyActor) -> None:
    """Staff sign in with a second factor only from now on: whoever of them has none is signed out, and enrols at the next sign-in. Raises
    Conflict where the actor has none: they would be the first."""
    if actor.organization_id != organization.id or organization.id != current_organization():
        raise NotFound("There is no such organization here.")
    if actor.id is not None and User.objects.filter(id=actor.id).exists() and of(actor.id) is None:
        raise Conflict("Set up your own second factor first.", code="own_factor_first")
    Organization.objects.filter(id=organization.id).update(requires_second_factor=True)  # first: who enters waits for it, or it for them
    has_one = Exists(Factor.objects.filter(user_id=OuterRef("pk")).exclude(confirmed_at=None))
    for user in User.objects.select_for_update(of=("self",)).filter(~has_one, role__is_staff=True).order_by("id"):
        sessions.sign_out_everywhere(actor=actor, user=user, because="second_factor_demanded_sessions_ended")


# At a sign-in.


def needed(user: User) -> str:
    """What a sign-in of this user needs beside the password, a Purpose or nothing; in a unit of their own tenant."""
    demanded = demanding.demanded(user)
    return Purpose.PROVE if of(user.id) else Purpose.ENROL if demanded else ""


def challenge(*, user: User, purpose: str) -> Challenge:
    """What a browser's sign-in on the administration pages goes on with, in a unit of the user's own tenant. The API's are written by
    `entering`."""
    return Challenge.objects.create(id=uuid7(), organization_id=user.organization_id, user=user, kind=SessionKind.BROWSER, purpose=purpose,
                                    digest=hashlib.sha256(user.password.encode()).digest(),
                                    expires_at=datetime.now(UTC) + CHALLENGE_LIFETIME)


def token_of(row: Challenge, tenant: UUID) -> str:
    return tokens.issue(tokens.CHALLENGE, organization=tenant, user=row.user_id, session=None, id=row.id, expires_at=row.expires_at)


def begin_enrolment(*, token: str, browser: str | None) -> Enrolment:
    """The secret for somebody who cannot sign in without a factor; raises InvalidToken, RateLimited, Conflict. `browser` as in `answer`."""
    claims = tokens.read(token, tokens.CHALLENGE)
    count(claims.organization_id, claims.user_id)
    with unit_of_work(claims.organization_id):
        row = _open(claims, browser)
        if row is None or row.purpose != Purpose.ENROL:
            raise ChallengeEnded
        return enrol(user=_user(row.user_id))


def answer(*, token: str, code: str, kind: str, browser: str | None, address: str) -> Passed:
    """Whose second factor this code proves, or which it confirms; the challenge is used up. `browser` is the challenge that this browser's
    session was given: without it that of a browser is nobody's. Raises InvalidToken, RateLimited, WrongCode, Conflict."""
    claims = tokens.read(token, tokens.CHALLENGE)
    count(claims.organization_id, claims.user_id)
    with unit_of_work(claims.organization_id):
        row = _open(claims, browser)
        if row is None or row.kind != kind:
            raise ChallengeEnded
        user = _user(row.user_id)
        codes: list[str] | None = []
        if row.purpose == Purpose.ENROL:
            codes, how = confirm(user=user, code=code, actor=None, address=address), TOTP
        else:
            how = spend(user=user.id, code=code) or ""
        right = bool(how) and codes is not None
        if right:
            row.delete()
        else:
            Challenge.objects.filter(id=row.id).update(tries=row.tries + 1)
            failed(user, address)
    if not right:
        raise WrongCode
    return Passed(claims.organization_id, user.id, bytes(row.digest), how, codes or [])


def _open(claims: tokens.Claims, browser: str | None) -> Challenge | None:
    """The challenge, locked, where it is still open and, a browser's, given to this one."""
    assert claims.id is not None, "challenges have one"  # noqa: S101
    running = Challenge.objects.filter(id=claims.id, user_id=claims.user_id, expires_at__gt=Now(), tries__lt=TRIES_AT_ONE)
    row = running.select_for_update().first()
    return None if row is not None and row.kind == SessionKind.BROWSER and browser != str(row.id) else row


def _user(key: UUID) -> User:
    found = User.objects.select_related("organization", "role").filter(id=key, is_active=True).first()
    if found is None:
        raise ChallengeEnded
    return found


def _step(factor: Factor, code: str) -> int | None:
    """The time step whose code this is, later than any that was taken."""
    totp = pyotp.TOTP(sealing.unseal(bytes(factor.secret), purpose=_purpose(factor.user_id)).decode())
    now = int(time.time()) // totp.interval
    steps = [step for step in range(now - WINDOW, now + WINDOW + 1) if compare_digest(totp.generate_otp(step).encode(), code.encode())]
    return next((step for step in steps if step > factor.last_step), None)


def digits(code: str) -> str:
    """A code as it is compared: without what people put between its parts."""
    return re.sub(r"[\s-]", "", code).lower()


def _new_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(GROUPS * LETTERS)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(id=uuid7(), organization_id=user.organization_id, user=user, hash=_hash(user.id, code)) for code in codes)
    return ["-".join(code[at : at + LETTERS] for at in range(0, len(code), LETTERS)) for code in codes]


def _hash(user: UUID, code: str) -> bytes:
    """Enough for 78 random bits, which nobody tries out."""
    return hashlib.sha256(f"{user}:{code}".encode()).digest()


def _forget(user: User) -> None:
    if not Factor.objects.filter(user=user).exclude(confirmed_at=None).exists():
        raise Conflict("There is no second factor.", code="no_second_factor")
    Factor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    Challenge.objects.filter(user=user).delete()


def _tell(user: User) -> None:
    """Its owner that it is gone."""
    if user.organization_id is not None:
        mailing.want("notice", about="second_factor_gone", user=str(user.id), email=user.email)


def _purpose(user: UUID) -> str:
    return f"second factor of {user}"


# Keys.


def reseal(*, organization: UUID) -> int:
    """Put the secrets of an organization, or of the platform, under the current key; returns how many were under another."""
    with unit_of_work(organization):
        old = [factor for factor in Factor.objects.select_for_update().order_by("id") if not sealing.is_current(bytes(factor.secret))]
        for factor in old:
            purpose = _purpose(factor.user_id)
            secret = sealing.seal(sealing.unseal(bytes(factor.secret), purpose=purpose), purpose=purpose)
            Factor.objects.filter(id=factor.id).update(secret=secret)
    return len(old)


