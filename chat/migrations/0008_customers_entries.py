"""Customers are told what was done with their ticket, and not who of the staff did it."""
from importlib import import_module

from django.db import migrations

before = import_module("chat.migrations.0006_attachments")
EARLIER = before.changed(before.JSON, ("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
# The house stands in for them, as in `wire.shown`.
JSON = before.changed(EARLIER, (
    """'","sender":{"id":' || coalesce('"' || e.sender_id || '"', 'null')
    || ',"name":' || to_json(e.sender_name)
""", """'","sender":{"id":' || CASE WHEN NOT staff AND e.sender_is_staff AND e.kind IN ('assignment', 'status') THEN 'null,"name":"Pandar Chat"'
                          ELSE coalesce('"' || e.sender_id || '"', 'null') || ',"name":' || to_json(e.sender_name) END
"""))


class Migration(migrations.Migration):
    dependencies = [("chat", "0007_drafts")]
    operations = [migrations.RunSQL(JSON, EARLIER)]
