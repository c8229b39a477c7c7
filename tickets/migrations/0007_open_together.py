"""Tickets that are opened together share a statement and a commit; one alone is the same with one."""
import importlib

from django.db import migrations

from foundation.roles import APP

before = importlib.import_module("tickets.migrations.0002_isolation")

# Ticket, conversation, first message, event and the remembered answer of each. Where a `session` is named, its customer must still be
# exactly who they were (as act_as in accounts has it). Nothing is stored of what does not become `stored`. A key that another
# transaction is about to remember ends all of it with a unique violation.
OPEN_MANY = """
CREATE FUNCTION open_tickets(p_organization uuid, p_tickets json, p_subscribers text[])
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
      fingerprint text, payload jsonb)) WITH ORDINALITY AS x (
      ticket, customer, session, name, email, epoch, role_id, role, staff, role_version, number, prefix, subject, text, category, tags,
      channel, key, fingerprint, payload, place)
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
    INSERT INTO tickets_ticket (conversation_id, organization_id, number, subject, category_id, channel, customer_id)
    SELECT ticket, p_organization, number, subject, category_id, channel, customer FROM new ORDER BY place RETURNING *),
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
                       (SELECT array_agg(tag ORDER BY tag) FROM unnest(new.tags) tag), 1, 0) AS body
    FROM new JOIN made ON made.conversation_id = new.ticket),
  remembered AS (
    INSERT INTO foundation_idempotencykey (organization_id, user_id, key, fingerprint, status, body)
    SELECT p_organization, s.customer, s.key, decode(s.fingerprint, 'hex'), 201, s.body FROM shown s WHERE s.key IS NOT NULL ORDER BY s.place)
  SELECT asked.becomes, coalesce(shown.body, asked.kept),
         (SELECT array_agg(o.id ORDER BY array_position(p_subscribers, o.subscriber)) FROM owing o WHERE o.event_id = shown.event)
  FROM asked LEFT JOIN shown USING (place) ORDER BY asked.place;
END $body$;
"""
SIGNATURE = "open_tickets(uuid, json, text[])"


def granted(signature: str) -> str:
    return f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {signature} TO {APP};"


class Migration(migrations.Migration):
    dependencies = [("tickets", "0006_implied_keys")]
    operations = [migrations.RunSQL(
        f"{OPEN_MANY} {granted(SIGNATURE)} DROP FUNCTION {before.OPEN_SIGNATURE}",
        f"DROP FUNCTION {SIGNATURE}; {before.OPEN} {granted(before.OPEN_SIGNATURE)}")]
