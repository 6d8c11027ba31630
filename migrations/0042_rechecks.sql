-- Up Migration

-- Bounds what is asked for one connection, checks and refreshes for pages that load: each costs a call to Instagram and
-- a dozen events in Temporal.
create table rechecks (
  integration_id text not null references integrations (id) on delete cascade,
  kind text not null,
  checked_at timestamptz not null,
  -- each check moves this on by its share of a day; too far ahead, none is made
  paid_until timestamptz not null,
  primary key (integration_id, kind)
);
