"""Organizations, users and roles."""
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from accounts import audit, authority, passwords, queries
from accounts.actions import credentials, mailing, sessions
from accounts.actions.standing import standing, whom
from accounts.actor import AnyActor, System
from accounts.models import AgentProfile, Organization, Role, RolePermission, User
from foundation import events, marks
from foundation.errors import Conflict, Invalid, RateLimited
from foundation.http.address import network_of
from foundation.ids import PLATFORM, uuid7
from foundation.throttle import Throttle
from foundation.units import current_organization, unit_of_work

REGISTRATIONS = Throttle("register-address", most=60, window=timedelta(minutes=10))
CUSTOMER = "customer"
SERVES = "accounts.serve_customers"
CHANGES = "accounts.change_user"


def create_organization(*, slug: str, name: str, requires_confirmed_email: bool = False, actor: AnyActor | None = None) -> Organization:
    """A new tenant with the shipped roles, in two units: the platform's writes the organization, its own the roles."""
    organization = Organization(id=uuid7(), slug=slug, name=name, requires_confirmed_email=requires_confirmed_email)
    with unit_of_work(PLATFORM):
        try:
            with transaction.atomic():
                organization.save(force_insert=True)
        except IntegrityError:
            raise Conflict(f"An organization named {slug} exists already.") from None
    with unit_of_work(organization.id):
        ship_roles(organization=organization)
        audit.record("organization_created", actor=actor or System(organization.id), target=organization)
    return organization


def ship_roles(*, organization: Organization) -> None:
    """The roles that every organization begins with; `pandarchat/roles.py` says what each may do."""
    for slug, shipped in import_string(settings.SHIPPED_ROLES).items():
        role = Role.objects.create(organization=organization, slug=slug, name=shipped.name, is_staff=shipped.staff, is_shipped=True)
        _grant(role, shipped.permissions)


def set_permissions(*, role: Role, permissions: list[str], actor: AnyActor) -> None:
    """What a role may do from now on; sockets of its users learn of it within seconds. Raises Forbidden for the actor's own role, and
    where it would gain or lose what the actor does not hold, Invalid where it is not staff's and would gain what only staff are given."""
    before = sorted(permissions_of(role))
    authority.check_not_own_role(actor, role)
    authority.check_role(actor, role, set(permissions) - set(before))
    authority.check_take(actor, set(before) - set(permissions))
    RolePermission.objects.filter(role=role).delete()
    _grant(role, permissions)
    authority.check_for_customers(role, set(permissions) - set(before))
    Role.objects.filter(id=role.id).update(version=F("version") + 1)
    if SERVES in permissions:
        for user in User.objects.filter(role=role, agent=None):
            AgentProfile.objects.get_or_create(user=user, defaults={"organization_id": role.organization_id})
    audit.record(
        "role_permissions_changed", actor=actor, target=role, before={"permissions": before}, after={"permissions": sorted(permissions)}
    )
    events.control(role_group(role.id), "access-changed")


def permissions_of(role: Role) -> list[str]:
    """A role's permissions, `app.codename` each, as the database has them now."""
    rows = RolePermission.objects.filter(role=role).values_list("permission__content_type__app_label", "permission__codename")
    return [f"{app}.{codename}" for app, codename in rows]


def _grant(role: Role, permissions: Any) -> None:
    wanted = set(permissions)
    rows = Permission.objects.filter(codename__in=[name.partition(".")[2] for name in wanted])
    keys = {f"{app}.{codename}": key for key, app, codename in rows.values_list("pk", "content_type__app_label", "codename")}
    if unknown := sorted(wanted - keys.keys()):
        raise Invalid("Some permissions do not exist.", fields={"permissions": unknown})
    RolePermission.objects.bulk_create(
        RolePermission(organization_id=role.organization_id, role=role, permission_id=keys[name]) for name in wanted)


def role_group(role: UUID) -> str:
    """The sockets of a role's users."""
    return f"role:{role}"


def check_password_strength(password: str, *, email: str, name: str) -> None:
    """Raises Invalid with every reason why the password is too weak."""
    try:
        password_validation.validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        raise Invalid("The password is too weak.", fields={"password": list(error.messages)}) from None


def register(*, organization: str, email: str, password: str, name: str, address: str) -> None:
    """A customer signs up. A new and a known address, and an unknown organization, are answered alike and take the same time."""
    REGISTRATIONS.count(network_of(address))
    email = credentials.normalised(email)
    check_password_strength(password, email=email, name=name)
    hashed = passwords.hashed(password)
    tenant = credentials.organization_named(organization) if organization else None
    if tenant is None:
        return
    writes = _may_be_written_to(tenant, email)
    with unit_of_work(tenant):
        user = _new_customer(tenant, email, name, hashed, address)
        if writes and Organization.objects.filter(id=tenant, requires_confirmed_email=True).exists():
            mailing.want("registered", email=email, user=str(user.id) if user else None)


def _may_be_written_to(tenant: UUID, email: str) -> bool:
    """Not too often: whose address it is need not be who registers. That is silent, or it would keep its owner from registering."""
    try:
        mailing.TO_ONE.count("registered", tenant, email)
    except RateLimited:
        return False
    return True


def _new_customer(tenant: UUID, email: str, name: str, hashed: str, address: str) -> User | None:
    if User.objects.filter(email=email).exists():
        return None
    try:
        with transaction.atomic():
            user = create_user(email=email, name=name, role=CUSTOMER, hashed=hashed, actor=System(tenant))
    except Conflict:
        return None
    audit.record("registered", actor=None, name=email, target=user, address=address)
    return user


