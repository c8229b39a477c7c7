"""Inviting staff by mail, to a role that the inviter may hand out."""
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Now

from accounts import audit, authority, links, passwords
from accounts.actions import credentials, mailing, people
from accounts.actions.standing import standing, take_turn
from accounts.actor import AnyActor, System, load
from accounts.models import Invitation, Role, User
from foundation.errors import Conflict, Forbidden, Invalid, NotFound, RateLimited
from foundation.http.address import network_of
from foundation.ids import uuid7
from foundation.throttle import Throttle
from foundation.units import current_organization, unit_of_work

INVITES = "accounts.invite_staff"
LASTS = timedelta(days=7)
MOST_LETTERS = 5  # to one address in a day
MOST_A_DAY = 500  # of an organization
MOST_OPEN = 500  # of an organization at once
ANSWERING = Throttle("invitation-network", most=30, window=timedelta(minutes=10))


def visible_to(actor: AnyActor) -> QuerySet[Invitation]:
    """Invitations that are neither accepted nor withdrawn, for whoever may invite."""
    rows = Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
    return rows if actor.may(INVITES) else rows.none()


def invite(*, email: str, role: str, actor: AnyActor, name: str = "") -> Invitation:
    """Mail somebody an invitation. Raises Forbidden for what the actor may not hand out, Invalid for a role that is not staff's, Conflict
    for an address that is known or invited already, and what `standing` raises."""
    actor = standing(actor, INVITES)
    email = credentials.normalised(email)
    found = Role.objects.filter(slug=role, is_staff=True).first()
    if found is None:
        told = "There is no such role of staff."
        raise Invalid(told, fields={"role": [told]})
    authority.check_role(actor, found, people.permissions_of(found))
    if User.objects.filter(email=email).exists():
        told = "A user with this address exists already."
        raise Conflict(told, code="email_taken", fields={"email": [told]})
    if Invitation.objects.filter(accepted_at=None, withdrawn_at=None).count() >= MOST_OPEN:
        raise RateLimited("Too many invitations are open. Withdraw some first.", code="too_many_invitations")
    _check_letters(email)
    key = uuid7()
    organization = current_organization()
    of_here = actor.id is not None and User.objects.filter(id=actor.id).exists()  # which a superuser is not
    inviter = actor.id if of_here else None
    row = Invitation(id=key, organization_id=organization, email=email, name=name, role=found, invited_by_id=inviter,
                     hash=links.secret("invitation", organization, key)[1], expires_at=datetime.now(UTC) + LASTS)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        told = "This address is invited already. Send it again instead."
        raise Conflict(told, code="already_invited", fields={"email": [told]}) from None
    _mail(row)
    audit.record("staff_invited", actor=actor, target=row, after={"email": email, "role": role})
    return row


def resend(*, invitation: UUID, actor: AnyActor) -> Invitation:
    """Mail it once more, with another link and another week; the earlier link is dead. Raises as `invite` does."""
    actor = standing(actor, INVITES)
    row = _locked(invitation, actor)
    authority.check_role(actor, row.role, people.permissions_of(row.role))
    if row.number >= MOST_LETTERS:
        raise RateLimited("This was sent often enough. Withdraw it, and invite anew tomorrow.", code="too_many_letters")
    _check_letters(row.email)
    row.number += 1
    row.hash = links.secret("invitation", row.organization_id, row.id, row.number)[1]
    row.expires_at = datetime.now(UTC) + LASTS
    row.save(update_fields=["number", "hash", "expires_at"])
    _mail(row)
    audit.record("invitation_resent", actor=actor, target=row)
    return row


def withdraw(*, invitation: UUID, actor: AnyActor) -> None:
    """Its link is dead. Raises NotFound, and what `standing` raises."""
    actor = standing(actor, INVITES)
    row = _locked(invitation, actor)
    Invitation.objects.filter(id=row.id).update(withdrawn_at=Now())
    audit.record("invitation_withdrawn", actor=actor, target=row)


def look(*, token: str, address: str) -> Invitation:
    """The invitation behind a link, with its organization and role; raises DeadLink, RateLimited."""
    ANSWERING.count(network_of(address))
    named = links.read(token)
    with unit_of_work(named.organization_id):
        return _living(named)


def accept(*, token: str, name: str, password: str, address: str) -> User:
    """Become one of the staff, with a confirmed address; sign in afterwards. Raises DeadLink, Invalid, RateLimited; Forbidden where whoever
    invited may not hand out the role any more."""
    ANSWERING.count(network_of(address))
    named = links.read(token)
    with unit_of_work(named.organization_id):
        email = _living(named).email
    people.check_password_strength(password, email=email, name=name)
    hashed = passwords.hashed(password)
    with unit_of_work(named.organization_id):
        take_turn()  # what the role holds and the inviter may does not change under it
        row = _living(named, lock=True)
        _check_inviter(row)
        user = people.create_user(email=row.email, name=name, role=row.role.slug, hashed=hashed, actor=System(row.organization_id),
                                  confirmed=True)
        Invitation.objects.filter(id=row.id).update(accepted_at=Now())
        audit.record("invitation_accepted", actor=load(user.id, address=address), target=row)
    return user


def _check_inviter(row: Invitation) -> None:
    """The role may hold more by now, or they less; or they are gone."""
    if row.invited_by_id is None:
        return
    inviter = load(row.invited_by_id)
    if inviter is None or not inviter.may(INVITES) or not authority.reaches(
            inviter, staff=row.role.is_staff, permissions=people.permissions_of(row.role)):
        raise Forbidden("Whoever invited you may not do that any more. Please ask for another invitation.", code="invitation_void")


def _living(named: links.Named, *, lock: bool = False) -> Invitation:
    rows = Invitation.objects.select_for_update(of=("self",)) if lock else Invitation.objects
    row = rows.select_related("role", "organization").filter(
        id=named.id, accepted_at=None, withdrawn_at=None, expires_at__gt=Now(), organization__is_active=True).first()
    if row is None or not links.fits(named, row):
        raise links.DeadLink
    return row


def _locked(invitation: UUID, actor: AnyActor) -> Invitation:
    row = visible_to(actor).select_related("role").select_for_update(of=("self",)).filter(id=invitation).first()
    if row is None:
        raise NotFound("There is no such invitation.")
    return row


def _check_letters(email: str) -> None:
    """Raises RateLimited: neither is somebody flooded who cannot help it, nor the mail server."""
    today = Invitation.objects.filter(created_at__gt=Now() - timedelta(days=1))
    sent: Any = today.aggregate(all=Sum("number"), to_them=Sum("number", filter=Q(email=email)))
    if (sent["to_them"] or 0) >= MOST_LETTERS:
        raise RateLimited("This address was written to often enough for a day.", code="too_many_letters")
    if (sent["all"] or 0) >= MOST_A_DAY:
        raise RateLimited("These were enough invitations for a day.", code="too_many_invitations")


def _mail(row: Invitation) -> None:
    mailing.want("invitation", invitation=str(row.id), number=row.number)
