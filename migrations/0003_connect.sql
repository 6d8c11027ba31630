-- Up Migration

-- One round through the provider's consent page: hashed, single use, ten minutes.
create table oauth_states (
  state_hash bytea primary key,
  integration_id text not null references integrations (id) on delete cascade,
  -- what the integration looked like when the round began: a newer grant makes the round void
  grant_no integer not null,
  return_to text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

create index oauth_states_by_expiry on oauth_states (expires_at);

-- A sealed value of known content per key, to notice a key with the right name and the wrong bytes.
create table key_checks (
  key_id text primary key,
  sealed bytea not null,
  created_at timestamptz not null
);

-- Down Migration
drop table key_checks, oauth_states;
