-- Up Migration

alter table integrations
  -- the webhook fields that were asked for when the subscription was last granted, in one text
  add column subscribed_fields text,
  -- when Instagram last listed what is subscribed
  add column subscription_checked_at timestamptz,
  -- why the last attempt failed, and for which grant; null: it did not
  add column subscribe_error jsonb;

-- Messages of which only the ID came in: they are fetched, unless they come in as well.
create table pending_messages (
  integration_id text not null references integrations (id) on delete cascade,
  message_id text not null,
  standby boolean not null,
  -- whether its text may be forwarded
  with_text boolean not null,
  seen_at timestamptz not null,
  next_attempt_at timestamptz not null,
  attempts integer not null default 0,
  primary key (integration_id, message_id)
);

create index pending_messages_due on pending_messages (next_attempt_at);

-- What became of Instagram's deliveries, one row per app.
create table callback_traffic (
  app_id text primary key,
  last_delivery_at timestamptz,
  refused_since timestamptz,
  last_refused_at timestamptz,
  refused_why text
);

-- Which events are about a message: when it is taken back, they lose its text.
create table message_events (
  integration_id text not null references integrations (id) on delete cascade,
  digest bytea not null,
  event_id text not null references events (id) on delete cascade,
  primary key (integration_id, digest, event_id)
);

create index message_events_by_event on message_events (event_id);
