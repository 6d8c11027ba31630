-- Up Migration

-- Something that is done with many connections, and how far it has come. A workflow drives it by what is here.
create table bulk_operations (
  id text primary key,
  action text not null,
  -- which connections were asked for, and of which owners the caller may see any; null: all
  filter jsonb not null,
  owner_refs text[],
  spread_ms bigint not null,
  state text not null check (state in ('running', 'paused', 'finished', 'canceled')),
  total integer not null,
  actor jsonb not null,
  created_at timestamptz not null,
  paused_at timestamptz,
  ended_at timestamptz,
  -- when its workflow was notified of the last change; null: it has to be notified
  handed_over_at timestamptz,
  -- how many came to which outcome; null until it has ended
  outcomes jsonb
);
create index bulk_operations_by_creation on bulk_operations (created_at, id);
create index bulk_operations_open on bulk_operations (id) where outcomes is null;
create index bulk_operations_by_end on bulk_operations (ended_at);

create table bulk_operation_items (
  operation_id text not null references bulk_operations (id) on delete cascade,
  integration_id text not null references integrations (id) on delete cascade,
  due_at timestamptz not null,
  -- an attempt that has begun and has no outcome was cut off, or is under way
  begun_at timestamptz,
  tries smallint not null default 0,
  outcome text,
  error text,
  ended_at timestamptz,
  primary key (operation_id, integration_id)
);
create index bulk_operation_items_due on bulk_operation_items (operation_id, due_at) where outcome is null;
create index bulk_operation_items_by_integration on bulk_operation_items (integration_id);
create index bulk_operation_items_by_end on bulk_operation_items (ended_at);
