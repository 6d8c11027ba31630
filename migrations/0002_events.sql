-- Up Migration

-- Append-only: an integration's timeline and the outbox for other programs in one.
create table events (
  id text primary key,
  seq bigint generated always as identity,
  -- Numbers are given before transactions end; readers of the feed only see transactions below the oldest open one.
  tx xid8 not null default pg_current_xact_id(),
  type text not null,
  at timestamptz not null,
  integration_id text,
  data jsonb not null
);

create index events_feed on events (tx, seq);
create index events_timeline on events (integration_id, seq desc);

-- Down Migration
drop table events;
