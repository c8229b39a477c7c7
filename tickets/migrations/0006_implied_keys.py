"""What refers to a row of its organization needs no key to the organization itself, which every write would lock."""
from django.db import migrations

from foundation.tenancy import drop_implied_keys


class Migration(migrations.Migration):
    dependencies = [("tickets", "0005_queue_by_category")]
    operations = [drop_implied_keys("tickets_ticket", "tickets_tickettag")]
