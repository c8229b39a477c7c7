-- The three roles of Pandar Chat; run once per PostgreSQL server, as a superuser. Running it again changes nothing.
-- On a server of your own add passwords: ALTER ROLE pandar_owner PASSWORD '…'; ALTER ROLE pandar_app PASSWORD '…';
DO $roles$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pandar_owner') THEN
        CREATE ROLE pandar_owner LOGIN CREATEDB;  -- owns the tables; `migrate` alone runs as it
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pandar_app') THEN
        CREATE ROLE pandar_app LOGIN;  -- the product runs as it: owns nothing, bypasses nothing
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pandar_definer') THEN
        CREATE ROLE pandar_definer NOLOGIN;  -- owns the few functions that may look across organizations
    END IF;
END
$roles$;
GRANT pandar_definer TO pandar_owner;
-- What hangs is ended: no statement of the product takes half a minute, no unit of work waits or idles that long.
ALTER ROLE pandar_app SET statement_timeout = '30s';
ALTER ROLE pandar_app SET lock_timeout = '10s';
ALTER ROLE pandar_app SET idle_in_transaction_session_timeout = '60s';
-- Short statements gain nothing from being compiled first, and a wrong estimate would make one wait half a second for it.
ALTER ROLE pandar_app SET jit = off;
