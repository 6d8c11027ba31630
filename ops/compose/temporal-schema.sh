#!/bin/sh
# Brings Temporal's two databases to the schema of this image; does nothing when they are there already.
set -eu
SQL_PASSWORD="$(cat /run/secrets/temporal_db_password)"
export SQL_PASSWORD

prepare() {
  SQL_DATABASE=$1 temporal-sql-tool setup-schema --version 0.0
  SQL_DATABASE=$1 temporal-sql-tool update-schema --schema-name "$2"
}

prepare temporal postgresql/v12/temporal
prepare temporal_visibility postgresql/v12/visibility
