"""Letters to people: what each says, to whom, and the link in it. The texts are in templates/mail, the French ones in its folder fr; each
runs in a unit of work."""
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from accounts import audit, links
from accounts.models import Invitation, Link, LinkPurpose, Organization, User
from foundation.units import current_organization

LASTS = {LinkPurpose.RESET: timedelta(hours=1), LinkPurpose.CONFIRM: timedelta(days=3), LinkPurpose.CHANGE: timedelta(hours=24)}
ENGLISH = "en"
GO_ON = {ENGLISH: "Go on", "fr": "Continuer"}
PAGES = {LinkPurpose.RESET: "reset", LinkPurpose.CONFIRM: "confirm", LinkPurpose.CHANGE: "confirm"}


@dataclass(frozen=True)
class Letter:
    to: str
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


Payload = Mapping[str, Any]
Writer = Callable[[UUID, Payload], Letter | None]


def write(id: UUID, payload: Payload) -> Letter | None:
    """The letter of an event, in the language of whoever caused it; None where nobody is to be written to. `id` names its link, so that a
    second try mails the same one."""
    with translation.override(payload.get("language", ENGLISH)):
        return WRITERS[payload["letter"]](id, payload)


def reset(id: UUID, payload: Payload) -> Letter | None:
    user = _somebody(email=payload["email"])
    if user is None:
        return None
    if not Link.objects.filter(id=id).exists():
        audit.record("password_reset_requested", actor=None, name=user.email, target=user, address=payload["address"])
    return _with_link(id, user, LinkPurpose.RESET, user.email, address=payload["address"])


def registered(id: UUID, payload: Payload) -> Letter | None:
    """To whoever is new a link; to whoever was there the advice to reset the password."""
    user = _somebody(email=payload["email"])
    if user is None:
        return None
    if payload["user"] == str(user.id):
        return _with_link(id, user, LinkPurpose.CONFIRM, user.email)
    return _letter("known", user.email, user)


def confirm(id: UUID, payload: Payload) -> Letter | None:
    user = _somebody(email=payload["email"])
    return _with_link(id, user, LinkPurpose.CONFIRM, user.email) if user and user.email_confirmed_at is None else None


def change(id: UUID, payload: Payload) -> Letter | None:
    """To the new address: whose it is need not be known to whoever asked."""
    user = _somebody(id=payload["user"])
    if user is None:
        return None
    if User.objects.filter(email=payload["email"]).exists():
        return _letter("taken", payload["email"], user)
    return _with_link(id, user, LinkPurpose.CHANGE, payload["email"])


def notice(id: UUID, payload: Payload) -> Letter | None:
    """What somebody did, to the address that they had."""
    user = _somebody(id=payload["user"])
    return _letter(payload["about"], payload["email"], user, address=payload.get("address", "")) if user else None


def invitation(id: UUID, payload: Payload) -> Letter | None:
    open_ones = Invitation.objects.select_for_update(of=("self",)).select_related("role", "invited_by").filter(
        accepted_at=None, withdrawn_at=None)
    row = open_ones.filter(id=payload["invitation"], number=payload["number"]).first()
    if row is None:
        return None
    text, row.hash = links.secret("invitation", row.organization_id, row.id, row.number)
    row.save(update_fields=["hash"])
    return _letter("invitation", row.email, None, link=_page("invitation", f"?token={text}"), role=row.role.name, until=row.expires_at,
                   by=row.invited_by.name if row.invited_by else "")


WRITERS: dict[str, Writer] = {"reset": reset, "registered": registered, "confirm": confirm, "change": change, "notice": notice,
                              "invitation": invitation}


def _somebody(**which: Any) -> User | None:
    return User.objects.select_related("role", "organization").filter(**which, is_active=True, is_superuser=False).first()


def _with_link(id: UUID, user: User, purpose: LinkPurpose, to: str, **more: Any) -> Letter:
    organization = current_organization()
    text, hashed = links.secret(purpose, organization, id)
    until = datetime.now(UTC) + LASTS[purpose]
    of_now = {"hash": hashed, "expires_at": until}
    _, made = Link.objects.get_or_create(id=id, defaults={
        "organization_id": organization, "user": user, "purpose": purpose, "email": to, "address": user.email, "epoch": user.epoch,
        **of_now})
    if not made:  # the mail server was away, perhaps for longer than a link lasts
        Link.objects.filter(id=id, used_at=None).update(**of_now)
    return _letter(purpose, to, user, link=_page(PAGES[purpose], f"?token={text}", of=user), until=until, **more)


def _page(name: str, query: str = "", of: User | None = None) -> str:
    """Where a link leads: customers to their organization's portal, everybody else to the plain pages."""
    if of is not None and of.organization is not None and of.role is not None and not of.role.is_staff:
        return f"{settings.PUBLIC_URL}/portal/{of.organization.slug}/{name}{query}"
    return f"{settings.PUBLIC_URL}/account/{name}/{query}"


def _letter(name: str, to: str, user: User | None, **about: Any) -> Letter:
    """The first line of a template is the subject; the paragraphs behind it are the text, and stand in letter.html as well."""
    organization, language = Organization.objects.get(id=current_organization()), translation.get_language() or ENGLISH
    context = {"organization": organization.name, "name": user.name if user else "", **about, "forgotten": _page("forgotten", of=user),
               "language": language, "go_on": GO_ON[language]}
    folder = "mail" if language == ENGLISH else f"mail/{language}"
    subject, _, text = render_to_string(f"{folder}/{name}.txt", context).strip().partition("\n")
    paragraphs = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    html = render_to_string("mail/letter.html", {**context, "subject": subject, "paragraphs": paragraphs})
    return Letter(to, " ".join(subject.split()), "\n\n".join(paragraphs) + "\n", html)
