-- Up Migration

alter table api_keys
  -- the key, `bootstrap` or `proxy` that made it, and with which it is revoked; null: made by an earlier release
  add column created_by text,
  -- 1: made by the bootstrap key or a user of the proxy, 2: made by such a key, …
  add column generation integer not null default 1,
  -- the first key of its line that is limited to owners; null: none is
  add column limited_by text;

create index api_keys_by_maker on api_keys (created_by);

alter table sessions
  -- to be listed and ended by
  add column id text generated always as ('ses_' || left(encode(session_hash, 'hex'), 24)) stored,
  add column last_used_at timestamptz,
  -- of the client that signed in
  add column address text;

create unique index sessions_by_id on sessions (id);

-- Links for owners that were asked for, so that they can be listed and revoked. Their text is signed and not kept.
create table connect_links (
  id text primary key,
  integration_id text not null references integrations (id) on delete cascade,
  -- the key, `bootstrap`, `proxy`, or `owner` for one who asked for another
  created_by text not null,
  -- the embed token with which it was made
  embed_token_id text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);

create index connect_links_by_integration on connect_links (integration_id);
create index connect_links_by_age on connect_links (created_at, id);
create index connect_links_by_expiry on connect_links (expires_at);

-- Raised when all of an integration's links are revoked, also those of events and emails, which are in no table.
alter table integrations add column link_no integer not null default 0;

create table embed_tokens (
  id text primary key,
  owner_ref text not null,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);

create index embed_tokens_by_age on embed_tokens (created_at, id);
create index embed_tokens_by_expiry on embed_tokens (expires_at);

alter table oauth_states
  -- what the link says that the round began with, to offer it again; null: begun by an earlier release
  add column link jsonb,
  -- the grant that the round made
  add column result_grant_no integer;
