-- The release that each running process is of, for the list of processes.
alter table key_holders add column version text;
