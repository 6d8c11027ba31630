import { type DisabledReason } from '../deliveries/deliveries';

export const KEYS_TEXT = {
  title: 'API keys',
  none: 'None but the bootstrap key. Make one for each program, with the scopes it needs.',
  columns: {
    name: 'Name',
    scopes: 'Scopes',
    owners: 'Owners',
    used: 'Last used',
    ends: 'Ends',
    actions: '[Revoke]',
  },
  allOwners: 'all',
  revoke: (name: string) => `Revoke ${name}`,
  revoked: 'The key works no more.',
  make: 'New API key',
  nameHint: 'Which program it is for',
  ownersField: 'Owners (empty: all)',
  ownersHint: 'shop-1, shop-2',
  submit: 'Make the key',
  made: (name: string) => `The key ${name} works from now on.`,
  once: 'Copy it now: it is shown this once.',
} as const;

export const RING_TEXT = {
  title: 'Encryption keys',
  next: (step: string) => `Next: ${step}`,
  columns: { key: 'Key', role: 'Role', check: 'Check', rows: 'Rows it seals', processes: 'Processes' },
  checks: { opens: 'opens', other_bytes: 'wrong bytes', none: 'none yet' },
  notHere: 'not here',
  heldBy: (count: number, all: number) => `${count} of ${all}`,
} as const;

export const ENDPOINTS_TEXT = {
  title: 'Webhook endpoints',
  none: 'None: no program is told of events.',
  columns: { address: 'Address', events: 'Events', state: 'State', actions: '[Actions]' },
  allEvents: 'all',
  enabled: 'enabled',
  disabled: (reason: DisabledReason | null) =>
    reason === null ? 'disabled' : `disabled: ${DISABLED_LABELS[reason]}`,
  oldSecret: 'the old secret signs too, until',
  verbs: {
    test: 'Send a test',
    rotate: 'New secret',
    disable: 'Disable',
    enable: 'Enable',
    remove: 'Remove',
  },
  done: {
    added: 'The endpoint is told of all events from now on.',
    tested: 'The endpoint took the test event.',
    rotated: 'From now on both secrets sign, for a day.',
    enabled: 'The endpoint is told of events again.',
    disabled: 'The endpoint is told nothing for now.',
    removed: 'The endpoint is told nothing more.',
  },
  notTaken: (why: string) => `The endpoint did not take it: ${why}.`,
  answered: (status: number | null) => `it answered ${status}`,
  make: 'New webhook endpoint',
  submit: 'Add it, for all events',
} as const;

export const MAIL_TEXT = {
  none: 'People are told nothing by e-mail: SMTP_URL is not set.',
  test: 'Test mail',
  to: 'To',
  submit: 'Send it',
  sent: (to: string) => `The mail to ${to} is on its way.`,
} as const;

/** Why an endpoint is told nothing. */
export const DISABLED_LABELS = {
  by_hand: 'by request',
  gone: 'it answered that it is gone (410)',
  failing: 'it has taken nothing for five days',
} as const satisfies Record<DisabledReason, string>;
