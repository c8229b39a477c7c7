"""What is typed and not sent yet is kept for whoever typed it."""
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import foundation.ids
import foundation.models
from foundation.tenancy import IsolateTenant


class Migration(migrations.Migration):
    dependencies = [("chat", "0006_attachments"), ("accounts", "0002_isolation"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.UUIDField(db_default=foundation.models.UuidV7(), default=foundation.ids.uuid7, editable=False, primary_key=True,
                                        serialize=False)),
                ("internal", models.BooleanField(db_default=False, default=False)),
                ("text", models.TextField()),
                ("saved_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("conversation", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE,
                                                   to="chat.conversation")),
                ("organization", models.ForeignKey(db_constraint=False, db_index=False, editable=False,
                                                   on_delete=django.db.models.deletion.PROTECT, to="accounts.organization")),
                ("user", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE,
                                           to=settings.AUTH_USER_MODEL)),
            ],
            options={"constraints": [
                models.UniqueConstraint(fields=("organization", "user", "conversation", "internal"), name="draft_once")]},
        ),
        IsolateTenant("draft"),
    ]
