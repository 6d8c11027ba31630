-- Why an attempt to refresh a token failed: class, code and subcode of Instagram's answer, for the list of attempts.
alter table refresh_attempts add column failure jsonb;
