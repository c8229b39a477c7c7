"""A forgotten password, another address, and the proof that an address is one's own: each by a link that is mailed there."""
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts import audit, links, passwords
from accounts.actions import credentials, mailing, people, sessions
from accounts.actor import Actor, load
from accounts.models import Link, LinkPurpose, User
from foundation.errors import Conflict, Invalid
from foundation.http.address import network_of
from foundation.ids import PLATFORM
from foundation.throttle import Throttle
from foundation.units import unit_of_work

ASKING = Throttle("mail-network", most=30, window=timedelta(minutes=10))
ANSWERING = Throttle("link-network", most=30, window=timedelta(minutes=10))


# Asking. Whether there is such an account only the task finds out that writes the letter: a request does the same for every address.


def ask_for_reset(*, organization: str, email: str, address: str) -> None:
    """A new password for whoever has this address. Raises RateLimited, by network and by account, whether or not there is one."""
    _ask("reset", organization, email, address)


def ask_for_confirmation(*, organization: str, email: str, address: str) -> None:
    """Another letter with which a new account's address is confirmed. The same."""
    _ask("confirm", organization, email, address)


def _ask(letter: str, organization: str, email: str, address: str) -> None:
    email, slug = credentials.normalised(email), credentials.normalised(organization)
    ASKING.count(network_of(address))
    mailing.TO_ONE.count(letter, slug, email)
    tenant = credentials.organization_named(slug)
    if tenant is None or tenant == PLATFORM:  # superusers have a command for that
        return
    with unit_of_work(tenant):
        mailing.want(letter, email=email, address=address)


def ask_for_change(*, actor: Actor, organization: str, password: str, email: str, address: str) -> None:
    """Another address for somebody who is signed in, by their password. The old one is told, the new one is to confirm it; that it belongs
    to somebody else is told to that one alone. Raises Invalid, InvalidToken, RateLimited."""
    verified = credentials.check_own(organization=organization, email=actor.email, password=password, address=address, epoch=actor.epoch)
    email = credentials.normalised(email)
    if email == actor.email:
        raise Invalid("This is your address already.", fields={"email": ["This is your address already."]})
    mailing.TO_ONE.count("change", actor.organization_id, actor.id)
    mailing.TO_ONE.count("change to", actor.organization_id, email)
    with unit_of_work(actor):
        user = credentials.still_own(verified=verified, actor=actor)
        mailing.want("change", user=str(user.id), email=email)
        mailing.want("notice", about="change_begun", user=str(user.id), email=user.email, address=address)
        audit.record("email_change_requested", actor=actor, target=user, before={"email": user.email}, after={"email": email})


def change_own_password(*, actor: Actor, verified: User, password: str) -> User:
    """Another password for somebody whose old one was checked; everything that they have open ends. Raises Invalid for a weak one,
    InvalidToken as `still_own` does."""
    try:
        people.check_password_strength(password, email=verified.email, name=verified.name)
    except Invalid as weak:
        raise Invalid(weak.message, fields={"new_password": weak.fields["password"]}) from None
    hashed = passwords.hashed(password)
    with unit_of_work(actor):
        people.set_password(user=credentials.still_own(verified=verified, actor=actor), hashed=hashed, actor=actor)
        return User.objects.get(id=verified.id)


# Answering.


def finish_reset(*, token: str, password: str, address: str) -> None:
    """The new password of whoever has the link; everything that they have open ends. Raises DeadLink, Invalid, RateLimited."""
    ANSWERING.count(network_of(address))
    named = links.read(token)
    with unit_of_work(named.organization_id):
        user = _living(named, LinkPurpose.RESET).user
    people.check_password_strength(password, email=user.email, name=user.name)
    hashed = passwords.hashed(password)
    with unit_of_work(named.organization_id):
        link = _used(named, LinkPurpose.RESET)
        actor = _self(link.user_id, address)
        audit.record("password_reset", actor=actor, target=link.user)
        people.confirm_email(user=link.user, actor=actor)
        people.set_password(user=link.user, hashed=hashed, actor=actor)


def confirm(*, token: str, address: str) -> str:
    """The address of whoever has the link is theirs, or becomes theirs; returns it. Raises DeadLink, RateLimited, and Conflict where it
    became somebody else's meanwhile."""
    ANSWERING.count(network_of(address))
    named = links.read(token)
    with unit_of_work(named.organization_id):
        link = _used(named, LinkPurpose.CONFIRM, LinkPurpose.CHANGE)
        actor = _self(link.user_id, address)
        if link.purpose == LinkPurpose.CHANGE:
            _change(link, actor)
        else:
            people.confirm_email(user=link.user, actor=actor)
    return link.email


def _change(link: Link, actor: Actor) -> None:
    user, before = link.user, link.user.email
    user.email = link.email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError:
        raise Conflict("This address belongs to another account meanwhile.", code="email_taken") from None
    User.objects.filter(id=user.id).update(email_confirmed_at=Now())
    audit.record("email_changed", actor=actor, target=user, before={"email": before}, after={"email": user.email})
    mailing.want("notice", about="changed", user=str(user.id), email=before)
    sessions.sign_out_everywhere(actor=actor, user=user, because="email_changed_sessions_ended")


def _living(named: links.Named, *purposes: str, lock: bool = False) -> Link:
    """The link's row, where it still works; raises DeadLink."""
    rows = Link.objects.select_for_update(of=("self",)) if lock else Link.objects
    row = rows.select_related("user", "user__role").filter(id=named.id, purpose__in=purposes, used_at=None, expires_at__gt=Now()).first()
    if row is None or not links.fits(named, row):
        raise links.DeadLink
    user = row.user
    if not user.is_active or (user.epoch, user.email) != (row.epoch, row.address):
        raise links.DeadLink
    return row


def _used(named: links.Named, *purposes: str) -> Link:
    """The same, used up now."""
    link = _living(named, *purposes, lock=True)
    link.user = User.objects.select_for_update(of=("self",)).select_related("role").get(id=link.user_id)
    if (link.user.epoch, link.user.email) != (link.epoch, link.address):
        raise links.DeadLink
    Link.objects.filter(id=link.id).update(used_at=Now())
    return link


def _self(user: UUID, address: str) -> Actor:
    actor = load(user, address=address)
    if actor is None:
        raise links.DeadLink
    return actor
