/** For erasing what belongs to one integration, and for cascades. An interrupted attempt leaves an invalid index. */
const INDEXES = {
  oauth_states_by_integration: 'oauth_states (integration_id)',
  sealed_payloads_by_integration: 'sealed_payloads (integration_id)',
};

exports.up = (pgm) => {
  pgm.noTransaction();
  for (const [name, on] of Object.entries(INDEXES)) {
    pgm.sql(`drop index concurrently if exists ${name}`);
    pgm.sql(`create index concurrently ${name} on ${on}`);
  }
};
exports.down = false;
