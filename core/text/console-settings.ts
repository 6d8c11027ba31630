import { type DisabledReason } from '../deliveries/deliveries';

export const KEYS_TEXT = {
  title: 'API keys',
  none: 'Only the bootstrap key exists. Create a key for each program, with the scopes it needs.',
  columns: {
    name: 'Name',
    scopes: 'Scopes',
    owners: 'Owners',
    maker: 'Created by',
    used: 'Last used',
    expires: 'Expires',
    actions: '[Revoke]',
  },
  allOwners: 'All',
  revoke: (name: string) => `Revoke ${name}`,
  revoked: 'Key revoked',
  newKey: 'New API key',
  nameHint: 'Program that uses the key',
  ownersField: 'Owners (empty: all)',
  ownersHint: 'shop-1, shop-2',
  create: 'Create key',
  created: (name: string) => `Key ${name} created`,
  once: "Copy this now. You won't see it again.",
} as const;

const ISSUED_COLUMNS = {
  maker: 'Created by',
  since: 'Created',
  expires: 'Expires',
  actions: '[Revoke]',
} as const;

/** What gives access besides keys. */
export const ISSUED_TEXT = {
  sessions: {
    title: 'Console sessions',
    none: 'No sessions: users sign in through a proxy.',
    columns: { key: 'Key', address: 'Address', since: 'Signed in', used: 'Last used', actions: '[End]' },
    bootstrap: 'bootstrap',
    thisOne: 'This session',
    end: 'End session',
    done: 'Session ended',
  },
  links: {
    title: 'Connect links',
    columns: { owner: 'Owner', ...ISSUED_COLUMNS },
    revoke: 'Revoke link',
    done: 'Link revoked',
  },
  tokens: {
    title: 'Embed tokens',
    columns: { owner: 'Owner', ...ISSUED_COLUMNS },
    revoke: 'Revoke token',
    done: 'Embed token revoked',
  },
} as const;

export const RING_TEXT = {
  title: 'Encryption keys',
  next: (step: string) => `Next step: ${step}`,
  columns: { key: 'Key', role: 'Role', check: 'Check', rows: 'Encrypted rows', processes: 'Processes' },
  roles: {
    seals: 'Primary',
    next: 'Next primary',
    opens: 'Decrypt only',
    retired: 'Retired',
    missing: 'Missing',
    unused: 'Unused',
  },
  checks: { opens: 'OK', other_bytes: 'Wrong key', none: 'Not checked yet' },
  notLoaded: 'Not loaded',
  heldBy: (count: number, all: number) => `${count} of ${all}`,
} as const;

/** Why an endpoint was disabled. */
export const DISABLED_LABELS = {
  by_hand: 'disabled by an operator',
  gone: 'the endpoint returned 410 Gone',
  failing: 'no successful delivery for 5 days',
} as const satisfies Record<DisabledReason, string>;

export const ENDPOINTS_TEXT = {
  title: 'Webhook endpoints',
  none: 'No webhook endpoints yet',
  columns: { address: 'Address', events: 'Events', state: 'State', actions: '[Actions]' },
  allEvents: 'All',
  enabled: 'Enabled',
  disabled: (reason: DisabledReason | null) =>
    reason === null || reason === 'by_hand' ? 'Disabled' : `Disabled · ${DISABLED_LABELS[reason]}`,
  oldSecret: 'Old secret works until',
  verbs: {
    test: 'Send test event',
    rotate: 'Rotate secret',
    disable: 'Disable',
    enable: 'Enable',
    remove: 'Remove',
  },
  done: {
    added: 'Endpoint added · It receives all events',
    tested: 'Test event delivered',
    rotated: 'Secret rotated. The old one works for 24 hours.',
    enabled: 'Endpoint enabled',
    disabled: 'Endpoint disabled',
    removed: 'Endpoint removed',
  },
  testFailed: (why: string) => `Test event not delivered: ${why}.`,
  answered: (status: number | null) => `the endpoint returned ${status}`,
  newEndpoint: 'New webhook endpoint',
  add: 'Add endpoint for all events',
} as const;

export const MAIL_TEXT = {
  off: 'Email notifications are off. Set SMTP_URL to turn them on.',
  test: 'Test email',
  to: 'To',
  send: 'Send test email',
  sent: (to: string) => `Test email sent to ${to}`,
} as const;
