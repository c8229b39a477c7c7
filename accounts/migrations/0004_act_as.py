"""Who acts, as one question, and the same asked in the round trip of what they want done."""
from django.db import migrations

from foundation.roles import APP

ACTOR = """
CREATE FUNCTION actor_of(p_user uuid, p_session uuid) RETURNS TABLE (
  id uuid, organization_id uuid, name text, email text, epoch integer, role_id uuid, role text, staff boolean, role_version integer, session_id uuid
) LANGUAGE sql STABLE AS $body$
  SELECT u.id, u.organization_id, u.name, u.email, u.epoch, r.id, r.slug, r.is_staff, r.version, s.id
  FROM accounts_user u
  JOIN accounts_organization o ON o.id = u.organization_id AND o.is_active
  JOIN accounts_role r ON r.id = u.role_id
  LEFT JOIN accounts_session s ON s.id = p_session AND s.user_id = u.id AND s.revoked_at IS NULL AND s.expires_at > now()
  WHERE u.id = p_user AND u.is_active
$body$;
"""
ACTOR_SIGNATURE = "actor_of(uuid, uuid)"
# For a process that knows the actor from their last request: opens the unit of work of their organization, and ends it with an error
# unless they are still exactly who they were. `unseen` says that an agent has not been noted as present for this long.
ACT_AS = """
CREATE FUNCTION act_as(
  p_organization uuid, p_user uuid, p_session uuid, p_name text, p_email text, p_epoch integer, p_role_id uuid, p_role text, p_staff boolean,
  p_role_version integer, p_seen_every interval, OUT unseen boolean
) LANGUAGE plpgsql AS $body$
BEGIN
  -- What follows in this transaction is written for one plan each; planning anew would cost more than running it.
  PERFORM set_config('app.organization', p_organization::text, true), set_config('plan_cache_mode', 'force_generic_plan', true);
  PERFORM 1 FROM actor_of(p_user, p_session) a
  WHERE a.organization_id = p_organization AND a.session_id = p_session AND a.name = p_name AND a.email = p_email AND a.epoch = p_epoch
    AND a.role_id = p_role_id AND a.role = p_role AND a.staff = p_staff AND a.role_version = p_role_version;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'another actor' USING ERRCODE = 'PA001';
  END IF;
  unseen := p_staff AND EXISTS (SELECT 1 FROM accounts_agentprofile g
                                WHERE g.user_id = p_user AND (g.last_seen_at IS NULL OR g.last_seen_at < now() - p_seen_every));
END $body$;
"""
ACT_AS_SIGNATURE = "act_as(uuid, uuid, uuid, text, text, integer, uuid, text, boolean, integer, interval)"


def callable_by_app(sql, signature):
    return migrations.RunSQL(f"{sql} REVOKE ALL ON FUNCTION {signature} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {signature} TO {APP};",
                             f"DROP FUNCTION {signature}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_metrics")]
    operations = [callable_by_app(ACTOR, ACTOR_SIGNATURE), callable_by_app(ACT_AS, ACT_AS_SIGNATURE)]
