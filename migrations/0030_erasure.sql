-- What is still to be erased of an account whose data is to be deleted: one row per integration, erased in portions.
create table data_deletion_parts (
  code text not null references data_deletions (code) on delete cascade,
  integration_id text not null,
  -- events from here on have lost what is personal; null: none yet
  events_done_from bigint,
  pass_began_at timestamptz,
  -- rows deleted, and events changed
  erased bigint not null default 0,
  next_at timestamptz not null,
  done_at timestamptz,
  primary key (code, integration_id)
);

create index data_deletion_parts_open on data_deletion_parts (next_at) where done_at is null;
create index data_deletions_open on data_deletions (asked_at) where finished_at is null;
