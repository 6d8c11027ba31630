exports.up = (pgm) => {
  pgm.noTransaction();
  pgm.sql('drop index concurrently if exists integrations_in_trouble');
  pgm.sql(
    'create index concurrently integrations_in_trouble on integrations (provider) where failed_attempts > 0 or recovery is not null',
  );
};
exports.down = false;
