#!/bin/sh
# Roles, their passwords and the database, as the superuser; the image of PostgreSQL runs it when its data is made. Running it again only
# sets the passwords.
set -eu
: "${PANDAR_OWNER_PASSWORD:?}" "${PANDAR_APP_PASSWORD:?}"
here=${PANDAR_SQL:-/bootstrap}
run() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" "$@"; }

run --dbname postgres --file "$here/roles.sql"
run --dbname postgres <<'SQL'
\getenv owner PANDAR_OWNER_PASSWORD
\getenv app PANDAR_APP_PASSWORD
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
ALTER ROLE pandar_owner PASSWORD :'owner';
ALTER ROLE pandar_app PASSWORD :'app';
SELECT 'CREATE DATABASE pandar OWNER pandar_owner' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'pandar') \gexec
SQL
run --dbname pandar --file "$here/database.sql"
