"""Whoever opens a ticket for the house may say its priority; who says none gets the normal one."""
import importlib

from django.db import migrations

before = importlib.import_module("tickets.migrations.0007_open_together")

OPEN_MANY = before.OPEN_MANY
for old, new in (
    ("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
    ("fingerprint text, payload jsonb)) WITH ORDINALITY", "fingerprint text, payload jsonb, priority smallint)) WITH ORDINALITY"),
    ("channel, key, fingerprint, payload, place)", "channel, key, fingerprint, payload, priority, place)"),
    ("(conversation_id, organization_id, number, subject, category_id, channel, customer_id)\n"
     "    SELECT ticket, p_organization, number, subject, category_id, channel, customer FROM new",
     "(conversation_id, organization_id, number, subject, priority, category_id, channel, customer_id)\n"
     "    SELECT ticket, p_organization, number, subject, coalesce(priority, 2), category_id, channel, customer FROM new"),
):
    assert OPEN_MANY.count(old) == 1, old
    OPEN_MANY = OPEN_MANY.replace(old, new)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0007_open_together")]
    operations = [migrations.RunSQL(OPEN_MANY, before.OPEN_MANY.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))]
