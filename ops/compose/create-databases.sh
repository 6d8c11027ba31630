#!/bin/bash
# Runs once, when the PostgreSQL volume is new: one role and its databases for each of the two products.
set -euo pipefail

create_role() {
  psql --set ON_ERROR_STOP=1 --set "role=$1" --set "password=$(cat "/run/secrets/$1_db_password")" --username postgres <<'SQL'
create role :"role" login password :'password';
SQL
}

create_role evergrant
create_role temporal
createdb --username postgres --owner evergrant evergrant
createdb --username postgres --owner temporal temporal
createdb --username postgres --owner temporal temporal_visibility
