"""Roles: new ones, their names and permissions, and their end."""
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.text import slugify

from accounts import audit, authority, queries
from accounts.actions import people
from accounts.actions.standing import standing
from accounts.actor import AnyActor
from accounts.models import Invitation, Role, User
from foundation import marks
from foundation.errors import Conflict, Forbidden, Invalid, NotFound
from foundation.units import current_organization

LONGEST_SLUG = 50
MOST = 100  # of an organization
COUNTED_FOR = timedelta(days=1)  # so long an invitation counts for how often somebody may be written to


def locked(role: UUID) -> Role:
    """One of the organization's, locked; raises NotFound."""
    found = Role.objects.select_for_update().filter(id=role).first()
    if found is None:
        raise NotFound("There is no such role.")
    return found


def create(*, name: str, permissions: Sequence[str], actor: AnyActor, slug: str = "", staff: bool = True) -> Role:
    """A role of the organization's own. Without a slug it gets one of its name. Raises Forbidden for permissions that the actor does not
    hold and for a role of staff where they are not, Invalid for a slug that is taken and for what only staff are given."""
    actor = standing(actor, "accounts.add_role")
    if Role.objects.count() >= MOST:
        raise Conflict(f"There are {MOST} roles already.", code="too_many")
    role = Role(organization_id=current_organization(), slug=slug or _free_slug(name), name=name, is_staff=staff)
    try:
        with transaction.atomic():
            role.save(force_insert=True)
    except IntegrityError:
        raise Invalid("Some fields are not valid.", fields={"slug": ["There is such a role already."]}) from None
    audit.record("role_added", actor=actor, target=role, after={"name": name, "slug": role.slug, "is_staff": staff})
    people.set_permissions(role=role, permissions=list(permissions), actor=actor)
    return role


def _free_slug(name: str) -> str:
    """Of the name's Latin letters, where it has some and no other role has them."""
    wanted = slugify(name)[:LONGEST_SLUG].strip("-_").replace("_", "-")
    return wanted if wanted and not Role.objects.filter(slug=wanted).exists() else f"role-{uuid4().hex[:8]}"


def change(*, role: UUID, actor: AnyActor, name: str | None = None, permissions: Sequence[str] | None = None,
           seen: str | None = None) -> Role:
    """Another name, other permissions. Raises Conflict where `seen` is not the version that it has, Forbidden for a shipped role's name,
    for the permissions of the actor's own role, for what the actor does not hold, and for a role of staff where they are not."""
    actor = standing(actor, "accounts.change_role")
    row = locked(role)
    marks.check(seen, queries.role_shown(actor, row))
    authority.check_staff(actor, row)
    if name is not None and name != row.name:
        if row.is_shipped:
            raise Forbidden("The roles that every organization has keep their names.", code="shipped_role")
        before, row.name = row.name, name
        row.save(update_fields=["name"])
        audit.record("role_changed", actor=actor, target=row, before={"name": before}, after={"name": name})
    if permissions is not None and set(permissions) != set(people.permissions_of(row)):
        people.set_permissions(role=row, permissions=list(permissions), actor=actor)
        row.refresh_from_db()
    return row


def delete(*, role: UUID, actor: AnyActor) -> None:
    """Raises Forbidden for a shipped role and for one of staff where they are not, Conflict while somebody has it or is invited to it."""
    actor = standing(actor, "accounts.delete_role")
    row = locked(role)
    authority.check_staff(actor, row)
    if row.is_shipped:
        raise Forbidden("The roles that every organization has stay.", code="shipped_role")
    if why := in_use(row):
        raise Conflict(why, code="in_use")
    Invitation.objects.filter(role=row).delete()
    audit.record("role_deleted", actor=actor, target=row, before={
        "name": row.name, "slug": row.slug, "is_staff": row.is_staff, "permissions": sorted(people.permissions_of(row))})
    row.delete()


def in_use(role: Role) -> str:
    """Why a role has to stay; nothing where it has not."""
    if User.objects.filter(role=role).exists():
        return "Somebody has this role. Give them another one first."
    young = Q(created_at__gt=Now() - COUNTED_FOR)
    if Invitation.objects.filter(young | Q(accepted_at=None, withdrawn_at=None), role=role).exists():
        return "Somebody was invited to this role: withdraw that, and try again a day later."
    return ""
