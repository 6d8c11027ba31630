-- Up Migration

-- Addresses of customers that are told of events. A secret is shown once; sealed it is kept, since it signs.
create table webhook_endpoints (
  id text primary key,
  url text not null,
  -- types of events, or only '*': all
  events text[] not null,
  sealed bytea not null,
  key_id text not null,
  created_at timestamptz(3) not null
);

create index webhook_endpoints_by_age on webhook_endpoints (created_at, id);

-- Down Migration
drop table webhook_endpoints;
