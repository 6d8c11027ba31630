-- Up Migration

-- One connection of an owner to one provider account. The row is the truth; a lifecycle workflow acts on it.
create table integrations (
  id text primary key,
  provider text not null,
  -- the provider app the grant belongs to: the same account may be connected once per app
  app_id text not null,
  owner_ref text not null,
  external_id text,
  contact_email text,

  account_id text,
  account_scoped_id text,
  username text,
  scopes text[] not null default '{}',

  state text not null check (state in ('pending', 'active', 'refreshing', 'recovering', 'expired', 'disconnected')),
  reason text check (
    reason in (
      'lifetime_elapsed', 'session_expired', 'password_changed', 'deauthorized', 'checkpoint', 'account_unusable',
      'permission_removed', 'invalidated', 'response_lost'
    )
  ),

  -- the fence of every token write: rises on reconnect, deauthorize, data deletion and disconnect
  grant_no integer not null default 0,
  -- the version that is handed out now; 0 before the first grant
  token_version integer not null default 0,
  -- the highest version number ever given, pending and dropped ones too
  last_version integer not null default 0,
  issued_at timestamptz,
  expires_at timestamptz,
  refresh_at timestamptz,

  paused boolean not null default false,

  failed_attempts integer not null default 0,
  failing_since timestamptz,
  next_attempt_at timestamptz,
  failing_noticed boolean not null default false,
  expiring_noticed boolean not null default false,
  last_error jsonb,

  recovery jsonb,
  -- the version whose one recovery refresh has been answered
  recovery_refresh_version integer,

  expired_at timestamptz,
  reminders_sent integer not null default 0,
  next_reminder_at timestamptz,

  -- raised by every change made outside the lifecycle; the lifecycle writes back which one it has seen
  revision bigint not null default 1,
  lifecycle_revision bigint not null default 0,

  -- milliseconds, as list cursors carry them
  created_at timestamptz(3) not null,
  updated_at timestamptz not null,

  constraint a_reason_exactly_when_expired check ((state = 'expired') = (reason is not null))
);

create unique index integrations_one_live_per_account on integrations (provider, app_id, account_id)
  where account_id is not null and state <> 'disconnected';
create index integrations_by_age on integrations (created_at, id);
create index integrations_by_owner on integrations (owner_ref, created_at, id);
create index integrations_by_external_id on integrations (external_id) where external_id is not null;
create index integrations_by_expiry on integrations (expires_at) where state in ('active', 'refreshing', 'recovering');
create index integrations_by_state on integrations (state, created_at, id);
create index integrations_behind on integrations (id) where lifecycle_revision < revision;

create table token_versions (
  integration_id text not null references integrations (id) on delete cascade,
  version integer not null,
  grant_no integer not null,
  base_version integer not null,
  origin text not null check (origin in ('grant', 'refresh')),
  stage text not null check (stage in ('pending', 'current', 'previous')),
  sealed bytea not null,
  key_id text not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  refresh_at timestamptz not null,
  -- the provider's expires_in was not believable and was clamped
  lifetime_clamped boolean not null default false,
  created_at timestamptz not null,
  primary key (integration_id, version)
);

create unique index token_versions_one_per_stage on token_versions (integration_id, stage);

-- A row is committed before Instagram is called: one that never ends tells of an answer that may have been lost.
create table refresh_attempts (
  id bigint generated always as identity primary key,
  integration_id text not null references integrations (id) on delete cascade,
  grant_no integer not null,
  base_version integer not null,
  started_at timestamptz not null,
  lease_until timestamptz not null,
  finished_at timestamptz,
  outcome text
);

create unique index refresh_attempts_one_open on refresh_attempts (integration_id) where finished_at is null;
create index refresh_attempts_by_version on refresh_attempts (integration_id, base_version);

-- Thins reports of one refused version: who gets the lease signals the lifecycle.
create table rejection_reports (
  integration_id text not null references integrations (id) on delete cascade,
  version integer not null,
  leased_until timestamptz not null,
  primary key (integration_id, version)
);

-- Down Migration
drop table rejection_reports, refresh_attempts, token_versions, integrations;
