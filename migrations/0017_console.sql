-- Up Migration

-- The console's list: what needs somebody first, then what ends first.
create function urgency(state text) returns integer immutable language sql as $$
  select case state when 'expired' then 0 when 'recovering' then 1 when 'pending' then 3 when 'disconnected' then 4 else 2 end
$$;
create index integrations_by_urgency on integrations (urgency(state), expires_at, id);

-- Down Migration
drop index integrations_by_urgency;
drop function urgency;
