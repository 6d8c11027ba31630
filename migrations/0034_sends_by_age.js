exports.up = (pgm) => {
  pgm.noTransaction();
  pgm.sql('drop index concurrently if exists message_sends_by_age');
  pgm.sql('create index concurrently message_sends_by_age on message_sends (created_at)');
};
exports.down = false;
