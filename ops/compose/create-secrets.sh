#!/usr/bin/env bash
# Creates the secret files that docker-compose.yml mounts. Existing ones are kept, so it may run again.
set -euo pipefail
cd "$(dirname "$0")/secrets"

# The folder is closed to others; the files must be readable for the containers' users, into which they are mounted.
chmod 700 .
umask 022

random_hex() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

create() {
  local name=$1 value=$2
  [[ -e $name ]] && return
  printf '%s' "$value" >"$name"
  echo "created ops/compose/secrets/$name"
}

create postgres_password "$(random_hex)"
create evergrant_db_password "$(random_hex)"
create temporal_db_password "$(random_hex)"
create database_url "postgres://evergrant:$(cat evergrant_db_password)@postgres:5432/evergrant?sslmode=disable"
# The database is in the private network of these containers, without TLS. Files of earlier releases do not say so.
if grep -q "@postgres:5432/evergrant\$" database_url; then printf '%s' "?sslmode=disable" >>database_url; fi
create evergrant_keys "k1:$(head -c 32 /dev/urandom | base64 | tr -d '\n')"
create evergrant_api_key "$(random_hex)"
create instagram_app_secret_previous '' # for when the app secret is replaced
create instagram_proxy_url '' # for calls to Instagram that have to go through a proxy
create instagram_webhook_verify_token "$(random_hex)"
create smtp_url '' # the mail server, for notices by e-mail

if [[ ! -s instagram_app_secret ]]; then
  : >instagram_app_secret
  echo 'Now write the app secret of your Instagram app into ops/compose/secrets/instagram_app_secret,'
  echo 'and its id as INSTAGRAM_APP_ID=… into .env. Keep a copy of evergrant_keys: without it stored tokens are lost.'
fi
