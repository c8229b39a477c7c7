"""An entry's JSON is put together as text by PostgreSQL: a page of them passes through the server unread."""
from django.db import migrations

from foundation.roles import APP

# As `wire.shown` has it, its members in another order. One expression, so that PostgreSQL inlines it.
MOMENT = """replace(to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000', '')"""
JSON = r"""
CREATE FUNCTION entry_json(
  e chat_entry, staff boolean, target_id uuid, target_staff_seq bigint, target_public_seq bigint, target_text text
) RETURNS text LANGUAGE sql STABLE AS $body$
  SELECT '{"kind":"' || e.kind
    || '","id":"' || e.id
    || '","seq":' || CASE WHEN staff THEN e.staff_seq ELSE e.public_seq END
    || ',"created_at":"' || CREATED
    || '","sender":{"id":' || coalesce('"' || e.sender_id || '"', 'null')
    || ',"name":' || to_json(e.sender_name)
    || CASE WHEN e.sender_is_staff THEN ',"staff":true},"internal":' ELSE ',"staff":false},"internal":' END
    || CASE WHEN e.public_seq IS NULL THEN 'true' ELSE 'false' END
    || CASE e.kind
       WHEN 'message' THEN
         ',"text":' || to_json(e.text)
         || ',"client_id":' || coalesce('"' || e.client_id || '"', 'null')
         || ',"edited_at":' || coalesce('"' || EDITED || '"', 'null')
         || ',"deleted_at":' || coalesce('"' || DELETED || '"}', 'null}')
       WHEN 'assignment' THEN
         ',"assignee":' || CASE WHEN e.data ->> 'assignee' IS NULL THEN 'null}'
                           ELSE '{"id":' || (e.data -> 'assignee' -> 'id')::text || ',"name":' || (e.data -> 'assignee' -> 'name')::text || ',"staff":true}}' END
       WHEN 'status' THEN
         ',"from":' || (e.data -> 'from')::text || ',"to":' || (e.data -> 'to')::text || '}'
       WHEN 'change' THEN
         ',"field":' || (e.data -> 'field')::text || ',"before":' || (e.data -> 'from')::text || ',"after":' || (e.data -> 'to')::text || '}'
       ELSE
         ',"target":' || coalesce('"' || target_id || '"', 'null')
         || ',"target_seq":' || coalesce((CASE WHEN staff THEN target_staff_seq ELSE target_public_seq END)::text, 'null')
         || CASE e.kind WHEN 'edit' THEN ',"text":' || to_json(coalesce(target_text, '')) || '}' ELSE '}' END
       END
$body$;
""".replace("CREATED", MOMENT.format("e.created_at")).replace("EDITED", MOMENT.format("e.edited_at")).replace(
    "DELETED", MOMENT.format("e.deleted_at"))
SIGNATURE = "entry_json(chat_entry, boolean, uuid, bigint, bigint, text)"


class Migration(migrations.Migration):
    dependencies = [("chat", "0004_implied_keys")]
    operations = [
        migrations.RunSQL(f"{JSON} REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {APP};",
                          f"DROP FUNCTION {SIGNATURE}"),
    ]
