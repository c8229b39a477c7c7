"""Tags are the staff's: a ticket shows its customer none."""
from importlib import import_module

from django.db import migrations

before = import_module("tickets.migrations.0010_clocks")
changed = import_module("chat.migrations.0006_attachments").changed
EARLIER = changed(before.JSON, ("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
# `tag_names` once and no more: a query in a parameter that is used twice keeps PostgreSQL from inlining the function.
JSON = changed(EARLIER, ("coalesce(to_json(tag_names)::text, '[]')", "CASE WHEN staff THEN coalesce(to_json(tag_names)::text, '[]') ELSE '[]' END"))


class Migration(migrations.Migration):
    dependencies = [("tickets", "0014_open_lists")]
    operations = [migrations.RunSQL(JSON, EARLIER)]
