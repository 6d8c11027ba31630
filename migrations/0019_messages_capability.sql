-- Up Migration

-- Whether Instagram allows the messages of the current grant to be read and sent; null: not known yet.
alter table integrations add column messages_capability jsonb;
