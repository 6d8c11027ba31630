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
  revoke: 'Revoke …',
  revokeWarning: (name: string) =>
    `Programs that use ${name} are refused immediately. Keys, sessions, links and embed tokens created with it end, too.`,
  revokeNow: (name: string) => `Revoke ${name}`,
  scopes: {
    read: 'See connections, events and the fleet',
    operate: 'Create links; refresh, check, pause and disconnect',
    token: 'Fetch access tokens and report rejected ones',
    message: 'Read conversations and send messages',
    admin: 'Manage keys and webhooks, import tokens, sign in here',
  },
  withMaker: 'Never (at the latest with your key)',
  inDays: (days: number) => `In ${days} days`,
  createdTitle: 'API key created',
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
  revokeWarning: {
    'connect-links': 'The link stops working immediately. Its owner needs a new one to connect.',
    'embed-tokens': 'The banner on pages with this token stops updating, until the page fetches a new one.',
  },
  revokeNow: 'Revoke now',
  sessions: {
    title: 'Console sessions',
    none: 'No sessions: users sign in through a proxy.',
    columns: { key: 'Key', address: 'Address', since: 'Signed in', used: 'Last used', actions: '[End]' },
    bootstrap: 'bootstrap',
    thisOne: 'This session',
    end: 'End …',
    warning: 'The person is signed out immediately, and can sign in again with the same key.',
    confirm: 'End session',
    done: 'Session ended',
  },
  links: {
    title: 'Connect links',
    columns: { owner: 'Owner', ...ISSUED_COLUMNS },
    revoke: 'Revoke …',
    done: 'Link revoked',
  },
  tokens: {
    title: 'Embed tokens',
    columns: { owner: 'Owner', ...ISSUED_COLUMNS },
    revoke: 'Revoke …',
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
    rotate: 'Rotate secret …',
    disable: 'Disable …',
    enable: 'Enable',
    remove: 'Remove …',
  },
  confirms: { rotate: 'Rotate secret now', disable: 'Disable endpoint', remove: 'Remove endpoint' },
  /** What breaks. */
  warnings: {
    rotate: 'Your program needs the new secret within 24 hours. Until then both secrets sign.',
    disable: 'Events are no longer delivered. Pending deliveries are skipped, and not sent later.',
    remove: 'Events are no longer delivered. The secret and the delivery log of this endpoint are deleted.',
  },
  eventsField: 'Events (none selected: all)',
  secretTitle: 'Signing secret',
  done: {
    added: 'Endpoint added',
    tested: 'Test event delivered',
    rotated: 'Secret rotated. The old one works for 24 hours.',
    enabled: 'Endpoint enabled',
    disabled: 'Endpoint disabled',
    removed: 'Endpoint removed',
  },
  testFailed: (why: string) => `Test event not delivered: ${why}.`,
  answered: (status: number | null) => `the endpoint returned ${status}`,
  newEndpoint: 'New webhook endpoint',
  add: 'Add endpoint',
} as const;

export const MAIL_TEXT = {
  off: 'Email notifications are off. Set SMTP_URL to turn them on.',
  server: 'Mail server',
  from: 'Sender',
  operators: 'Operators',
  noOperators: 'None · Set EVERGRANT_OPERATOR_EMAIL to notify operators',
  test: 'Test email',
  to: 'To',
  send: 'Send test email',
  sent: (to: string) => `Test email sent to ${to}`,
} as const;

export const SETTINGS_TABS = {
  label: 'Settings pages',
  keys: 'API keys',
  access: 'Sessions and links',
  webhooks: 'Webhooks',
  deliveries: 'Deliveries',
  mail: 'Mail',
  encryption: 'Encryption keys',
  audit: 'Audit log',
} as const;
