"""Tickets: a conversation with a place in a queue."""
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from accounts.models import Organization, Owned, Skill, User, slug_of_organization, tenant_key
from chat.models import Conversation
from tickets.sla.clocks import Kind

LONGEST_TARGET = 366 * 86_400  # seconds


class Status(models.TextChoices):
    QUEUED = "queued"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Priority(models.IntegerChoices):
    LOW = 1
    NORMAL = 2
    HIGH = 3
    URGENT = 4


class Channel(models.TextChoices):
    WEB = "web"
    CHAT = "chat"
    API = "api"


OPEN = (Status.ASSIGNED, Status.IN_PROGRESS)  # what counts for an agent's capacity
NOT_OVER = Q(status__in=[Status.QUEUED, Status.ASSIGNED, Status.IN_PROGRESS, Status.PENDING])
FOREVER = models.expressions.RawSQL("'infinity'::timestamptz", ())


class Calendar(Owned):
    """When an organization works; `tickets.sla.calendars` says what its hours mean. Only actions write it: they refuse one that never
    opens."""

    name = models.TextField()
    time_zone = models.TextField(default="UTC", help_text="An IANA name, such as Africa/Lagos.")
    hours = models.JSONField()  # [{"weekday": 0, "opens": "09:00", "closes": "17:00"}], Monday is 0
    holidays = models.JSONField(default=list, blank=True)  # its own: [{"date": "2026-12-24", "name": "Christmas Eve"}]
    country = models.TextField(default="", blank=True, help_text="ISO 3166-1, such as NG: its public holidays are closed.")
    subdivision = models.TextField(default="", blank=True, help_text="A part of the country with holidays of its own, by ISO 3166-2.")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="calendar_once"),
                       models.CheckConstraint(condition=~Q(hours=[]), name="calendar_opens")]

    def __str__(self) -> str:
        return self.name


class SlaPolicy(Owned):
    """What is promised of the tickets of some categories, or, as the default, of all that have no policy of their own."""

    name = models.TextField()
    is_default = models.BooleanField(default=False, help_text="For tickets whose category has no policy.")
    further_levels = ArrayField(models.IntegerField(), default=list, blank=True,
                                help_text="So many minutes after a breach a ticket is escalated once more, each time.")

    class Meta:
        ordering = ["name"]
        verbose_name = "SLA policy"
        verbose_name_plural = "SLA policies"
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="sla_policy_once"),
                       models.UniqueConstraint(fields=["organization"], condition=Q(is_default=True), name="sla_policy_one_default")]

    def __str__(self) -> str:
        return self.name


