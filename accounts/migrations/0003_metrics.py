"""What `/metrics` may know of all organizations' deliveries: two numbers."""
from django.db import migrations

from foundation.tenancy import definer_function

# Keys are UUIDv7: the least of them is the oldest, and says when it was made.
WAITING = """
  SELECT count(*), coalesce(greatest(extract(epoch FROM now() - uuid_extract_timestamp(
    (SELECT id FROM foundation_delivery ORDER BY id LIMIT 1))), 0), 0)::float8 FROM foundation_delivery
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_isolation")]
    operations = [
        migrations.RunSQL(*definer_function(
            "deliveries_waiting() RETURNS TABLE (waiting bigint, oldest float8) LANGUAGE sql STABLE", WAITING, reads=["foundation_delivery"])),
    ]
