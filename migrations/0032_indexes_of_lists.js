/**
 * Every filter of a list finds its rows by an index, also when there are none, and rows past their retention time are
 * found by their age. An interrupted attempt leaves an invalid index.
 */
const MESSAGES = `type in ('message.received', 'message.edited', 'message.deleted')`;
const INDEXES = {
  events_by_type: 'events (type, tx, seq)',
  events_by_integration: 'events (integration_id, tx, seq) include (at)',
  events_by_integration_and_type: 'events (integration_id, type, tx, seq) include (at)',
  events_of_messages_by_age: `events (at) where ${MESSAGES}`,
  events_of_others_by_age: `events (at) where not (${MESSAGES})`,
  deliveries_by_status: 'deliveries (status, created_at, id)',
  deliveries_by_endpoint_and_status: 'deliveries (endpoint_id, status, created_at, id)',
  deliveries_by_integration_and_status: 'deliveries (integration_id, status, created_at, id)',
  deliveries_by_integration_and_endpoint: 'deliveries (integration_id, endpoint_id, created_at, id)',
  deliveries_of_mails: `deliveries (event_type, event_seq) where kind = 'email'`,
  integrations_by_account_id: 'integrations (account_id) where account_id is not null',
  integrations_by_account_scoped_id: 'integrations (account_scoped_id) where account_scoped_id is not null',
  refresh_attempts_by_age: 'refresh_attempts (started_at)',
};

exports.up = (pgm) => {
  pgm.noTransaction();
  for (const [name, on] of Object.entries(INDEXES)) {
    pgm.sql(`drop index concurrently if exists ${name}`);
    pgm.sql(`create index concurrently ${name} on ${on}`);
  }
};
exports.down = false;
