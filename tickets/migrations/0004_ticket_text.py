"""A ticket's JSON is put together as text: half the time of json_build_object, and no blanks on the wire."""
from django.db import migrations

from foundation.roles import APP

JSON = """
DROP FUNCTION ticket_json(tickets_ticket, text, text, text, text, text, text, text[], bigint, bigint);
CREATE FUNCTION ticket_json(
  t tickets_ticket, prefix text, customer_name text, customer_email text, assignee_name text, category_slug text, category_name text,
  tag_names text[], head bigint, unread bigint
) RETURNS text LANGUAGE sql STABLE AS $body$
  SELECT '{"id":"' || t.conversation_id
    || '","number":' || to_json(prefix || '-' || t.number)
    || ',"subject":' || to_json(t.subject)
    || ',"status":"' || t.status
    || '","priority":"' || (ARRAY['low', 'normal', 'high', 'urgent'])[t.priority]
    || '","category":' || CASE WHEN category_slug IS NULL THEN 'null'
                               ELSE '{"slug":' || to_json(category_slug) || ',"name":' || to_json(category_name) || '}' END
    || ',"tags":' || coalesce(to_json(tag_names)::text, '[]')
    || ',"channel":"' || t.channel
    || '","customer":{"id":"' || t.customer_id || '","name":' || to_json(customer_name) || ',"email":' || to_json(customer_email)
    || '},"assignee":' || CASE WHEN t.assignee_id IS NULL THEN 'null'
                               ELSE '{"id":"' || t.assignee_id || '","name":' || to_json(assignee_name) || '}' END
    || ',"version":' || t.version
    || ',"created_at":' || to_json(t.created_at)
    || ',"updated_at":' || to_json(t.updated_at)
    || ',"queued_at":' || to_json(t.queued_at)
    || ',"assigned_at":' || coalesce(to_json(t.assigned_at)::text, 'null')
    || ',"first_response_at":' || coalesce(to_json(t.first_response_at)::text, 'null')
    || ',"resolved_at":' || coalesce(to_json(t.resolved_at)::text, 'null')
    || ',"closed_at":' || coalesce(to_json(t.closed_at)::text, 'null')
    || ',"head":' || head
    || ',"unread":' || unread || '}'
$body$;
"""
SIGNATURE = "ticket_json(tickets_ticket, text, text, text, text, text, text, text[], bigint, bigint)"


class Migration(migrations.Migration):
    dependencies = [("tickets", "0003_metrics")]
    operations = [
        migrations.RunSQL(f"{JSON} REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {APP};",
                          migrations.RunSQL.noop),
    ]
