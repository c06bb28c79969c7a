#!/usr/bin/env bash
# Runs once, when the volume is empty: one role and one database for the query log and for each department, each named like
# its SQL schema. A role can open its own database and no other: by grant, and by a pg_hba.conf that names the pairs.
set -euo pipefail

readonly OWNERS=(querylog registry licensing penalties tax social_security utilities)

for owner in "${OWNERS[@]}"; do
  password_variable="${owner^^}_DATABASE_PASSWORD"
  # The password goes in through the environment: as an argument it would stand in the process list.
  OWNER_PASSWORD=${!password_variable:?} psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --set owner="$owner" --username postgres <<'SQL'
\getenv password OWNER_PASSWORD
CREATE ROLE :"owner" LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 50;
CREATE DATABASE :"owner" OWNER :"owner" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE :"owner" FROM PUBLIC;
SQL
done

psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username postgres <<'SQL'
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
SQL

{
  echo 'local all postgres trust'
  for owner in "${OWNERS[@]}"; do echo "host $owner $owner samenet scram-sha-256"; done
} >"$PGDATA/pg_hba.conf"
