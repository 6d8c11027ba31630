-- Up Migration

create table audit_runs (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('hourly', 'daily')),
  started_at timestamptz not null,
  finished_at timestamptz,
  result jsonb
);

create index audit_runs_newest on audit_runs (started_at desc);

-- Down Migration
drop table audit_runs;