class SlaTarget(Owned):
    """One promise of a policy: within how many seconds, of a calendar's open time or, without one, day and night."""

    policy = tenant_key(SlaPolicy, models.CASCADE, db_index=False, related_name="targets")
    clock = models.TextField(choices=[(kind.value, kind.name.replace("_", " ").capitalize()) for kind in Kind])
    priority = models.SmallIntegerField(choices=Priority.choices)
    seconds = models.IntegerField(validators=[MinValueValidator(1), MaxValueValidator(LONGEST_TARGET)])
    calendar = tenant_key(Calendar, null=True, blank=True)

    class Meta:
        ordering = ["clock", "-priority"]
        verbose_name = "SLA target"
        constraints = [
            models.UniqueConstraint(fields=["organization", "policy", "clock", "priority"], name="sla_target_once"),
            models.CheckConstraint(condition=Q(clock__in=[kind.value for kind in Kind]), name="sla_target_clock_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="sla_target_priority_known"),
            models.CheckConstraint(condition=Q(seconds__gte=1, seconds__lte=LONGEST_TARGET), name="sla_target_seconds_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.get_clock_display()}, {self.get_priority_display().lower()}"


class Category(Owned):
    """What a ticket is about; it may need a skill, and promise what other tickets do not."""

    slug = models.TextField(validators=[slug_of_organization])
    name = models.TextField()
    skill = tenant_key(Skill, null=True, blank=True)
    sla_policy = tenant_key(SlaPolicy, models.SET_NULL, null=True, blank=True, related_name="categories", verbose_name="SLA policy")

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "categories"
        constraints = [models.UniqueConstraint(fields=["organization", "slug"], name="category_once")]

    def __str__(self) -> str:
        return self.name


class Ticket(models.Model):
    """Shares its conversation's key, so that chat never needs to know tickets."""

    conversation = models.OneToOneField(Conversation, models.PROTECT, primary_key=True, db_constraint=False, related_name="ticket")
    organization = models.ForeignKey(Organization, models.PROTECT, db_constraint=False, db_index=False, editable=False)
    number = models.BigIntegerField(editable=False)
    subject = models.TextField(max_length=200)
    status = models.TextField(choices=Status.choices, default=Status.QUEUED, db_default=Status.QUEUED)
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.NORMAL, db_default=Priority.NORMAL)
    category = tenant_key(Category, null=True, blank=True, db_index=False)
    channel = models.TextField(choices=Channel.choices, default=Channel.WEB, db_default=Channel.WEB)
    skill = tenant_key(Skill, models.SET_NULL, null=True, blank=True, db_index=False)  # that it was sent to, instead of the category's
    customer = tenant_key(User, db_index=False, related_name="tickets")
    assignee = tenant_key(User, null=True, blank=True, db_index=False, related_name="assigned_tickets")
    preferred_agent = tenant_key(User, null=True, blank=True, db_index=False, related_name="+")
    released_by = tenant_key(User, null=True, blank=True, db_index=False, related_name="+")  # not given back to them
    follow_up_of = tenant_key("self", null=True, blank=True, db_index=False, related_name="follow_ups")  # over before this was opened
    version = models.IntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    queued_at = models.DateTimeField(db_default=Now(), editable=False)
    assigned_at = models.DateTimeField(null=True, editable=False)
    first_response_at = models.DateTimeField(null=True, editable=False)
    resolved_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    # The clocks, as `tickets.sla.agreement` writes them: JSON as text, shown as it is kept. Lists and the sweep look for the others.
    clocks = models.TextField(null=True, editable=False)  # noqa: DJ001 (NULL: nothing is promised)
    sla_warning_at = models.DateTimeField(null=True, editable=False)
    sla_critical_at = models.DateTimeField(null=True, editable=False)
    sla_due_at = models.DateTimeField(null=True, editable=False)
    sla_next_at = models.DateTimeField(null=True, editable=False)  # after this the sweep has something to say
    customer_starts_clock = models.BooleanField(default=False, db_default=False, editable=False)  # by their next message

    class Meta:
        permissions = [
            ("open_ticket", "Can open tickets as a customer"), ("view_queue", "Can see the queue and the agents"),
            ("take_ticket", "Can take tickets from the queue"), ("release_ticket", "Can give tickets back to the queue"),
            ("transfer_ticket", "Can send tickets to those who have a skill"),
            ("move_ticket", "Can change the status of tickets"), ("reassign_ticket", "Can give tickets to another agent"),
            ("close_ticket", "Can close resolved tickets"), ("view_overview", "Can see the figures of the organization"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="ticket_number_once"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="ticket_status_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="ticket_priority_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="ticket_channel_known"),
            models.CheckConstraint(
                condition=Q(status=Status.QUEUED, assignee__isnull=True)
                | Q(status__in=[Status.ASSIGNED, Status.IN_PROGRESS, Status.PENDING], assignee__isnull=False)
                | Q(status__in=[Status.RESOLVED, Status.CLOSED]),
                name="ticket_assignee_fits_status",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "status", "-updated_at", "-conversation"], name="ticket_by_status"),
            models.Index(fields=["organization", "-updated_at", "-conversation"], name="ticket_by_update"),
            models.Index(fields=["organization", "-created_at", "-conversation"], name="ticket_by_creation"),
            models.Index(fields=["organization", "-updated_at", "-conversation"], name="ticket_open_by_update", condition=NOT_OVER),
            models.Index(fields=["organization", "created_at", "conversation"], name="ticket_open_by_creation", condition=NOT_OVER),
            models.Index(fields=["organization", "-priority", "-conversation"], name="ticket_open_by_priority", condition=NOT_OVER),
            models.Index("organization", Coalesce("sla_due_at", FOREVER), "conversation", name="ticket_open_by_deadline",
                         condition=NOT_OVER),
            models.Index(fields=["organization", "customer", "-updated_at", "-conversation"], name="ticket_of_customer"),
            models.Index(fields=["organization", "assignee", "status", "-updated_at"], name="ticket_of_agent",
                         condition=Q(assignee__isnull=False)),
            models.Index(fields=["organization", "-priority", "created_at", "conversation"], name="ticket_queue",
                         condition=Q(status=Status.QUEUED)),
            models.Index(fields=["organization", "category", "-priority", "created_at", "conversation"], name="ticket_queue_of_category",
                         condition=Q(status=Status.QUEUED, skill__isnull=True)),
            models.Index(fields=["organization", "skill", "status", "-priority", "created_at", "conversation"], name="ticket_of_skill",
                         condition=Q(skill__isnull=False)),
            models.Index(fields=["organization", "released_by"], name="ticket_given_back",
                         condition=Q(status=Status.QUEUED, released_by__isnull=False)),
            models.Index(fields=["organization", "follow_up_of"], name="ticket_follow_up", condition=Q(follow_up_of__isnull=False)),
            models.Index(fields=["organization", "assignee"], name="ticket_load", condition=Q(status__in=OPEN)),
            models.Index(fields=["resolved_at"], name="ticket_to_close", condition=Q(status=Status.RESOLVED)),
            models.Index(fields=["sla_next_at"], include=["organization"], name="ticket_sla_due", condition=Q(sla_next_at__isnull=False)),
            models.Index(fields=["organization", "sla_warning_at"], name="ticket_sla_late", condition=Q(sla_warning_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"


class TicketTag(Owned):
    ticket = tenant_key(Ticket, models.CASCADE, db_index=False, related_name="tags")
    name = models.TextField(max_length=50)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "ticket", "name"], name="ticket_tag_once")]
        indexes = [models.Index(fields=["organization", "name", "ticket"], name="ticket_tag_name")]

    def __str__(self) -> str:
        return self.name


class QueueSettings(models.Model):
    """How an organization's queue works, and its counters."""

    organization = models.OneToOneField(Organization, models.PROTECT, primary_key=True, db_constraint=False)
    number_prefix = models.TextField(default="", help_text="Before a ticket's number, as in PAN-1042.")
    next_number = models.BigIntegerField(default=1001, editable=False)
    assigns_automatically = models.BooleanField(default=True)
    grace_seconds = models.IntegerField(default=300, validators=[MinValueValidator(0), MaxValueValidator(86400)],
                                        help_text="How long an agent who went offline keeps tickets that await a first response.")

    class Meta:
        verbose_name_plural = "queue settings"

    def __str__(self) -> str:
        return self.number_prefix
