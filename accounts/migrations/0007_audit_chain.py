"""The hash chain of the audit trail, one per organization and one for the platform. docs/audit.md says what is hashed and why so."""
import django.db.models.deletion
from django.db import migrations, models

import foundation.ids
import foundation.models
from foundation.roles import APP, DEFINER
from foundation.tenancy import IsolateTenant, definer_function

# Whoever may insert may not choose a place in the chain.
UNCHAINED = """
CREATE POLICY unchained ON accounts_auditentry AS RESTRICTIVE FOR INSERT
  WITH CHECK (position IS NULL AND previous_hash IS NULL AND hash IS NULL);
"""
# Row-level security holds for the definer as for everybody: these functions see the organization of the open unit of work.
GRANTS = f"""
REVOKE INSERT ON accounts_auditchain FROM {APP};
GRANT SELECT, INSERT, UPDATE ON accounts_auditchain TO {DEFINER};
GRANT SELECT, UPDATE (position, previous_hash, hash) ON accounts_auditentry TO {DEFINER};
"""
# Frozen: another encoding begins with another name than pandar-audit-1. accounts/chain.py has it a second time, for whoever verifies.
CHAIN = f"""
CREATE FUNCTION chain_audit(p_most integer, OUT chained integer, OUT head bigint, OUT head_hash bytea) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $body$
DECLARE
  mine uuid := nullif(nullif(current_setting('app.organization', true), '')::uuid, '00000000-0000-0000-0000-000000000000');
  c accounts_auditchain%ROWTYPE;
  e record;
  digest bytea;
BEGIN
  chained := 0;
  INSERT INTO accounts_auditchain (organization_id, position, hash) VALUES (mine, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
  SELECT * INTO c FROM accounts_auditchain WHERE organization_id IS NOT DISTINCT FROM mine FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN;  -- somebody else is at it
  END IF;
  FOR e IN EXECUTE format(
    'SELECT * FROM accounts_auditentry WHERE hash IS NULL AND organization_id %s ORDER BY id LIMIT $2',
    CASE WHEN mine IS NULL THEN 'IS NULL' ELSE '= $1' END) USING mine, p_most
  LOOP
    c.position := c.position + 1;
    SELECT sha256(convert_to('pandar-audit-1' || string_agg(coalesce(octet_length(convert_to(f.v, 'UTF8')) || ':' || f.v, '-'), '' ORDER BY f.n),
                             'UTF8'))
    INTO digest
    FROM unnest(ARRAY[
      c.position::text, encode(c.hash, 'hex'), e.id::text, e.organization_id::text,
      to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.actor_id::text, e.actor_name, e.action, e.target_type, e.target_id,
      e.target_name, e.before::text, e.after::text, e.address, e.request_id]) WITH ORDINALITY AS f (v, n);
    UPDATE accounts_auditentry SET position = c.position, previous_hash = c.hash, hash = digest WHERE id = e.id;
    c.hash := digest;
    chained := chained + 1;
  END LOOP;
  UPDATE accounts_auditchain SET position = c.position, hash = c.hash WHERE id = c.id AND chained > 0;
  head := c.position;
  head_hash := c.hash;
END $body$;
ALTER FUNCTION chain_audit(integer) OWNER TO {DEFINER};
REVOKE ALL ON FUNCTION chain_audit(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chain_audit(integer) TO {APP};
"""
WAITING = """
  SELECT DISTINCT coalesce(organization_id, '00000000-0000-0000-0000-000000000000'::uuid) FROM accounts_auditentry WHERE hash IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_lost_often")]
    operations = [
        migrations.CreateModel(
            name="AuditChain",
            fields=[
                ("id", models.UUIDField(db_default=foundation.models.UuidV7(), default=foundation.ids.uuid7, editable=False, primary_key=True,
                                        serialize=False)),
                ("position", models.BigIntegerField()),
                ("hash", models.BinaryField()),
                ("organization", models.ForeignKey(db_constraint=False, db_index=False, null=True,
                                                   on_delete=django.db.models.deletion.PROTECT, to="accounts.organization")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("organization",), name="audit_chain_once", nulls_distinct=False)]},
        ),
        migrations.AddIndex("auditentry", models.Index(condition=models.Q(("hash", None)), fields=["organization", "id"],
                                                       name="audit_unchained")),
        migrations.AddConstraint("auditentry", models.UniqueConstraint(condition=models.Q(("organization", None)), fields=("position",),
                                                                       name="platform_audit_position_once")),
        IsolateTenant("auditchain", append_only=True, platform=True),
        migrations.RunSQL(UNCHAINED, "DROP POLICY unchained ON accounts_auditentry"),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
        migrations.RunSQL(CHAIN, "DROP FUNCTION chain_audit(integer)"),
        migrations.RunSQL(*definer_function("organizations_with_unchained_audit() RETURNS SETOF uuid LANGUAGE sql STABLE", WAITING,
                                            reads=["accounts_auditentry"])),
    ]
