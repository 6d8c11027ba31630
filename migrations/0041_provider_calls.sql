-- Calls to Instagram by every five minutes: how many were answered, by which its status is told.
create table provider_calls (
  provider text not null,
  app_id text not null,
  at timestamptz not null,
  answered integer not null default 0,
  unanswered integer not null default 0,
  primary key (provider, app_id, at)
);
create index provider_calls_by_age on provider_calls (at);
