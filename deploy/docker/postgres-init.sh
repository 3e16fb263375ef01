#!/bin/sh
# Runs once, when the database is made: a role and a schema of its own for each service that stores something.
set -eu
for owner in scoring nudges; do
  password=$(cat "/secrets/postgres-$owner")
  psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" <<SQL
CREATE ROLE "$owner" LOGIN PASSWORD '$password';
CREATE SCHEMA "$owner" AUTHORIZATION "$owner";
SQL
done
psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" <<SQL
REVOKE ALL ON DATABASE "$POSTGRES_DB" FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE "$POSTGRES_DB" TO scoring, nudges;
SQL
