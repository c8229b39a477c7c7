"""What people are sent by mail and answer by a link: proofs of an address, and invitations."""
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models.organizations import Owned, tenant_key
from accounts.models.people import Role, User


class LinkPurpose(models.TextChoices):
    RESET = "reset"
    CONFIRM = "confirm"
    CHANGE = "change"


class Link(Owned):
    """A link that was mailed: it works once, for a while, and as long as the user has the epoch and the address that they had then."""

    user = tenant_key(User, models.CASCADE)
    purpose = models.TextField(choices=LinkPurpose)
    email = models.TextField()  # where it was sent
    address = models.TextField()  # the user's at that time
    epoch = models.IntegerField()
    hash = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(purpose__in=LinkPurpose.values), name="link_purpose_known")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"


class Invitation(Owned):
    """Somebody who may become one of the staff by a link that was mailed to them."""

    email = models.TextField()
    name = models.TextField(blank=True, default="")
    role = tenant_key(Role)
    invited_by = tenant_key(User, null=True, related_name="+")  # none where a platform superuser or a command did
    number = models.IntegerField(default=1)  # of the mail: only the last one's link works
    hash = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        permissions = [("invite_staff", "Can invite staff by mail, to roles that hold no more than their own")]
        constraints = [models.UniqueConstraint(fields=["organization", "email"], name="invitation_open_once",
                                               condition=Q(accepted_at=None, withdrawn_at=None))]

    def __str__(self) -> str:
        return self.email
