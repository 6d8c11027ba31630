-- Up Migration

alter table integrations
  -- when the current grant began: what the owner asked for before it is no longer about it
  add column granted_at timestamptz,
  add column deauthorized_at timestamptz,
  -- the grant under which the account's webhooks were subscribed to
  add column subscribed_grant_no integer,
  add column subscribe_tried_at timestamptz;

update integrations i set granted_at = coalesce(
  (
    select max(at) from events
    where integration_id = i.id and type in ('integration.connected', 'integration.reconnected')
  ),
  issued_at
);

create index integrations_by_account on integrations (provider, app_id, account_id) where account_id is not null;
create index integrations_by_scoped_account on integrations (provider, app_id, account_scoped_id)
  where account_scoped_id is not null;

-- Deauthorizations that were acted on: the same one again changes nothing.
create table deauthorizations (
  digest bytea primary key,
  received_at timestamptz not null
);

create index deauthorizations_by_age on deauthorizations (received_at);

-- Requests to delete somebody's data. Holds nothing of them: a code to look it up by, and what is left to do.
create table data_deletions (
  code text primary key,
  request_digest bytea not null unique,
  asked_at timestamptz not null,
  -- integrations whose runs Temporal may still have
  integration_ids text[] not null,
  finished_at timestamptz
);

create index data_deletions_by_age on data_deletions (asked_at);

-- Messages that were told of: Instagram delivers again what it thinks has not arrived.
create table received_messages (
  integration_id text not null references integrations (id) on delete cascade,
  digest bytea not null,
  received_at timestamptz not null,
  primary key (integration_id, digest)
);

create index received_messages_by_age on received_messages (received_at);

-- Down Migration
drop table received_messages, data_deletions, deauthorizations;
drop index integrations_by_account, integrations_by_scoped_account;
alter table integrations
  drop column granted_at, drop column deauthorized_at, drop column subscribed_grant_no, drop column subscribe_tried_at;
