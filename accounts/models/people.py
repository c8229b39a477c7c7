"""Roles and users."""
import hashlib
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Permission
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts import permissions
from accounts.models.organizations import Organization, Owned, slug_of_organization, tenant_key
from foundation.ids import PLATFORM
from foundation.models import Keyed


class Role(Owned):
    """A named set of permissions; an organization may define its own."""

    slug = models.TextField(validators=[slug_of_organization])
    name = models.TextField()
    is_staff = models.BooleanField(default=True, help_text="Staff see all conversations of their organization.")
    is_shipped = models.BooleanField(default=False, editable=False)
    version = models.IntegerField(default=1, editable=False)  # counts changes of its permissions
    permissions = models.ManyToManyField(Permission, through="RolePermission")

    class Meta:
        ordering = ["slug"]
        constraints = [models.UniqueConstraint(fields=["organization", "slug"], name="role_slug_once")]

    def __str__(self) -> str:
        return self.name


class RolePermission(Owned):
    role = tenant_key(Role, models.CASCADE)
    permission = models.ForeignKey(Permission, models.CASCADE, db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "role", "permission"], name="role_permission_once")]

    def __str__(self) -> str:
        return f"{self.role_id} {self.permission_id}"


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        """Addresses are unique within an organization only; sign-in goes through `accounts.backends`."""
        raise NotImplementedError("A user is found by organization and address.")


class User(AbstractBaseUser, Keyed):
    """A person of one organization, or a platform superuser, who belongs to none and uses Django admin only."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, db_constraint=False, db_index=False, editable=False
    )
    email = models.EmailField(max_length=254)
    name = models.TextField(max_length=200)
    role = tenant_key(Role, null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_superuser = models.BooleanField(default=False, editable=False)
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    epoch = models.IntegerField(default=1, editable=False)  # a step ends every session, token and socket begun before
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "id"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["name"]
        permissions = [("use_admin", "Can sign in to the administration pages")]
        constraints = [
            models.UniqueConstraint(fields=["organization", "email"], name="email_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(organization__isnull=False, role__isnull=False, is_superuser=False)
                | Q(organization__isnull=True, role__isnull=True, is_superuser=True),
                name="superuser_or_member",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Whether Django's administration pages let them in."""
        return self.is_active and self.has_perm("accounts.use_admin")

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_active and (self.is_superuser or perm in self.granted)

    def has_perms(self, perms: Any, obj: Any = None) -> bool:
        return all(self.has_perm(perm) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_superuser or any(name.startswith(f"{app_label}.") for name in self.granted)

    @property
    def granted(self) -> frozenset[str]:
        """The permissions of the role, `app.codename` each."""
        return permissions.of_role(self.role.id, self.role.version) if self.role else frozenset()

    def get_session_auth_hash(self) -> str:
        return session_auth_hash(self.password, self.epoch)

    @property
    def tenant(self) -> Any:
        """The organization whose unit of work shows this row."""
        return self.organization_id or PLATFORM


def session_auth_hash(password: str, epoch: int) -> str:
    """Ends browser sessions with the password and with the epoch. Kept in the session's signed row and never shown, so it takes no key
    of its own: a rotated key would give every browser session a new name, and end its sockets."""
    return hashlib.sha256(f"accounts.User:{password}:{epoch}".encode()).hexdigest()
