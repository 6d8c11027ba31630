-- Up Migration

-- One row, written to find out whether the database takes writes.
create table write_check (
  id boolean primary key default true check (id),
  written_at timestamptz not null
);
