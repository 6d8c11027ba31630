-- Up Migration

-- Rows of other systems that `evergrant import` has taken over: an import that is cut off goes on behind them. A row is
-- known by a digest of its token and its owner; tokens are random, so that none can be guessed from it.
create table imported_rows (
  digest bytea primary key,
  integration_id text not null references integrations (id) on delete cascade,
  -- a digest of the file or query it came from, and its number there
  source bytea not null,
  row_number bigint not null,
  imported_at timestamptz not null
);
create index imported_rows_by_integration on imported_rows (integration_id);
create index imported_rows_by_age on imported_rows (imported_at);
