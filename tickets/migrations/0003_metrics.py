"""What `/metrics` may know of all organizations' queues: two numbers."""
from django.db import migrations

from foundation.tenancy import definer_function

WAITING = """
  SELECT count(*), coalesce(greatest(extract(epoch FROM now() - min(queued_at)), 0), 0)::float8 FROM tickets_ticket WHERE status = 'queued'
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_isolation"), ("accounts", "0003_metrics")]
    operations = [
        migrations.RunSQL(*definer_function(
            "queue_waiting() RETURNS TABLE (waiting bigint, oldest float8) LANGUAGE sql STABLE", WAITING, reads=["tickets_ticket"])),
    ]
