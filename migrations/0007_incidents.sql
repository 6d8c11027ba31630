-- Up Migration

-- Trouble that hits every account of one provider app. While one is open, nobody is expired by a dead token.
create table provider_incidents (
  id text primary key,
  provider text not null,
  app_id text not null,
  kind text not null check (kind in ('app_level', 'verdicts')),
  started_at timestamptz not null,
  -- one held integration at a time finds out whether it is over
  next_probe_at timestamptz not null,
  answered text[] not null default '{}',
  -- it ended because tokens stayed dead for so long: those that were in doubt then may be declared dead together
  believed boolean not null default false,
  ended_at timestamptz
);

create unique index provider_incidents_one_open on provider_incidents (provider, app_id) where ended_at is null;
create index provider_incidents_newest on provider_incidents (provider, app_id, ended_at desc);

-- Tokens declared dead a moment ago: too many at once are an incident, and then these are taken back.
create table dead_verdicts (
  integration_id text primary key references integrations (id) on delete cascade,
  provider text not null,
  app_id text not null,
  version integer not null,
  at timestamptz not null
);

create index dead_verdicts_newest on dead_verdicts (provider, app_id, at);

-- Down Migration
drop table dead_verdicts, provider_incidents;
