-- Up Migration

-- Keys of programs and people for the API. A key's text is shown once; its hash is kept.
create table api_keys (
  id text primary key,
  name text not null,
  key_hash bytea not null unique,
  scopes text[] not null,
  -- the owners it is limited to; null: all
  owner_refs text[],
  created_at timestamptz(3) not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);

create index api_keys_by_age on api_keys (created_at, id);

-- Down Migration
drop table api_keys;
