"""Row-level security for tickets, and the functions behind the fast paths."""
from django.db import migrations

from foundation.roles import APP
from foundation.tenancy import IsolateTenant, definer_function

# The one place that says how a ticket looks as JSON. A single expression, so that PostgreSQL inlines it into the lists.
JSON = """
CREATE FUNCTION ticket_json(
  t tickets_ticket, prefix text, customer_name text, customer_email text, assignee_name text, category_slug text, category_name text,
  tag_names text[], head bigint, unread bigint
) RETURNS json LANGUAGE sql STABLE AS $body$
  SELECT json_build_object(
    'id', t.conversation_id,
    'number', prefix || '-' || t.number,
    'subject', t.subject,
    'status', t.status,
    'priority', (ARRAY['low', 'normal', 'high', 'urgent'])[t.priority],
    'category', CASE WHEN category_slug IS NULL THEN NULL ELSE json_build_object('slug', category_slug, 'name', category_name) END,
    'tags', coalesce(tag_names, '{}'),
    'channel', t.channel,
    'customer', json_build_object('id', t.customer_id, 'name', customer_name, 'email', customer_email),
    'assignee', CASE WHEN t.assignee_id IS NULL THEN NULL ELSE json_build_object('id', t.assignee_id, 'name', assignee_name) END,
    'version', t.version,
    'created_at', t.created_at,
    'updated_at', t.updated_at,
    'queued_at', t.queued_at,
    'assigned_at', t.assigned_at,
    'first_response_at', t.first_response_at,
    'resolved_at', t.resolved_at,
    'closed_at', t.closed_at,
    'head', head,
    'unread', unread)
$body$;
"""
JSON_SIGNATURE = "ticket_json(tickets_ticket, text, text, text, text, text, text, text[], bigint, bigint)"
NUMBERS = """
CREATE FUNCTION take_ticket_numbers(p_organization uuid, p_many integer, OUT first bigint, OUT prefix text) LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM set_config('app.organization', p_organization::text, true);
  INSERT INTO tickets_queuesettings (organization_id, number_prefix, next_number, assigns_automatically, grace_seconds)
  SELECT o.id, upper(left(o.slug, 3)), 1001, true, 300 FROM accounts_organization o WHERE o.id = p_organization
  ON CONFLICT (organization_id) DO NOTHING;
  UPDATE tickets_queuesettings q SET next_number = q.next_number + p_many WHERE q.organization_id = p_organization
  RETURNING q.next_number - p_many, q.number_prefix INTO first, prefix;
END $body$;
"""
NUMBERS_SIGNATURE = "take_ticket_numbers(uuid, integer)"
# Ticket, conversation, first message, event and the remembered answer: one statement, one commit.
OPEN = """
CREATE FUNCTION open_ticket(
  p_organization uuid, p_ticket uuid, p_customer uuid, p_customer_name text, p_customer_email text, p_number bigint, p_prefix text,
  p_subject text, p_text text, p_hash bytea, p_category text, p_tags text[], p_channel text,
  p_key text, p_fingerprint bytea, p_payload jsonb, p_subscribers text[],
  OUT outcome text, OUT body text, OUT entry uuid, OUT stored_at timestamptz, OUT owed uuid[]
) LANGUAGE plpgsql AS $body$
DECLARE
  kind tickets_category%ROWTYPE;
  made tickets_ticket%ROWTYPE;
  kept foundation_idempotencykey%ROWTYPE;
  fact uuid;
BEGIN
  PERFORM set_config('app.organization', p_organization::text, true);
  IF p_category IS NOT NULL THEN
    SELECT * INTO kind FROM tickets_category c WHERE c.organization_id = p_organization AND c.slug = p_category;
    IF NOT FOUND THEN
      outcome := 'unknown_category';
      RETURN;
    END IF;
  END IF;
  IF p_key IS NOT NULL THEN
    INSERT INTO foundation_idempotencykey (organization_id, user_id, key, fingerprint) VALUES (p_organization, p_customer, p_key, p_fingerprint)
    ON CONFLICT (organization_id, user_id, key) DO NOTHING;
    IF NOT FOUND THEN
      SELECT * INTO kept FROM foundation_idempotencykey k
      WHERE k.organization_id = p_organization AND k.user_id = p_customer AND k.key = p_key;
      outcome := CASE WHEN kept.fingerprint = p_fingerprint THEN 'repeated' ELSE 'conflict' END;
      body := kept.body;
      RETURN;
    END IF;
  END IF;
  INSERT INTO chat_conversation (id, organization_id, customer_id, staff_seq, public_seq, staff_wakes)
  VALUES (p_ticket, p_organization, p_customer, 1, 1, true);
  INSERT INTO tickets_ticket (conversation_id, organization_id, number, subject, category_id, channel, customer_id)
  VALUES (p_ticket, p_organization, p_number, p_subject, kind.id, p_channel, p_customer) RETURNING * INTO made;
  INSERT INTO tickets_tickettag (organization_id, ticket_id, name) SELECT p_organization, p_ticket, n FROM unnest(p_tags) n;
  INSERT INTO chat_entry (organization_id, conversation_id, staff_seq, public_seq, kind, sender_id, sender_name, sender_is_staff, body_hash, text)
  VALUES (p_organization, p_ticket, 1, 1, 'message', p_customer, p_customer_name, false, p_hash, p_text)
  RETURNING id, created_at INTO entry, stored_at;
  body := ticket_json(made, p_prefix, p_customer_name, p_customer_email, NULL, kind.slug, kind.name,
                      (SELECT array_agg(n ORDER BY n) FROM unnest(p_tags) n), 1, 0)::text;
  IF p_key IS NOT NULL THEN
    UPDATE foundation_idempotencykey k SET status = 201, body = open_ticket.body
    WHERE k.organization_id = p_organization AND k.user_id = p_customer AND k.key = p_key;
  END IF;
  INSERT INTO foundation_event (organization_id, kind, payload) VALUES (p_organization, 'ticket.queued', p_payload) RETURNING id INTO fact;
  WITH added AS (
    INSERT INTO foundation_delivery (organization_id, event_id, subscriber) SELECT p_organization, fact, s FROM unnest(p_subscribers) s
    RETURNING id, subscriber)
  SELECT array_agg(added.id ORDER BY array_position(p_subscribers, subscriber)) INTO owed FROM added;
  outcome := 'stored';
END $body$;
"""
OPEN_SIGNATURE = ("open_ticket(uuid, uuid, uuid, text, text, bigint, text, text, text, bytea, text, text[], text, text, bytea, jsonb, text[])")
QUEUED = "SELECT DISTINCT organization_id FROM tickets_ticket WHERE status = 'queued'"
ABANDONED = """
  SELECT DISTINCT t.organization_id FROM accounts_agentprofile a JOIN tickets_ticket t ON t.assignee_id = a.user_id
  WHERE a.availability = 'offline' AND t.status IN ('assigned', 'in_progress', 'pending') AND t.first_response_at IS NULL
"""
TO_CLOSE = "SELECT DISTINCT organization_id FROM tickets_ticket WHERE status = 'resolved' AND resolved_at < now() - p_after"


