/** A message that is taken back is found in all events about it. The index is made while others write. */
exports.up = (pgm) => {
  pgm.noTransaction();
  // One that was interrupted is there, and not valid.
  pgm.sql('drop index concurrently if exists events_by_message');
  pgm.sql(`create index concurrently events_by_message
    on events (integration_id, (data -> 'message' ->> 'id'))
    where type in ('message.received', 'message.edited')`);
};
