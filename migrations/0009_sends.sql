-- Up Migration

-- Set before Instagram is called, and cleared when the call certainly sent nothing: what is left after a crash has to be
-- looked for before it is sent again.
alter table message_sends add column called_at timestamptz;

-- A message that was found in a conversation belongs to one send, though several may have sent the same words.
create unique index message_sends_one_per_message on message_sends (integration_id, message_id)
  where message_id is not null;

-- Down Migration
drop index message_sends_one_per_message;
alter table message_sends drop column called_at;
