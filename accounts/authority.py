"""Nobody makes anybody, themselves included, more powerful than they are."""
from collections.abc import Iterable

from accounts.actor import AnyActor
from accounts.grantable import for_customers
from accounts.models import Role, User
from foundation.errors import Forbidden, Invalid

# What one is given to do rather than allowed to do: whoever administers people hands these out without having them.
DUTIES = frozenset({"accounts.serve_customers", "tickets.take_ticket", "tickets.open_ticket", "journeys.run_journey"})


def beyond(actor: AnyActor, permissions: Iterable[str]) -> list[str]:
    """Those of the permissions that the actor does not hold and therefore may not hand out."""
    return sorted(name for name in permissions if name not in DUTIES and not actor.may(name))


def reaches(actor: AnyActor, *, staff: bool, permissions: Iterable[str]) -> bool:
    """Whether a role is nothing that the actor is not: who has it they may administer, and it is theirs to hand out."""
    return (actor.staff or not staff) and not beyond(actor, permissions)


def check_role(actor: AnyActor, role: Role, permissions: Iterable[str]) -> None:
    """Raises Forbidden where the actor would hand out a role of these permissions that is more than they are."""
    check_staff(actor, role)
    check_grant(actor, permissions)


def check_staff(actor: AnyActor, role: Role) -> None:
    """Raises Forbidden where the role is staff's and the actor is not of them: staff see all conversations."""
    if role.is_staff and not actor.staff:
        raise Forbidden("Only staff may hand out and change what staff are.", code="escalation")


def check_for_customers(role: Role, gained: Iterable[str]) -> None:
    """Raises Invalid where a role that is not staff's would gain what only staff are given. What it has already it keeps."""
    if not role.is_staff and (staffs := sorted(set(gained) - for_customers())):
        told = f"Only roles of staff hold these: {', '.join(staffs)}."
        raise Invalid(told, fields={"permissions": [told]})


def check_grant(actor: AnyActor, permissions: Iterable[str]) -> None:
    """Raises Forbidden where the actor would hand out a permission that they do not hold."""
    if missing := beyond(actor, permissions):
        raise Forbidden(f"You may not hand out permissions that you do not hold yourself: {', '.join(missing)}.", code="escalation")


def check_power_over(actor: AnyActor, user: User) -> None:
    """Raises Forbidden where the user may do more than the actor: their password or role would be a way up."""
    if not reaches(actor, staff=user.role is not None and user.role.is_staff, permissions=user.granted):
        raise Forbidden("You may not administer somebody who may do more than you.", code="escalation")


def check_not_oneself(actor: AnyActor, user: User, what: str) -> None:
    """Raises Forbidden where the user is the actor."""
    if actor.id == user.id:
        raise Forbidden(f"You may not {what}.", code="own_account")


def check_not_own_role(actor: AnyActor, role: Role) -> None:
    """Raises Forbidden where the role is the actor's."""
    if getattr(actor, "role_id", None) == role.id:
        raise Forbidden("You may not change the permissions of your own role.", code="own_account")


def check_take(actor: AnyActor, permissions: Iterable[str]) -> None:
    """Raises Forbidden where the actor would take a permission away that they do not hold."""
    if missing := beyond(actor, permissions):
        raise Forbidden(f"You may not take away permissions that you do not hold yourself: {', '.join(missing)}.", code="escalation")
