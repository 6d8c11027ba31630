-- Up Migration

-- Who changed what. Integrations and keys may be gone: no entry refers to a row.
create table audit_log (
  id text primary key,
  seq bigint generated always as identity,
  at timestamptz not null,
  actor_kind text not null,
  actor_id text,
  actor_name text not null,
  actor_user text,
  address text,
  action text not null,
  integration_id text,
  target text,
  changes jsonb not null default '{}'
);

create unique index audit_log_by_seq on audit_log (seq);
create index audit_log_by_time on audit_log (at);
create index audit_log_by_integration on audit_log (integration_id, seq) where integration_id is not null;
create index audit_log_by_actor on audit_log (actor_id, seq) where actor_id is not null;
create index audit_log_by_action on audit_log (action, seq);
-- Reads of tokens are counted: one entry for a key, an integration and an hour.
create unique index audit_log_token_reads on audit_log (at, actor_id, integration_id) where action = 'token.read';
