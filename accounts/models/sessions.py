"""Sign-ins."""
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models.organizations import Owned, tenant_key
from accounts.models.people import User


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
