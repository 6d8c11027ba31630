import { type Actor } from '../access/actor';
import { isRecord } from '../is-record';
import { type AuditAction } from '../access/audit-actions';

/** The audit log, in the console and at the command line. */
export const AUDIT_LOG_TEXT = {
  title: 'Audit log',
  view: 'View audit log',
  none: 'No entries',
  filter: 'Filter by action',
  all: 'All',
  only: (what: string) => `Only ${what}`,
  showAll: 'Show all entries',
  columns: { when: 'Time', actor: 'Who', action: 'What', details: 'Details', address: 'Address' },
} as const;

export const ACTION_LABELS = {
  'integration.create': 'Integration created',
  'integration.import': 'Token imported',
  'integration.update': 'Integration changed',
  'integration.connect': 'Account connected',
  'integration.pause': 'Refreshes paused',
  'integration.resume': 'Refreshes resumed',
  'integration.refresh': 'Refresh requested',
  'integration.recheck': 'Check requested',
  'integration.disconnect': 'Integration disconnected',
  'integration.deauthorize': 'App removed on Instagram',
  'token.read': 'Token read',
  'token.export': 'Tokens exported',
  'data.delete': 'Account data deleted',
  'bulk_operation.create': 'Bulk operation started',
  'bulk_operation.pause': 'Bulk operation paused',
  'bulk_operation.resume': 'Bulk operation resumed',
  'bulk_operation.cancel': 'Bulk operation canceled',
  'connect_link.create': 'Connect link created',
  'connect_link.revoke': 'Connect link revoked',
  'embed_token.revoke': 'Embed token revoked',
  'console_link.create': 'Sign-in link created',
  'console_session.create': 'Signed in to the console',
  'console_session.end': 'Console session ended',
  'api_key.create': 'API key created',
  'api_key.revoke': 'API key revoked',
  'webhook_endpoint.create': 'Webhook endpoint added',
  'webhook_endpoint.update': 'Webhook endpoint changed',
  'webhook_endpoint.rotate_secret': 'Webhook secret rotated',
  'webhook_endpoint.test': 'Webhook endpoint tested',
  'webhook_endpoint.delete': 'Webhook endpoint removed',
  'delivery.redeliver': 'Event redelivered',
  'mail.test': 'Test email sent',
  'encryption_key.add': 'Encryption key added',
  'encryption_key.promote': 'Encryption key made primary',
  'encryption_key.retire': 'Encryption key retired',
  'encryption_key.rewrap': 'Data re-encrypted',
  'audit.run': 'Fleet audit',
} as const satisfies Record<AuditAction, string>;

/** Who did it, in a few words. */
export function actorText({ kind, name, user }: Pick<Actor, 'kind' | 'name' | 'user'>): string {
  switch (kind) {
    case 'api_key':
      return user === null ? `key ${name}` : `key ${name}, used by ${user}`;
    case 'console_user':
      return `${name} in the console`;
    case 'embed_token':
      return `page of owner ${name}`;
    case 'owner':
      return `owner ${name}`;
    case 'instagram':
      return 'Instagram';
    case 'cli':
      return `${name} at the command line`;
    case 'workflow':
      return name;
  }
}

/** What was changed, by field. */
export function changesText(changes: Record<string, unknown>): string {
  return Object.entries(changes)
    .filter(([, value]) => value !== null)
    .map(([field, value]) => `${field}: ${valueText(value)}`)
    .join('; ');
}

function valueText(value: unknown): string {
  if (value === null) return 'none';
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  if (isRecord(value)) return `${valueText(value.from)} → ${valueText(value.to)}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
