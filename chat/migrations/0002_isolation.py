"""Row-level security for conversations, and the function that stores a message."""
from django.db import migrations

from foundation.roles import APP
from foundation.tenancy import IsolateTenant

TARGET = """
ALTER TABLE chat_entry ADD CONSTRAINT chat_entry_target FOREIGN KEY (organization_id, conversation_id, target_seq)
  REFERENCES chat_entry (organization_id, conversation_id, staff_seq) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE chat_revision ADD CONSTRAINT chat_revision_target FOREIGN KEY (organization_id, conversation_id, target_seq)
  REFERENCES chat_entry (organization_id, conversation_id, staff_seq) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE chat_conversation SET (fillfactor = 70);
"""
# One statement, one commit. `wake` writes nothing: the caller then does the same in a unit of work, through whoever opened the
# conversation. p_wakes is false where the caller is that unit already.
SEND = """
CREATE FUNCTION send_message(
  p_organization uuid, p_conversation uuid, p_sender uuid, p_sender_name text, p_staff boolean, p_client_id uuid, p_text text,
  p_hash bytea, p_internal boolean, p_wakes boolean, p_subscribers text[],
  OUT outcome text, OUT entry uuid, OUT staff_number bigint, OUT public_number bigint, OUT stored_at timestamptz, OUT owed uuid[]
) LANGUAGE plpgsql AS $body$
DECLARE
  c chat_conversation%ROWTYPE;
  known chat_entry%ROWTYPE;
  fact uuid;
BEGIN
  PERFORM set_config('app.organization', p_organization::text, true);
  SELECT * INTO c FROM chat_conversation WHERE id = p_conversation AND (p_staff OR customer_id = p_sender) FOR UPDATE;
  IF NOT FOUND THEN
    outcome := 'not_found';
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
# What a server asks for its sockets at each ping: last numbers, and who is still who they were.
PULSE = """
CREATE FUNCTION socket_pulse(p_organization uuid, p_rooms uuid[], p_users uuid[], p_sessions uuid[]) RETURNS jsonb LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM set_config('app.organization', p_organization::text, true);
  RETURN jsonb_build_object(
    'heads', (SELECT coalesce(jsonb_agg(jsonb_build_array(id, staff_seq, public_seq)), '[]') FROM chat_conversation WHERE id = ANY (p_rooms)),
    'users', (SELECT coalesce(jsonb_agg(jsonb_build_array(u.id, u.epoch, r.id, r.version)), '[]')
              FROM accounts_user u JOIN accounts_role r ON r.id = u.role_id JOIN accounts_organization o ON o.id = u.organization_id AND o.is_active
              WHERE u.id = ANY (p_users) AND u.is_active),
    'sessions', (SELECT coalesce(jsonb_agg(id), '[]') FROM accounts_session
                 WHERE id = ANY (p_sessions) AND revoked_at IS NULL AND expires_at > now()));
END $body$;
"""
PULSE_SIGNATURE = "socket_pulse(uuid, uuid[], uuid[], uuid[])"
SIGNATURE = "send_message(uuid, uuid, uuid, text, boolean, uuid, text, bytea, boolean, boolean, text[])"


class Migration(migrations.Migration):
    dependencies = [("chat", "0001_initial"), ("accounts", "0002_isolation")]
    operations = [
        IsolateTenant("conversation", parent=True),
        IsolateTenant("entry"),
        IsolateTenant("revision", append_only=True),
        IsolateTenant("readmark"),
        migrations.RunSQL(TARGET, migrations.RunSQL.noop),
        migrations.RunSQL(
            f"{SEND} REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {APP};",
            f"DROP FUNCTION {SIGNATURE}"),
        migrations.RunSQL(
            f"{PULSE} REVOKE ALL ON FUNCTION {PULSE_SIGNATURE} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {PULSE_SIGNATURE} TO {APP};",
            f"DROP FUNCTION {PULSE_SIGNATURE}"),
    ]
