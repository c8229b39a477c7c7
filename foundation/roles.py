"""The three roles of PostgreSQL, and the refusal to serve as anything but the app role."""
from django.db import connection

OWNER = "pandar_owner"  # owns the tables, runs migrations
APP = "pandar_app"  # the product: owns nothing, bypasses nothing
DEFINER = "pandar_definer"  # owns the few vetted functions that look across organizations


class UnsafeRole(SystemExit):
    """The database role could see more than one organization; its text is the sentence for the operator."""


UNSAFE = """
SELECT format('it is a superuser') FROM pg_roles WHERE rolname = current_user AND rolsuper
UNION ALL SELECT 'it bypasses row-level security' FROM pg_roles WHERE rolname = current_user AND rolbypassrls
UNION ALL SELECT format('it owns the table %s', relname) FROM pg_class
  WHERE relowner = current_user::regrole AND relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
UNION ALL SELECT format('it is a member of the role %s', roleid::regrole) FROM pg_auth_members WHERE member = current_user::regrole
UNION ALL SELECT format('the table %s holds organizations without forced row-level security', c.relname)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
  WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
LIMIT 1
"""


def refuse_unsafe_role() -> None:
    """Raise UnsafeRole unless the current role is bound by row-level security on every tenant table."""
    with connection.cursor() as cursor:
        cursor.execute(UNSAFE)
        found = cursor.fetchone()
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
    if found:
        raise UnsafeRole(f"Pandar Chat does not start: the database role {role} is not safe to serve with, because {found[0]}.")