def create_user(*, email: str, name: str, role: str, hashed: str, actor: AnyActor, confirmed: bool = False) -> User:
    """A user of the current organization, with a password hashed by `passwords.hashed`. Raises Conflict for a known address, and what
    `standing` raises; the house itself, which registers people, waits for nobody's turn."""
    organization = current_organization()
    if actor.id is not None:
        actor = standing(actor, "accounts.add_user")
    found = role_named(role)
    authority.check_role(actor, found, permissions_of(found))
    user = User(organization_id=organization, email=credentials.normalised(email), name=name, role=found, password=hashed,
                email_confirmed_at=Now() if confirmed else None)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise Conflict("A user with this address exists already.", code="email_taken") from None
    ensure_agent(user=user)
    audit.record("user_created", actor=actor, target=user, after={"role": role})
    return user


def create_superuser(*, email: str, name: str, hashed: str, actor: AnyActor) -> User:
    """A superuser, in a unit of the platform. Raises Conflict for a known address."""
    user = User(email=credentials.normalised(email), name=name, password=hashed, is_superuser=True, email_confirmed_at=Now())
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise Conflict("A platform superuser with this address exists already.", code="email_taken") from None
    audit.record("superuser_created", actor=actor, target=user)
    return user


def ensure_agent(*, user: User) -> None:
    """Whoever's role receives tickets has an agent profile."""
    if SERVES in _names_of(user):
        AgentProfile.objects.get_or_create(user=user, defaults={"organization_id": current_organization()})


def _names_of(user: User) -> list[str]:
    return permissions_of(user.role) if user.role else []


def change(*, user: UUID, actor: AnyActor, seen: str | None = None, **wanted: Any) -> User:
    """What is wanted of `name`, `role` (a slug), `active` and `email_confirmed`, one action each. Raises NotFound, Conflict where `seen` is
    not the version that they have, and what `standing` and each of the actions raises."""
    actor = standing(actor, CHANGES)
    row = whom(user)
    if seen is not None:
        marks.check(seen, queries.user_shown(actor, queries.user_seen(actor, user)))
    if "name" in wanted:
        rename(user=row, name=wanted["name"], actor=actor)
    if "role" in wanted:
        change_role(user=row, role=role_named(wanted["role"]), actor=actor)
    if "active" in wanted:
        set_active(user=row, active=wanted["active"], actor=actor)
    if wanted.get("email_confirmed"):
        confirm_email(user=row, actor=actor)
    return row


def role_named(slug: str) -> Role:
    """Raises Invalid."""
    found = Role.objects.filter(slug=slug).first()
    if found is None:
        raise Invalid("There is no such role.", fields={"role": ["There is no such role."]})
    return found


def rename(*, user: User, name: str, actor: AnyActor) -> User:
    """Another name, which people see from now on; what was said keeps the name that it was said under."""
    if user.name != name:
        _check_power(actor, user)
        before, user.name = user.name, name
        user.save(update_fields=["name"])
        audit.record("user_changed", actor=actor, target=user, before={"name": before}, after={"name": name})
    return user


def change_role(*, user: User, role: Role, actor: AnyActor) -> User:
    """Another role for a user: all that was granted under the old one ends at once."""
    before = user.role
    if before == role:
        return user
    authority.check_not_oneself(actor, user, "change your own role")
    authority.check_power_over(actor, user)
    authority.check_role(actor, role, permissions_of(role))
    user.role = role
    user.save(update_fields=["role"])
    ensure_agent(user=user)
    audit.record("role_changed", actor=actor, target=user, before={"role": before.slug if before else None}, after={"role": role.slug})
    sessions.sign_out_everywhere(actor=actor, user=user, because="role_changed_sessions_ended")
    return user


def set_active(*, user: User, active: bool, actor: AnyActor) -> User:
    """Disable or enable a user; disabling ends every session and socket."""
    if user.is_active != active:
        authority.check_not_oneself(actor, user, "disable yourself")
        authority.check_power_over(actor, user)
        user.is_active = active
        user.save(update_fields=["is_active"])
        audit.record("user_enabled" if active else "user_disabled", actor=actor, target=user)
        if not active:
            sessions.sign_out_everywhere(actor=actor, user=user, because="disabled_sessions_ended")
    return user


def set_password(*, user: User, hashed: str, actor: AnyActor) -> User:
    """Another password; everything begun under the old one ends."""
    _check_power(actor, user)
    user.password = hashed
    user.save(update_fields=["password"])
    audit.record("password_changed", actor=actor, target=user)
    if user.organization_id is not None and actor.id == user.id:
        mailing.want("notice", about="password_changed", user=str(user.id), email=user.email, address=actor.address)
    sessions.sign_out_everywhere(actor=actor, user=user, because="password_changed_sessions_ended")
    return user


def confirm_email(*, user: User, actor: AnyActor) -> User:
    """The address is known to be theirs."""
    if user.email_confirmed_at is None:
        _check_power(actor, user)
        User.objects.filter(id=user.id).update(email_confirmed_at=Now())
        audit.record("email_confirmed", actor=actor, target=user)
    return user


def _check_power(actor: AnyActor, user: User) -> None:
    """For what one may do to oneself as well."""
    if actor.id != user.id:
        authority.check_power_over(actor, user)
