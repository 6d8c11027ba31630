-- Up Migration

-- The outbox: an event without this has not been turned into deliveries yet.
alter table events add column relayed_at timestamptz;
-- What happened before there were deliveries is not told now.
update events set relayed_at = at;
create index events_to_relay on events (seq) where relayed_at is null;

-- Wakes relays when the transaction commits; whoever misses it looks every few seconds anyway.
create function tell_relays() returns trigger language plpgsql as $$
begin
  perform pg_notify('evergrant_outbox', '');
  return null;
end $$;
create trigger events_tell_relays after insert on events for each statement execute function tell_relays();

alter table webhook_endpoints
  add column disabled_at timestamptz,
  add column disabled_reason text check (disabled_reason in ('by_hand', 'gone', 'failing')),
  -- since when it has answered nothing with 2xx
  add column failing_since timestamptz,
  add constraint a_reason_exactly_when_disabled check ((disabled_at is null) = (disabled_reason is null));

-- The secret before, which signs beside the new one for a while.
create table webhook_old_secrets (
  endpoint_id text primary key references webhook_endpoints (id) on delete cascade,
  sealed bytea not null,
  key_id text not null,
  expires_at timestamptz not null
);

-- One event on its way to one webhook endpoint, or to people by e-mail.
create table deliveries (
  id text primary key,
  kind text not null check (kind in ('webhook', 'email')),
  event_id text not null references events (id) on delete cascade,
  event_type text not null,
  event_seq bigint not null,
  integration_id text,
  -- of webhooks; null: by e-mail
  endpoint_id text references webhook_endpoints (id) on delete cascade,
  -- what has one lane is delivered one after the other: the endpoint or 'mail', and the integration or '-'
  lane text not null generated always as (coalesce(endpoint_id, 'mail') || '/' || coalesce(integration_id, '-')) stored,
  -- whom an e-mail went to; known when it is sent
  audience text check (audience in ('owner', 'operators')),
  status text not null default 'waiting' check (status in ('waiting', 'delivered', 'failed', 'skipped')),
  attempts integer not null default 0,
  -- of these, since it was last begun anew: its place on the ladder
  tries integer not null default 0,
  next_attempt_at timestamptz not null,
  -- a workflow has been told of it
  handed_over_at timestamptz,
  -- HTTP status, or SMTP's reply code
  last_status integer,
  last_error text,
  created_at timestamptz(3) not null,
  ended_at timestamptz,
  constraint an_endpoint_exactly_for_webhooks check ((kind = 'webhook') = (endpoint_id is not null)),
  constraint an_end_exactly_when_over check ((status = 'waiting') = (ended_at is null))
);

-- Whoever relays an event again makes nothing new.
create unique index deliveries_once on deliveries (event_id, coalesce(endpoint_id, 'mail'));
create index deliveries_waiting on deliveries (lane, event_seq) where status = 'waiting';
create index deliveries_to_hand_over on deliveries (lane) where status = 'waiting' and handed_over_at is null;
create index deliveries_by_age on deliveries (created_at, id);
create index deliveries_by_endpoint on deliveries (endpoint_id, created_at, id);
create index deliveries_by_integration on deliveries (integration_id, created_at, id);
create index deliveries_failed on deliveries (created_at) where status = 'failed';
create index deliveries_over on deliveries (ended_at) where status <> 'waiting';

-- Down Migration
drop table deliveries, webhook_old_secrets;
alter table webhook_endpoints
  drop constraint a_reason_exactly_when_disabled,
  drop column disabled_at, drop column disabled_reason, drop column failing_since;
drop trigger events_tell_relays on events;
drop function tell_relays();
drop index events_to_relay;
alter table events drop column relayed_at;
