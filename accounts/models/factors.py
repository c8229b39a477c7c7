"""Second factors. A platform superuser's rows belong to no organization."""
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models.organizations import Organization, tenant_key
from accounts.models.people import User
from accounts.models.sessions import SessionKind
from foundation.models import Keyed


class OfAnybody(Keyed):
    """A row of a member of an organization, or of a platform superuser."""

    organization = models.ForeignKey(Organization, models.PROTECT, null=True, db_constraint=False, db_index=False, editable=False)

    class Meta:
        abstract = True


class Factor(OfAnybody):
    """An authenticator app (TOTP, RFC 6238); it counts from its first right code on."""

    user = tenant_key(User, models.CASCADE, related_name="factors", db_index=False)
    secret = models.BinaryField()  # sealed
    last_step = models.BigIntegerField(default=0)  # the time step of the last code that was taken: no code counts twice
    created_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user"], name="factor_once")]

    def __str__(self) -> str:
        return f"{self.user_id} since {self.confirmed_at}"


class RecoveryCode(OfAnybody):
    """Stands in for the authenticator once."""

    user = tenant_key(User, models.CASCADE, related_name="recovery_codes", db_index=False)
    hash = models.BinaryField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "hash"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.user_id} used {self.used_at}"


class Purpose(models.TextChoices):
    PROVE = "prove"
    ENROL = "enrol"


class Challenge(OfAnybody):
    """A sign-in whose password was right and which awaits the second factor, or its enrolment. The row goes with its use."""

    user = tenant_key(User, models.CASCADE)
    purpose = models.TextField(choices=Purpose)
    kind = models.TextField(choices=SessionKind)  # of the session that it is for
    digest = models.BinaryField()  # SHA-256 of the password's hash, which must still be the same in the end
    tries = models.IntegerField(default=0, db_default=0)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="challenge_purpose_known"),
                       models.CheckConstraint(condition=Q(kind__in=SessionKind.values), name="challenge_kind_known")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.purpose}"
