-- Up Migration

-- Texts that travel through workflows do so as references to these rows.
create table sealed_payloads (
  id text primary key,
  integration_id text not null references integrations (id) on delete cascade,
  purpose text not null,
  sealed bytea not null,
  key_id text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);

create index sealed_payloads_by_expiry on sealed_payloads (expires_at);

-- One send per integration and Idempotency-Key, kept seven days.
create table message_sends (
  integration_id text not null references integrations (id) on delete cascade,
  key_digest text not null,
  request_digest text not null,
  payload_id text not null,
  message_id text,
  recipient_id text,
  problem jsonb,
  created_at timestamptz not null,
  finished_at timestamptz,
  expires_at timestamptz not null,
  primary key (integration_id, key_digest)
);

create index message_sends_by_expiry on message_sends (expires_at);

-- Down Migration
drop table message_sends, sealed_payloads;
