-- Up Migration

-- A retired key still opens what it sealed, in backups too, but seals nothing any more.
alter table key_checks add column retired_at timestamptz;

-- Which keys each running process has. Names only; by the clock of this database, which all of them share.
create table key_holders (
  id text primary key,
  host text not null,
  pid integer not null,
  role text not null,
  key_ids text[] not null,
  sealing_id text not null,
  seen_at timestamptz not null
);

-- One alarm per integration and token version, however often and by whichever process it is met.
create unique index events_one_decrypt_alarm on events (integration_id, (data ->> 'tokenVersion'))
  where type = 'token.decrypt_failed';

-- Down Migration
drop index events_one_decrypt_alarm;
drop table key_holders;
alter table key_checks drop column retired_at;
