import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import foundation.ids
import foundation.models
from foundation.tenancy import IsolateTenant

OPEN = models.Q(("accepted_at", None), ("withdrawn_at", None))


def key():
    return ("id", models.UUIDField(db_default=foundation.models.UuidV7(), default=foundation.ids.uuid7, editable=False, primary_key=True,
                                   serialize=False))


def to(name, model, deletion=django.db.models.deletion.PROTECT, **options):
    return (name, models.ForeignKey(db_constraint=False, on_delete=deletion, to=model, **options))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_second_factor")]
    operations = [
        migrations.CreateModel("Link", [
            key(),
            ("purpose", models.TextField(choices=[("reset", "Reset"), ("confirm", "Confirm"), ("change", "Change")])),
            ("email", models.TextField()),
            ("address", models.TextField()),
            ("epoch", models.IntegerField()),
            ("hash", models.BinaryField()),
            ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("expires_at", models.DateTimeField(db_index=True)),
            ("used_at", models.DateTimeField(null=True)),
            to("organization", "accounts.organization", db_index=False, editable=False),
            to("user", settings.AUTH_USER_MODEL, django.db.models.deletion.CASCADE),
        ], options={"constraints": [
            models.CheckConstraint(condition=models.Q(("purpose__in", ["reset", "confirm", "change"])), name="link_purpose_known")]}),
        migrations.CreateModel("Invitation", [
            key(),
            ("email", models.TextField()),
            ("name", models.TextField(blank=True, default="")),
            ("number", models.IntegerField(default=1)),
            ("hash", models.BinaryField()),
            ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("expires_at", models.DateTimeField()),
            ("accepted_at", models.DateTimeField(null=True)),
            ("withdrawn_at", models.DateTimeField(null=True)),
            to("organization", "accounts.organization", db_index=False, editable=False),
            to("role", "accounts.role"),
            to("invited_by", settings.AUTH_USER_MODEL, null=True, related_name="+"),
        ], options={
            "ordering": ["-created_at", "-id"],
            "permissions": [("invite_staff", "Can invite staff by mail, to roles that hold no more than their own")],
            "constraints": [models.UniqueConstraint(condition=OPEN, fields=("organization", "email"), name="invitation_open_once")]}),
        IsolateTenant("link"),
        IsolateTenant("invitation"),
    ]
