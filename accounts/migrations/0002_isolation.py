"""Row-level security and grants for foundation's and accounts' tables, for the libraries' tables, and the functions that look across."""
from django.db import migrations

from foundation.roles import APP
from foundation.tenancy import CURRENT, GrantGlobal, IsolateTenant, definer_function

ORGANIZATION = f"""
ALTER TABLE accounts_organization ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON accounts_organization USING (id = {CURRENT} OR {CURRENT} = '00000000-0000-0000-0000-000000000000')
  WITH CHECK (id = {CURRENT} OR {CURRENT} = '00000000-0000-0000-0000-000000000000');
GRANT SELECT, INSERT, UPDATE ON accounts_organization TO {APP};
"""
ADMIN_LOG = f"""
ALTER TABLE django_admin_log ADD COLUMN organization_id uuid DEFAULT nullif(current_setting('app.organization', true), '')::uuid;
ALTER TABLE django_admin_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON django_admin_log USING (organization_id = {CURRENT}) WITH CHECK (organization_id = {CURRENT});
GRANT SELECT, INSERT ON django_admin_log TO {APP};
GRANT USAGE ON SEQUENCE django_admin_log_id_seq TO {APP};
"""
FINISH = f"""
CREATE FUNCTION finish_deliveries(p_organization uuid, p_deliveries uuid[]) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM set_config('app.organization', p_organization::text, true);
  DELETE FROM foundation_delivery WHERE id = ANY (p_deliveries);
END $body$;
REVOKE ALL ON FUNCTION finish_deliveries(uuid, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION finish_deliveries(uuid, uuid[]) TO {APP};
"""
CLAIM = """
  UPDATE foundation_delivery d
  SET attempts = d.attempts + 1, next_attempt_at = now() + least(interval '5 seconds' * 2 ^ least(d.attempts + 1, 10), interval '5 minutes')
  FROM (SELECT id FROM foundation_delivery WHERE next_attempt_at < now() ORDER BY next_attempt_at LIMIT p_most FOR UPDATE SKIP LOCKED) due
  WHERE d.id = due.id
  RETURNING d.organization_id, d.id, d.subscriber
"""
GONE = """
  SELECT DISTINCT organization_id FROM accounts_agentprofile WHERE availability <> 'offline' AND last_seen_at < now() - p_after
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("foundation", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [
        migrations.RunSQL(ORGANIZATION, migrations.RunSQL.noop),
        IsolateTenant("role", parent=True),
        IsolateTenant("user", parent=True, platform=True),
        IsolateTenant("rolepermission"),
        IsolateTenant("skill", parent=True),
        IsolateTenant("agentprofile", parent=True),
        IsolateTenant("agentskill"),
        IsolateTenant("shift"),
        IsolateTenant("session", parent=True),
        IsolateTenant("socketticket"),
        IsolateTenant("auditentry", append_only=True, platform=True),
        IsolateTenant("event", app="foundation", parent=True),
        IsolateTenant("delivery", app="foundation"),
        IsolateTenant("idempotencykey", app="foundation"),
        GrantGlobal("foundation_counter", "foundation_heartbeat", "django_session"),
        GrantGlobal("django_migrations", "django_content_type", "auth_permission", privileges="SELECT"),
        GrantGlobal("django_celery_beat_clockedschedule", "django_celery_beat_crontabschedule", "django_celery_beat_intervalschedule",
                    "django_celery_beat_solarschedule", "django_celery_beat_periodictask", "django_celery_beat_periodictasks"),
        migrations.RunSQL(ADMIN_LOG, migrations.RunSQL.noop),
        migrations.RunSQL(FINISH, "DROP FUNCTION finish_deliveries(uuid, uuid[])"),
        migrations.RunSQL(*definer_function(
            "find_organization(p_slug text) RETURNS uuid LANGUAGE sql STABLE",
            "SELECT id FROM accounts_organization WHERE slug = p_slug AND is_active", reads=["accounts_organization"])),
        migrations.RunSQL(*definer_function(
            "organization_ids() RETURNS SETOF uuid LANGUAGE sql STABLE",
            "SELECT id FROM accounts_organization WHERE is_active ORDER BY id", reads=["accounts_organization"])),
        migrations.RunSQL(*definer_function(
            "claim_due_deliveries(p_most integer) RETURNS TABLE (organization uuid, delivery uuid, subscriber text) LANGUAGE sql", CLAIM,
            writes=["foundation_delivery"])),
        migrations.RunSQL(*definer_function(
            "organizations_with_gone_agents(p_after interval) RETURNS SETOF uuid LANGUAGE sql STABLE", GONE, reads=["accounts_agentprofile"])),
    ]
