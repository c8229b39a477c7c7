"""Journeys, their published versions, and the runs of customers through them."""
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from psycopg.types.json import Json

from accounts.models import Owned, User, tenant_key
from tickets.models import Ticket

language_tag = RegexValidator(r"\A[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}\Z", "Use a language tag such as en or pt-BR.")


class AsGiven(models.JSONField):
    """JSON whose members keep their order, which `jsonb` does not keep."""

    def db_type(self, connection: Any) -> str:
        return "json"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return None if value is None else Json(value)


class State(models.TextChoices):
    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Audience(models.TextChoices):
    EVERYONE = "everyone"
    NEW = "new", "New customers, who never opened a ticket"
    RETURNING = "returning", "Customers who have opened a ticket before"


class Journey(Owned):
    """A journey with the draft that is worked on. What customers walk through is its version of `published_number`."""

    name = models.TextField(max_length=200)
    description = models.TextField(max_length=1000, blank=True, default="")
    state = models.TextField(choices=State.choices, default=State.DRAFT, editable=False)
    position = models.IntegerField(default=0, help_text="Lower ones are offered first.")
    audience = models.TextField(choices=Audience.choices, default=Audience.EVERYONE)
    language = models.TextField(blank=True, default="", validators=[language_tag], help_text="Empty: for readers of any language.")
    draft = AsGiven()
    published_number = models.IntegerField(null=True, editable=False)
    version = models.IntegerField(default=1, editable=False)  # of this row, for who edits it
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["position", "name", "id"]
        permissions = [
            ("run_journey", "Can go through journeys as a customer"), ("publish_journey", "Can publish, archive and restore journeys"),
            ("view_figures", "Can see how many go through journeys"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="journey_state_known"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="journey_audience_known"),
            models.CheckConstraint(condition=~Q(state=State.PUBLISHED) | Q(published_number__isnull=False),
                                   name="journey_published_has_version"),
        ]
        indexes = [models.Index(fields=["organization", "state", "position"], name="journey_offered")]

    def __str__(self) -> str:
        return self.name


class Version(Owned):
    """A graph as it was published. Append-only: runs go on with the one that they began with."""

    journey = tenant_key(Journey, db_index=False, related_name="versions")
    number = models.IntegerField()
    graph = AsGiven()
    note = models.TextField(blank=True, default="")
    published_by_id = models.UUIDField(null=True)  # no key: a platform superuser is nobody of this organization
    published_by_name = models.TextField()
    published_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["organization", "journey", "number"], name="journey_version_once")]

    def __str__(self) -> str:
        return f"version {self.number}"


class RunStatus(models.TextChoices):
    ACTIVE = "active"
    COMPLETED = "completed"


class Run(Owned):
    """A customer on their way through a version."""

    journey = tenant_key(Journey, db_index=False, related_name="runs")
    version = tenant_key(Version, db_index=False, related_name="runs")
    customer = tenant_key(User, db_index=False, related_name="journey_runs")
    status = models.TextField(choices=RunStatus.choices, default=RunStatus.ACTIVE, db_default=RunStatus.ACTIVE)
    answers = models.JSONField(default=list)  # [node, value] of each question on the path, in its order
    kept = models.JSONField(default=dict)  # by node: what was answered before and may be asked again
    node = models.TextField(null=True)  # noqa: DJ001 - where it stands; NULL where the graph led nowhere
    action = models.TextField(blank=True, default="")  # of the end that was reached
    submission = models.JSONField(null=True)  # the card to sell: brand, country, amount
    ticket = tenant_key(Ticket, null=True, db_index=False, related_name="journey_runs")
    started_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    completed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="run_status_known"),
            models.CheckConstraint(condition=Q(status=RunStatus.ACTIVE, completed_at__isnull=True, ticket__isnull=True)
                                   | Q(status=RunStatus.COMPLETED, completed_at__isnull=False), name="run_completed_once"),
            models.UniqueConstraint(fields=["organization", "ticket"], condition=Q(ticket__isnull=False), name="run_of_ticket_once"),
        ]
        indexes = [
            models.Index(fields=["organization", "journey", "started_at"], name="run_of_journey"),
            models.Index(fields=["organization", "customer", "-id"], name="run_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.status} at {self.node}"


class Visit(Owned):
    """A run at a question, from when it came until it went on or back. One of a run is open while it is active."""

    run = tenant_key(Run, models.CASCADE, db_index=False, related_name="visits")
    node = models.TextField()
    arrived_at = models.DateTimeField(db_default=Now())
    left_at = models.DateTimeField(null=True)
    answered = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "run"], condition=Q(left_at__isnull=True), name="visit_open_once"),
        ]
        indexes = [models.Index(fields=["organization", "run"], name="visit_of_run")]

    def __str__(self) -> str:
        return self.node


class TicketAnswer(Owned):
    """An answer that a ticket began with, as it was asked and answered. Append-only."""

    ticket = tenant_key(Ticket, db_index=False, related_name="journey_answers")
    run = tenant_key(Run, db_index=False, related_name="ticket_answers")
    position = models.IntegerField()
    node = models.TextField()
    question = models.TextField()
    question_type = models.TextField()
    value = models.JSONField(null=True)  # as `graph.answers.accept` stores it; NULL where it was skipped
    text = models.TextField(blank=True)  # for people

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["organization", "ticket", "position"], name="ticket_answer_once")]

    def __str__(self) -> str:
        return f"{self.question} {self.text}"
