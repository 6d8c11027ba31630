-- Up Migration

-- Who has to wait with calls to the provider: one account, or the whole app under the subject '*'.
create table provider_parks (
  app_id text not null,
  subject text not null,
  reads_until timestamptz not null,
  calls_until timestamptz not null,
  -- refusals for too many calls in a row, and the last of them
  strikes integer not null default 0,
  struck_at timestamptz,
  primary key (app_id, subject)
);

-- When the last calls of one kind began (or will), per account: what the next one has to keep its distance from.
create table provider_turns (
  app_id text not null,
  account_id text not null,
  kind text not null,
  begins timestamptz[] not null,
  primary key (app_id, account_id, kind)
);

create index provider_turns_by_age on provider_turns ((begins[1]));

-- Down Migration
drop table provider_turns, provider_parks;
