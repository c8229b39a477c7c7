"""Agents: availability, skills, shifts."""
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models.organizations import Organization, Owned, tenant_key
from accounts.models.people import User


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
