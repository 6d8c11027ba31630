-- How long the last attempt of a delivery took, for the delivery log.
alter table deliveries add column last_duration_ms integer;
