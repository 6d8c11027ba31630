-- When somebody last looked at messages, by what the server knows of them: one event tells of all looks of some minutes.
create table message_views (
  -- hashes of the session or user, and of the conversation
  viewer bytea not null,
  integration_id text not null references integrations (id) on delete cascade,
  conversation bytea not null,
  told_at timestamptz not null,
  primary key (integration_id, viewer, conversation)
);

create index message_views_by_age on message_views (told_at);
