-- Up Migration

-- A round goes on where it was interrupted, and shows the same result until it lapses (expires_at).
alter table oauth_states
  -- the code that the browser came back with: another one begins the round again
  add column code_hash bytea,
  -- one process works on a round at a time
  add column leased_until timestamptz,
  add column tries integer not null default 0,
  -- null: there is nothing to do
  add column next_try_at timestamptz,
  add column result text,
  -- what Instagram refused, or what stands in the way
  add column refusal text,
  add column result_integration_id text,
  -- the account that Instagram returned, where it is not the one expected
  add column other_username text,
  add column finished_at timestamptz;

create index oauth_states_unfinished on oauth_states (next_try_at) where next_try_at is not null;

-- What a round has got from Instagram so far: a code, then a short-lived, then a long-lived token. Erased when it ends.
create table oauth_holdings (
  id text primary key,
  state_hash bytea not null unique references oauth_states (state_hash) on delete cascade,
  integration_id text not null references integrations (id) on delete cascade,
  holds text not null check (holds in ('code', 'short_lived', 'long_lived')),
  sealed bytea not null,
  key_id text not null
);

create index oauth_holdings_by_integration on oauth_holdings (integration_id);

-- Refusals that operators have to know of, by app and kind: when they were last told.
create table connect_refusals (
  app_id text not null,
  refusal text not null,
  count bigint not null,
  last_at timestamptz not null,
  told_at timestamptz not null,
  primary key (app_id, refusal)
);
