"""Who acts: an argument of every action, never ambient."""
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection

from accounts import permissions
from foundation import logs

WHO = "id, organization_id, name, email, epoch, role_id, role, staff, role_version, session_id"
LOAD = f"SELECT {WHO} FROM actor_of(%(user)s::uuid, %(session)s::uuid)"


@dataclass(frozen=True)
class Actor:
    """A user in their role, as of the beginning of this unit of work."""

    id: UUID
    organization_id: UUID
    name: str
    email: str
    role: str
    role_id: UUID | None
    staff: bool
    permissions: frozenset[str]
    epoch: int = 0
    role_version: int = 0
    session_id: UUID | None = None
    address: str = ""
    browser_session: str = ""  # key of the Django session that a socket was opened with

    is_authenticated: ClassVar[bool] = True

    def may(self, permission: str) -> bool:
        """Whether the role holds a permission, named `app.codename`."""
        return permission in self.permissions


@dataclass(frozen=True)
class System:
    """The house itself: beat, the queue, commands."""

    organization_id: UUID
    name: str = "Pandar Chat"
    id: None = None
    staff: bool = True
    address: str = ""
    permissions: frozenset[str] = field(default_factory=frozenset)

    def may(self, permission: str) -> bool:
        return True


AnyActor = Actor | System


def load(user: UUID, *, session: UUID | None = None, epoch: int | None = None, address: str = "") -> Actor | None:
    """The actor as the database knows them now, inside their organization's unit of work; None where the user, the organization, the
    session or the epoch has ended."""
    with connection.cursor() as cursor:
        cursor.execute(LOAD, {"user": user, "session": session})
        row = cursor.fetchone()
    if ended(row, session=session, epoch=epoch):
        return None
    return of_row(row, permissions.of_role(row[5], row[8]), address=address)


def ended(row: tuple[Any, ...] | None, *, session: UUID | None, epoch: int | None) -> bool:
    """Whether what LOAD found is nobody, or somebody whose session or epoch is over."""
    return row is None or (session is not None and row[9] is None) or (epoch is not None and row[4] != epoch)


def of_row(row: Any, granted: frozenset[str], *, address: str = "") -> Actor:
    """The actor of a row of WHO, who is being served from now on."""
    logs.organization_id.set(str(row[1]))
    logs.user_id.set(str(row[0]))
    return Actor(
        id=row[0],
        organization_id=row[1],
        name=row[2],
        email=row[3],
        epoch=row[4],
        role_id=row[5],
        role=row[6],
        staff=row[7],
        role_version=row[8],
        permissions=granted,
        session_id=row[9],
        address=address,
    )


def of_user(user: Any, organization: UUID, *, address: str = "") -> Actor:
    """The actor of a browser session: staff in their role, a platform superuser with every permission."""
    if not user.is_superuser:
        found = load(user.id, address=address)
        assert found is not None, "middleware lets only active users through"  # noqa: S101
        return found
    return Superuser(id=user.id, organization_id=organization, name=f"{user.name} (platform)", email=user.email, role="platform",
                     role_id=None, staff=True, permissions=frozenset(), address=address)


class Superuser(Actor):
    """A platform superuser acting in an organization that they picked."""

    def may(self, permission: str) -> bool:
        return True
