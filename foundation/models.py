"""Events and their deliveries, idempotency keys, counters and heartbeats. An organization is a bare uuid here."""
from django.db import models
from django.db.models import Func
from django.db.models.functions import Now

from foundation.ids import uuid7


class UuidV7(Func):
    """PostgreSQL's own uuidv7(), for rows that SQL inserts."""

    function = "uuidv7"
    output_field = models.UUIDField()


class Keyed(models.Model):
    """A UUIDv7 key, made in Python where Python inserts and in PostgreSQL where SQL does."""

    id = models.UUIDField(primary_key=True, default=uuid7, db_default=UuidV7(), editable=False)

    class Meta:
        abstract = True


class Event(Keyed):
    """A fact that somebody subscribes to; `pandarchat/subscribers.py` says who."""

    organization_id = models.UUIDField()
    kind = models.TextField()
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="event_age")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Delivery(Keyed):
    """One event still owed to one subscriber; deleted by whoever finished it."""

    organization_id = models.UUIDField()
    event = models.ForeignKey(Event, models.CASCADE, db_constraint=False, related_name="deliveries")
    subscriber = models.TextField()
    attempts = models.IntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(db_default=models.expressions.RawSQL("now() + interval '5 seconds'", ()))

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [models.Index(fields=["next_attempt_at"], name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.subscriber} for {self.event_id}"


class IdempotencyKey(Keyed):
    """The answer once given under a key, for the user who sent it."""

    organization_id = models.UUIDField()
    user_id = models.UUIDField()
    key = models.TextField()
    fingerprint = models.BinaryField()  # SHA-256 of method, path and body
    status = models.SmallIntegerField(null=True)
    body = models.TextField(null=True)  # noqa: DJ001 - NULL until the work is done
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "user_id", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return self.key


class Counter(models.Model):
    """Tries within a window, by a hashed name: no organization, address or account can be read from it."""

    name = models.BinaryField(primary_key=True)
    window_start = models.DateTimeField(db_default=Now())
    count = models.IntegerField(default=0)

    def __str__(self) -> str:
        return bytes(self.name).hex()


class Heartbeat(models.Model):
    """When a part of the system last did its work, for `/readyz`."""

    name = models.TextField(primary_key=True)
    at = models.DateTimeField()
    since = models.DateTimeField(db_default=Now())  # beating without a pause

    def __str__(self) -> str:
        return self.name
