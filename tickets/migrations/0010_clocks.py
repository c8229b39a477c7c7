"""Clocks are written with the ticket that is opened, and shown to the staff."""
import importlib

from django.db import migrations

from foundation.roles import APP
from foundation.tenancy import IsolateTenant, definer_function

opened = importlib.import_module("tickets.migrations.0008_opened_with_priority")
shown = importlib.import_module("tickets.migrations.0004_ticket_text")

# A category's policy is one of its organization.
POLICY = """
ALTER TABLE tickets_category ADD CONSTRAINT tickets_category_sla_policy_id_tenant FOREIGN KEY (organization_id, sla_policy_id)
  REFERENCES tickets_slapolicy (organization_id, id) DEFERRABLE INITIALLY DEFERRED
"""
# As before, with the clocks as they are kept; they are for the staff.
JSON = """
CREATE FUNCTION ticket_json(
  t tickets_ticket, prefix text, customer_name text, customer_email text, assignee_name text, category_slug text, category_name text,
  tag_names text[], head bigint, unread bigint, staff boolean
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
    || ',"sla":' || CASE WHEN staff AND t.clocks IS NOT NULL THEN t.clocks ELSE 'null' END
    || ',"head":' || head
    || ',"unread":' || unread || '}'
$body$;
"""
SIGNATURE = "ticket_json(tickets_ticket, text, text, text, text, text, text, text[], bigint, bigint, boolean)"
# As before, with the clocks and the priority that the caller found: deadlines are no business of SQL.
OPEN_MANY = """
CREATE OR REPLACE FUNCTION open_tickets(p_organization uuid, p_tickets json, p_subscribers text[])
RETURNS TABLE (outcome text, body text, owed uuid[])
LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM set_config('app.organization', p_organization::text, true), set_config('plan_cache_mode', 'force_generic_plan', true);
  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT x.*, c.id AS category_id, c.name AS category_name, k.body AS kept,
           CASE WHEN x.session IS NOT NULL AND a.id IS NULL THEN 'another'
                WHEN x.category IS NOT NULL AND c.id IS NULL THEN 'unknown_category'
                WHEN k.id IS NULL THEN 'stored'
                WHEN k.fingerprint = decode(x.fingerprint, 'hex') THEN 'repeated'
                ELSE 'conflict' END AS becomes
    FROM ROWS FROM (json_to_recordset(p_tickets) AS (
      ticket uuid, customer uuid, session uuid, name text, email text, epoch integer, role_id uuid, role text, staff boolean,
      role_version integer, number bigint, prefix text, subject text, text text, category text, tags text[], channel text, key text,
      fingerprint text, payload jsonb, priority smallint, clocks json, sla_warning_at timestamptz,
      sla_critical_at timestamptz, sla_due_at timestamptz, sla_next_at timestamptz)) WITH ORDINALITY AS x (
      ticket, customer, session, name, email, epoch, role_id, role, staff, role_version, number, prefix, subject, text, category, tags,
      channel, key, fingerprint, payload, priority, clocks, sla_warning_at, sla_critical_at, sla_due_at, sla_next_at, place)
    LEFT JOIN LATERAL (
      SELECT f.id FROM actor_of(x.customer, x.session) f
      WHERE f.organization_id = p_organization AND f.session_id = x.session AND f.name = x.name AND f.email = x.email
        AND f.epoch = x.epoch AND f.role_id = x.role_id AND f.role = x.role AND f.staff = x.staff AND f.role_version = x.role_version
    ) a ON x.session IS NOT NULL
    LEFT JOIN tickets_category c ON c.organization_id = p_organization AND c.slug = x.category
    LEFT JOIN foundation_idempotencykey k ON k.organization_id = p_organization AND k.user_id = x.customer AND k.key = x.key),
  new AS MATERIALIZED (SELECT *, uuidv7() AS event FROM asked WHERE becomes = 'stored'),
  begun AS (
    INSERT INTO chat_conversation (id, organization_id, customer_id, staff_seq, public_seq, staff_wakes)
    SELECT ticket, p_organization, customer, 1, 1, true FROM new ORDER BY place),
  made AS (
    INSERT INTO tickets_ticket (conversation_id, organization_id, number, subject, priority, category_id, channel, customer_id,
                                clocks, sla_warning_at, sla_critical_at, sla_due_at, sla_next_at)
    SELECT ticket, p_organization, number, subject, coalesce(priority, 2), category_id, channel, customer,
           clocks::text, sla_warning_at, sla_critical_at, sla_due_at, sla_next_at FROM new ORDER BY place RETURNING *),
  tagged AS (
    INSERT INTO tickets_tickettag (organization_id, ticket_id, name) SELECT p_organization, ticket, tag FROM new, unnest(tags) tag),
  said AS (
    INSERT INTO chat_entry (organization_id, conversation_id, staff_seq, public_seq, kind, sender_id, sender_name, sender_is_staff,
                            body_hash, text)
    SELECT p_organization, ticket, 1, 1, 'message', customer, name, false, sha256(convert_to(text, 'UTF8')), text FROM new ORDER BY place),
  happened AS (
    INSERT INTO foundation_event (id, organization_id, kind, payload)
    SELECT event, p_organization, 'ticket.queued', payload FROM new ORDER BY place),
  owing AS (
    INSERT INTO foundation_delivery (organization_id, event_id, subscriber)
    SELECT p_organization, new.event, s FROM new, unnest(p_subscribers) s ORDER BY new.place RETURNING id, event_id, subscriber),
  shown AS MATERIALIZED (
    SELECT new.place, new.event, new.customer, new.key, new.fingerprint,
           ticket_json(made::tickets_ticket, new.prefix, new.name, new.email, NULL, new.category, new.category_name,
                       (SELECT array_agg(tag ORDER BY tag) FROM unnest(new.tags) tag), 1, 0, false) AS body
    FROM new JOIN made ON made.conversation_id = new.ticket),
  remembered AS (
    INSERT INTO foundation_idempotencykey (organization_id, user_id, key, fingerprint, status, body)
    SELECT p_organization, s.customer, s.key, decode(s.fingerprint, 'hex'), 201, s.body FROM shown s WHERE s.key IS NOT NULL ORDER BY s.place)
  SELECT asked.becomes, coalesce(shown.body, asked.kept),
         (SELECT array_agg(o.id ORDER BY array_position(p_subscribers, o.subscriber)) FROM owing o WHERE o.event_id = shown.event)
  FROM asked LEFT JOIN shown USING (place) ORDER BY asked.place;
END $body$;
"""
DUE = "SELECT DISTINCT organization_id FROM tickets_ticket WHERE sla_next_at < now()"


def granted(signature: str) -> str:
    return f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {signature} TO {APP};"


class Migration(migrations.Migration):
    dependencies = [("tickets", "0009_service_levels")]
    operations = [
        IsolateTenant("calendar", parent=True),
        IsolateTenant("slapolicy", parent=True),
        IsolateTenant("slatarget"),
        migrations.RunSQL(POLICY, "ALTER TABLE tickets_category DROP CONSTRAINT tickets_category_sla_policy_id_tenant"),
        migrations.RunSQL(
            f"DROP FUNCTION {shown.SIGNATURE}; {JSON} {granted(SIGNATURE)}",
            f"DROP FUNCTION {SIGNATURE}; {shown.JSON.partition(';')[2]} {granted(shown.SIGNATURE)}"),
        migrations.RunSQL(OPEN_MANY, opened.OPEN_MANY),
        migrations.RunSQL(*definer_function("organizations_with_sla_due() RETURNS SETOF uuid LANGUAGE sql STABLE", DUE,
                                            reads=["tickets_ticket"])),
    ]
