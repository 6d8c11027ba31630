// What all tests of a run share: how the global set-up tells the test processes about it.
// The names do not begin with EVERGRANT_, of which the product refuses unknown ones.
const NAMES = {
  postgresUrl: 'TEST_POSTGRES_URL',
  /** Its address through a connection pooler, where the whole run goes through one. */
  poolerUrl: 'TEST_POOLER_URL',
  temporalAddress: 'TEST_TEMPORAL_ADDRESS',
  /** Path of the bundled workflows, as `npm run build` makes it. */
  workflowBundle: 'TEST_WORKFLOW_BUNDLE',
  /** Everything in it is removed at the end of the run. */
  folder: 'TEST_FOLDER',
} as const;

export const TEMPLATE_DATABASE = 'evergrant_template';

export function publish(what: keyof typeof NAMES, value: string): void {
  process.env[NAMES[what]] = value;
}

export function isPublished(what: keyof typeof NAMES): boolean {
  return Boolean(process.env[NAMES[what]]);
}

export function published(what: keyof typeof NAMES): string {
  const value = process.env[NAMES[what]];
  if (!value)
    throw new Error(`${NAMES[what]} is not set: run tests by Jest, whose global set-up starts the servers`);
  return value;
}
