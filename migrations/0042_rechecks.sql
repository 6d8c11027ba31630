-- Up Migration

-- Bounds the checks of one connection that are asked for: each costs a call to Instagram and a dozen events in Temporal.
create table rechecks (
  integration_id text primary key references integrations (id) on delete cascade,
  checked_at timestamptz not null,
  -- each check moves this on by its share of a day; too far ahead, none is made
  paid_until timestamptz not null
);
