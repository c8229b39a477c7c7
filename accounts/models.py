"""Organizations and their people: users, roles, agents, sessions, audit."""
import hashlib
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Permission
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts import permissions
from foundation.ids import PLATFORM
from foundation.models import Keyed

slug_of_organization = RegexValidator(r"\A[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?\Z", "Use lower-case letters, digits and hyphens.")


class Organization(Keyed):
    """A tenant."""

    slug = models.TextField(unique=True, validators=[slug_of_organization])
    name = models.TextField()
    is_active = models.BooleanField(default=True)
    requires_confirmed_email = models.BooleanField(default=False, help_text="Nobody signs in before their address is confirmed.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class Owned(Keyed):
    """A row of one organization. `IsolateTenant` makes the keys to other tenant tables composite."""

    organization = models.ForeignKey(Organization, models.PROTECT, db_constraint=False, db_index=False, editable=False)

    class Meta:
        abstract = True


def tenant_key(to: Any, on_delete: Any = models.PROTECT, **options: Any) -> Any:
    """A foreign key to a row of the same organization; the database's constraint is the composite one of IsolateTenant."""
    return models.ForeignKey(to, on_delete, db_constraint=False, **options)


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


class Availability(models.TextChoices):
    AVAILABLE = "available"
    BUSY = "busy"
    AWAY = "away"
    OFFLINE = "offline"


class Skill(Owned):
    """A topic that an agent knows and a category may need."""

    name = models.TextField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="skill_once")]

    def __str__(self) -> str:
        return self.name


class AgentProfile(models.Model):
    """What the queue knows of an agent."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, db_constraint=False, related_name="agent")
    organization = models.ForeignKey(Organization, models.PROTECT, db_constraint=False, db_index=False, editable=False)
    availability = models.TextField(choices=Availability.choices, default=Availability.OFFLINE)
    capacity = models.IntegerField(default=5, validators=[MinValueValidator(0), MaxValueValidator(1000)],
                                   help_text="Most open tickets at once.")
    skills = models.ManyToManyField(Skill, through="AgentSkill")
    last_seen_at = models.DateTimeField(null=True, editable=False)
    went_offline_at = models.DateTimeField(null=True, editable=False)
    lost_connection = models.BooleanField(default=False, editable=False)  # offline by itself, and told so on return
    turn = models.BigIntegerField(default=0, editable=False)  # when last assigned a ticket, in the organization's count of assignments

    class Meta:
        ordering = ["user_id"]
        permissions = [
            ("serve_customers", "Can receive tickets from the queue"),
            ("manage_agents", "Can set other agents' availability and capacity"),
        ]
        indexes = [models.Index(fields=["organization", "last_seen_at"], name="agent_on_duty", condition=~Q(availability="offline"))]
        constraints = [
            models.CheckConstraint(condition=Q(availability__in=Availability.values), name="agent_availability_known"),
            models.CheckConstraint(condition=Q(capacity__gte=0, capacity__lte=1000), name="agent_capacity_sane"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class AgentSkill(Owned):
    agent = tenant_key(AgentProfile, models.CASCADE)
    skill = tenant_key(Skill, models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "agent", "skill"], name="agent_skill_once")]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.skill_id}"


class Weekday(models.IntegerChoices):
    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class Shift(Owned):
    """Working hours on a weekday, in the agent's own zone; where `ends` is not after `starts`, they end on the next day."""

    agent = tenant_key(AgentProfile, models.CASCADE, related_name="shifts")
    weekday = models.SmallIntegerField(choices=Weekday.choices)
    starts = models.TimeField()
    ends = models.TimeField()
    time_zone = models.TextField(default="UTC", help_text="An IANA name, such as Africa/Lagos.")

    class Meta:
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__gte=0, weekday__lte=6), name="shift_weekday"),
            models.CheckConstraint(condition=~Q(starts=F("ends")), name="shift_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}–{self.ends:%H:%M} {self.time_zone}"


class SessionKind(models.TextChoices):
    TOKENS = "tokens"
    BROWSER = "browser"


class Session(Owned):
    """One sign-in: a browser's cookie, or the family of refresh tokens that came of it: a token of an earlier generation kills it."""

    user = tenant_key(User, models.CASCADE)
    kind = models.TextField(choices=SessionKind, default=SessionKind.TOKENS, db_default=SessionKind.TOKENS)
    generation = models.IntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.TextField(blank=True, default="")
    address = models.TextField(blank=True, default="")
    user_agent = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["expires_at"], name="session_expiry")]
        constraints = [models.CheckConstraint(condition=Q(kind__in=SessionKind.values), name="session_kind_known")]

    def __str__(self) -> str:
        return f"{self.user_id} since {self.created_at}"


class SocketTicket(Owned):
    """Permission to authenticate one socket once; the row goes with its use."""

    user = tenant_key(User, models.CASCADE, db_index=False)
    session = tenant_key(Session, models.CASCADE, null=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.id)


class AuditEntry(Keyed):
    """Who did what, on what, when and from where. Append-only; `chain_audit` in the migrations fills the last three columns, once."""

    organization = models.ForeignKey(Organization, models.PROTECT, null=True, db_constraint=False, db_index=False)
    at = models.DateTimeField(db_default=Now())
    actor_id = models.UUIDField(null=True)  # no key: a platform superuser is nobody of this organization
    actor_name = models.TextField()
    action = models.TextField()
    target_type = models.TextField(blank=True, default="")
    target_id = models.TextField(blank=True, default="")
    target_name = models.TextField(blank=True, default="")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    address = models.TextField(blank=True, default="")
    request_id = models.TextField(blank=True, default="")
    position = models.BigIntegerField(null=True)
    previous_hash = models.BinaryField(null=True)
    hash = models.BinaryField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["organization", "-id"], name="audit_newest"),
                   models.Index(fields=["organization", "target_id", "-id"], name="audit_of_target"),
                   models.Index(fields=["organization", "id"], name="audit_unchained", condition=Q(hash=None))]
        constraints = [models.UniqueConstraint(fields=["organization", "position"], name="audit_position_once"),
                       models.UniqueConstraint(fields=["position"], name="platform_audit_position_once", condition=Q(organization=None))]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_name}"


class AuditChain(Keyed):
    """The head of an organization's audit chain: how many entries it has, and the hash of the last. The platform's has no organization."""

    organization = models.ForeignKey(Organization, models.PROTECT, null=True, db_constraint=False, db_index=False)
    position = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="audit_chain_once", nulls_distinct=False)]

    def __str__(self) -> str:
        return f"{self.organization_id} at {self.position}"
