"""Messages that wait share a commit: `send_messages` stores many, each by the rules of `send_message`."""
import importlib

from django.db import migrations, models

from foundation.roles import APP

before = importlib.import_module("chat.migrations.0002_isolation")

# As before, but for p_waits: in a batch, a conversation that somebody holds must not keep the others; its message goes alone (`busy`).
SEND = """
CREATE FUNCTION send_message(
  p_organization uuid, p_conversation uuid, p_sender uuid, p_sender_name text, p_staff boolean, p_client_id uuid, p_text text,
  p_hash bytea, p_internal boolean, p_wakes boolean, p_subscribers text[], p_waits boolean,
  OUT outcome text, OUT entry uuid, OUT staff_number bigint, OUT public_number bigint, OUT stored_at timestamptz, OUT owed uuid[]
) LANGUAGE plpgsql AS $body$
DECLARE
  c chat_conversation%ROWTYPE;
  known chat_entry%ROWTYPE;
  fact uuid;
BEGIN
  PERFORM set_config('app.organization', p_organization::text, true);
  IF p_waits THEN
    SELECT * INTO c FROM chat_conversation WHERE id = p_conversation AND (p_staff OR customer_id = p_sender) FOR UPDATE;
  ELSE
    SELECT * INTO c FROM chat_conversation WHERE id = p_conversation AND (p_staff OR customer_id = p_sender) FOR UPDATE SKIP LOCKED;
  END IF;
  IF NOT FOUND THEN
    outcome := CASE WHEN p_waits THEN 'not_found' ELSE 'busy' END;
    RETURN;
  END IF;
  SELECT * INTO known FROM chat_entry WHERE organization_id = p_organization AND sender_id = p_sender AND client_id = p_client_id;
  IF FOUND THEN
    outcome := CASE WHEN known.conversation_id = p_conversation AND known.body_hash = p_hash THEN 'duplicate' ELSE 'conflict' END;
    entry := known.id; staff_number := known.staff_seq; public_number := known.public_seq; stored_at := known.created_at;
    RETURN;
  END IF;
  IF p_wakes AND ((p_staff AND NOT p_internal AND c.staff_wakes) OR (NOT p_staff AND c.customer_wakes)) THEN
    outcome := 'wake';
    RETURN;
  END IF;
  IF c.is_closed THEN
    outcome := 'closed';
    RETURN;
  END IF;
  UPDATE chat_conversation SET staff_seq = staff_seq + 1, public_seq = public_seq + (NOT p_internal)::int, last_entry_at = now()
  WHERE id = p_conversation RETURNING staff_seq, CASE WHEN p_internal THEN NULL ELSE public_seq END INTO staff_number, public_number;
  INSERT INTO chat_entry (organization_id, conversation_id, staff_seq, public_seq, kind, sender_id, sender_name, sender_is_staff,
                          client_id, body_hash, text)
  VALUES (p_organization, p_conversation, staff_number, public_number, 'message', p_sender, p_sender_name, p_staff, p_client_id, p_hash, p_text)
  RETURNING id, created_at INTO entry, stored_at;
  IF cardinality(p_subscribers) > 0 THEN
    INSERT INTO foundation_event (organization_id, kind, payload)
    VALUES (p_organization, 'message.sent', jsonb_build_object('conversation', p_conversation, 'entry', entry)) RETURNING id INTO fact;
    WITH added AS (
      INSERT INTO foundation_delivery (organization_id, event_id, subscriber) SELECT p_organization, fact, s FROM unnest(p_subscribers) s
      RETURNING id, subscriber)
    SELECT array_agg(added.id ORDER BY array_position(p_subscribers, subscriber)) INTO owed FROM added;
  END IF;
  outcome := 'stored';
END $body$;
"""
SIGNATURE = "send_message(uuid, uuid, uuid, text, boolean, uuid, text, bytea, boolean, boolean, text[], boolean)"
# Whatever makes one message fail rolls all of them back, and each is sent again alone: only there can it be said whose fault it is.
# Nothing in a batch waits for long: neither for a conversation nor for a key that another transaction is about to write.
SEND_MANY = """
CREATE FUNCTION send_messages(p_organization uuid, p_messages json, p_subscribers text[])
RETURNS TABLE (outcome text, entry uuid, staff_number bigint, public_number bigint, stored_at timestamptz, owed uuid[])
LANGUAGE plpgsql AS $body$
DECLARE
  m record;
BEGIN
  PERFORM set_config('lock_timeout', '200ms', true);
  FOR m IN SELECT * FROM json_to_recordset(p_messages) AS x (
    conversation uuid, sender uuid, name text, staff boolean, client_id uuid, text text, hash text, internal boolean)
  LOOP
    SELECT s.* INTO outcome, entry, staff_number, public_number, stored_at, owed
    FROM send_message(p_organization, m.conversation, m.sender, m.name, m.staff, m.client_id, m.text, decode(m.hash, 'hex'),
                      m.internal, true, p_subscribers, false) s;
    RETURN NEXT;
  END LOOP;
END $body$;
"""
MANY_SIGNATURE = "send_messages(uuid, json, text[])"


def granted(signature: str) -> str:
    return f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {signature} TO {APP};"


class Migration(migrations.Migration):
    dependencies = [("chat", "0002_isolation")]
    operations = [
        # An index over the time of the last entry made every message rewrite all index entries of its conversation.
        migrations.RemoveIndex("conversation", name="conversation_of_customer"),
        migrations.AddIndex("conversation", models.Index(fields=["organization", "customer"], name="conversation_customer")),
        migrations.RunSQL(f"DROP FUNCTION {before.SIGNATURE}; {SEND} {granted(SIGNATURE)}",
                          f"DROP FUNCTION {SIGNATURE}; {before.SEND} {granted(before.SIGNATURE)}"),
        migrations.RunSQL(f"{SEND_MANY} {granted(MANY_SIGNATURE)}", f"DROP FUNCTION {MANY_SIGNATURE}"),
    ]
