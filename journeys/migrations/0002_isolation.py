"""Row-level security for journeys. What was published, and what a ticket was told, is never changed."""
from django.db import migrations

from foundation.tenancy import IsolateTenant


class Migration(migrations.Migration):
    dependencies = [("journeys", "0001_initial"), ("tickets", "0002_isolation"), ("accounts", "0002_isolation")]
    operations = [
        IsolateTenant("journey", parent=True),
        IsolateTenant("version", parent=True, append_only=True),
        IsolateTenant("run", parent=True),
        IsolateTenant("visit"),
        IsolateTenant("ticketanswer", append_only=True),
    ]
