"""What the settings show of an organization: its people, its roles and itself, each with what the actor may do with it."""
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from accounts import authority
from accounts.actor import AnyActor
from accounts.grantable import for_customers, offered
from accounts.models import Factor, Organization, Role, RolePermission, Session, User
from foundation.errors import NotFound
from foundation.ids import PLATFORM
from foundation.marks import mark
from foundation.units import current_organization

PAGE = 50
MOST_COUNTED = 10_000
SEES = "accounts.view_user"


# People.


def visible_to(actor: AnyActor) -> QuerySet[User]:
    """The organization's people, for whoever may see them."""
    has_one = Exists(Factor.objects.filter(user_id=OuterRef("pk")).exclude(confirmed_at=None))
    last = Session.objects.filter(user_id=OuterRef("pk")).order_by("-last_used_at").values("last_used_at")[:1]
    rows = User.objects.filter(organization_id=actor.organization_id).select_related("role").annotate(
        has_factor=has_one, last_seen_at=Subquery(last))
    return rows if actor.may(SEES) else rows.none()


def users_shown(actor: AnyActor, *, page: int, q: str = "", **wanted: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """A page of people by name, and what stands beside it. `wanted`: `role` (a slug), `staff`, `active`."""
    names = {"role": "role__slug", "staff": "role__is_staff", "active": "is_active"}
    rows = visible_to(actor).filter(**{names[name]: value for name, value in wanted.items()}).order_by("name", "id")
    if q := q.strip():
        rows = rows.filter(Q(name__icontains=q) | Q(email__icontains=q))
    found = rows[: MOST_COUNTED + 1].count()
    count = min(found, MOST_COUNTED)
    shown = [user_shown(actor, user) for user in rows[(page - 1) * PAGE : page * PAGE]]
    return shown, {"count": count, "count_exact": found <= MOST_COUNTED, "page": page, "pages": -(-count // PAGE)}


def user_seen(actor: AnyActor, user: UUID) -> User:
    """One of them; raises NotFound."""
    found = visible_to(actor).filter(id=user).first()
    if found is None:
        raise NotFound("There is no such user.")
    return found


def user_shown(actor: AnyActor, user: Any) -> dict[str, Any]:
    """One of `visible_to`."""
    state = {"name": user.name, "role": user.role.slug, "active": user.is_active, "email_confirmed": user.email_confirmed_at is not None}
    return {
        **state, "id": user.id, "email": user.email, "role_name": user.role.name, "staff": user.role.is_staff,
        "second_factor": user.has_factor, "last_seen_at": user.last_seen_at, "created_at": user.created_at,
        "own": actor.id == user.id, "version": mark({**state, "email": user.email}), "allowed": _with_user(actor, user),
    }


def _with_user(actor: AnyActor, user: Any) -> list[str]:
    """What `authority` would let the actor do with somebody."""
    own, reached = actor.id == user.id, authority.reaches(actor, staff=user.role.is_staff, permissions=user.granted)
    others, anybody = reached and not own, reached or own
    changes, ends = actor.may("accounts.change_user"), actor.may("accounts.delete_session")
    acts = {"rename": changes and anybody, "role": changes and others, "active": changes and others,
            "confirm_email": changes and anybody and user.email_confirmed_at is None,
            "reset_factor": changes and others and user.has_factor, "sign_out": ends and others}
    return [name for name, may in acts.items() if may]


# Roles.


def roles_shown(actor: AnyActor) -> list[dict[str, Any]]:
    """The organization's roles: those that every one has first, the most powerful first among them."""
    rows = Role.objects.annotate(people=Count("user")).order_by("-is_shipped", "-is_staff", "name", "id")
    granted = _granted(row.id for row in rows)
    shown = [_role(actor, row, sorted(granted.get(row.id, ()))) for row in rows]
    return sorted(shown, key=lambda role: (not role["shipped"], not role["staff"], -len(role["permissions"]) if role["shipped"] else 0))


def role_shown(actor: AnyActor, role: Role) -> dict[str, Any]:
    """One of them."""
    row = Role.objects.annotate(people=Count("user")).get(id=role.id)
    return _role(actor, row, sorted(_granted([role.id]).get(role.id, ())))


def role_seen(actor: AnyActor, role: UUID) -> dict[str, Any]:
    """The same by its key; raises NotFound."""
    found = Role.objects.filter(id=role).first()
    if found is None:
        raise NotFound("There is no such role.")
    return role_shown(actor, found)


def _granted(roles: Iterable[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    rows = RolePermission.objects.filter(role_id__in=list(roles))
    for role, app, codename in rows.values_list("role_id", "permission__content_type__app_label", "permission__codename"):
        found.setdefault(role, []).append(f"{app}.{codename}")
    return found


def _role(actor: AnyActor, row: Any, permissions: list[str]) -> dict[str, Any]:
    own = getattr(actor, "role_id", None) == row.id
    state = {"name": row.name, "permissions": permissions}
    changes, own_kind = actor.may("accounts.change_role") and (actor.staff or not row.is_staff), not row.is_shipped
    acts = {"rename": changes and own_kind, "permissions": changes and not own,
            "delete": actor.may("accounts.delete_role") and own_kind and not row.people}
    return {
        **state, "id": row.id, "slug": row.slug, "staff": row.is_staff, "shipped": row.is_shipped, "people": row.people, "own": own,
        "assignable": authority.reaches(actor, staff=row.is_staff, permissions=permissions), "version": mark(state),
        "allowed": [name for name, may in acts.items() if may],
    }


def permissions_shown(actor: AnyActor) -> list[dict[str, Any]]:
    """What a role can be given, by what it is about, and whether the actor may give and take it."""
    held = RolePermission.objects.values_list("permission__content_type__app_label", "permission__codename").distinct()
    subjects = offered(f"{app}.{codename}" for app, codename in held)
    fixed = set(authority.beyond(actor, (name for subject in subjects for name, _ in subject.permissions)))
    customers = for_customers()
    return [{"subject": subject.name, "text": subject.label, "permissions": [
        {"name": name, "text": label, "grantable": name not in fixed, "for_customers": name in customers}
        for name, label in subject.permissions]} for subject in subjects]


# The organization.


def organization() -> Organization:
    """The one of the open unit."""
    assert current_organization() != PLATFORM, "the platform is none"  # noqa: S101
    return Organization.objects.get(id=current_organization())


def organization_shown(actor: AnyActor, row: Organization) -> dict[str, Any]:
    """An organization, for its people."""
    names = ("name", "requires_confirmed_email", "requires_second_factor")
    state = {name: getattr(row, name) for name in names}
    return {**state, "id": row.id, "slug": row.slug, "created_at": row.created_at, "version": mark(state),
            "allowed": ["change"] if actor.may("accounts.change_organization") else []}