def callable_by_app(sql, signature):
    return migrations.RunSQL(f"{sql} REVOKE ALL ON FUNCTION {signature} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {signature} TO {APP};",
                             f"DROP FUNCTION {signature}")


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial"), ("chat", "0002_isolation")]
    operations = [
        IsolateTenant("category", parent=True),
        IsolateTenant("ticket", parent=True),
        IsolateTenant("tickettag"),
        IsolateTenant("queuesettings"),
        callable_by_app(JSON, JSON_SIGNATURE),
        callable_by_app(NUMBERS, NUMBERS_SIGNATURE),
        callable_by_app(OPEN, OPEN_SIGNATURE),
        migrations.RunSQL(*definer_function("organizations_with_queue() RETURNS SETOF uuid LANGUAGE sql STABLE", QUEUED, reads=["tickets_ticket"])),
        migrations.RunSQL(*definer_function("organizations_with_abandoned_tickets() RETURNS SETOF uuid LANGUAGE sql STABLE", ABANDONED,
                                            reads=["tickets_ticket", "accounts_agentprofile"])),
        migrations.RunSQL(*definer_function("organizations_with_tickets_to_close(p_after interval) RETURNS SETOF uuid LANGUAGE sql STABLE", TO_CLOSE,
                                            reads=["tickets_ticket"])),
    ]
