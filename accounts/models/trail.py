"""The audit trail."""
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models.organizations import Organization
from foundation.models import Keyed


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
