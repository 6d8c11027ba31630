-- Up Migration

-- The browser that a round through the consent page began in: only it may finish the round.
alter table oauth_states add column browser_hash bytea;

-- One-time links to the console, by their hash.
create table sign_ins (
  token_hash bytea primary key,
  -- of the API key it was made with: the session can do what that key can, for as long as it can
  key_hash bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);

create index sign_ins_by_expiry on sign_ins (expires_at);

-- Who is signed in to the console, by the hash of what their cookie holds.
create table sessions (
  session_hash bytea primary key,
  key_hash bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);

create index sessions_by_expiry on sessions (expires_at);

-- How often a key handed out a token or reported one, per integration and minute.
create table token_uses (
  key_id text not null,
  integration_id text not null,
  minute timestamptz not null,
  uses integer not null,
  primary key (key_id, minute, integration_id)
);

create index token_uses_by_age on token_uses (minute);

-- Down Migration
drop table token_uses, sessions, sign_ins;
alter table oauth_states drop column browser_hash;
