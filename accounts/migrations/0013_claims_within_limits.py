"""What is due is looked for once. Where the database took the table for empty, it looked once for each row, and the limit did not hold."""
from django.db import migrations

from foundation.tenancy import definer_function

CLAIM = """
  WITH due AS MATERIALIZED (
    SELECT id FROM foundation_delivery WHERE next_attempt_at < now() ORDER BY next_attempt_at LIMIT p_most FOR UPDATE SKIP LOCKED)
  UPDATE foundation_delivery d
  SET attempts = d.attempts + 1, next_attempt_at = now() + interval '1 second' * CASE
    WHEN d.attempts = 0 THEN 10 WHEN d.attempts < 12 THEN 20 ELSE least(20 * 2 ^ least(d.attempts - 11, 5), 300) END
  FROM due WHERE d.id = due.id
  RETURNING d.organization_id, d.id, d.subscriber
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_who_invites")]
    operations = [migrations.RunSQL(definer_function(  # its predecessor is not worth going back to
        "claim_due_deliveries(p_most integer) RETURNS TABLE (organization uuid, delivery uuid, subscriber text) LANGUAGE sql", CLAIM,
        writes=["foundation_delivery"])[0], migrations.RunSQL.noop)]
