"""Organizations, and what belongs to one."""
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now

from foundation.models import Keyed

slug_of_organization = RegexValidator(r"\A[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?\Z", "Use lower-case letters, digits and hyphens.")


class Organization(Keyed):
    """A tenant."""

    slug = models.TextField(unique=True, validators=[slug_of_organization])
    name = models.TextField()
    is_active = models.BooleanField(default=True)
    requires_confirmed_email = models.BooleanField(default=False, help_text="Nobody signs in before their address is confirmed.")
    requires_second_factor = models.BooleanField(default=False, db_default=False, help_text="Staff sign in with a second factor only.")
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
