import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import foundation.ids
import foundation.models
from foundation.tenancy import IsolateTenant


def key():
    return ("id", models.UUIDField(db_default=foundation.models.UuidV7(), default=foundation.ids.uuid7, editable=False, primary_key=True,
                                   serialize=False))


def organization():
    return ("organization", models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True,
                                              on_delete=django.db.models.deletion.PROTECT, to="accounts.organization"))


def user(**options):
    return ("user", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, **options))


KINDS = [("tokens", "Tokens"), ("browser", "Browser")]
PURPOSES = [("prove", "Prove"), ("enrol", "Enrol")]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_browser_sessions")]
    operations = [
        migrations.AddField("organization", "requires_second_factor", models.BooleanField(
            db_default=False, default=False, help_text="Staff sign in with a second factor only.")),
        migrations.CreateModel("Factor", [
            key(),
            ("secret", models.BinaryField()),
            ("last_step", models.BigIntegerField(default=0)),
            ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("confirmed_at", models.DateTimeField(null=True)),
            organization(), user(db_index=False, related_name="factors"),
        ], options={"constraints": [models.UniqueConstraint(fields=("user",), name="factor_once")]}),
        migrations.CreateModel("RecoveryCode", [
            key(),
            ("hash", models.BinaryField()),
            ("used_at", models.DateTimeField(null=True)),
            organization(), user(db_index=False, related_name="recovery_codes"),
        ], options={"constraints": [models.UniqueConstraint(fields=("user", "hash"), name="recovery_code_once")]}),
        migrations.CreateModel("Challenge", [
            key(),
            ("purpose", models.TextField(choices=PURPOSES)),
            ("kind", models.TextField(choices=KINDS)),
            ("digest", models.BinaryField()),
            ("tries", models.IntegerField(db_default=0, default=0)),
            ("expires_at", models.DateTimeField(db_index=True)),
            organization(), user(),
        ], options={"constraints": [
            models.CheckConstraint(condition=models.Q(("purpose__in", ["prove", "enrol"])), name="challenge_purpose_known"),
            models.CheckConstraint(condition=models.Q(("kind__in", ["tokens", "browser"])), name="challenge_kind_known"),
        ]}),
        IsolateTenant("factor", platform=True),
        IsolateTenant("recoverycode", platform=True),
        IsolateTenant("challenge", platform=True),
    ]
