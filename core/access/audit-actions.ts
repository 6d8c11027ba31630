/** Every kind of entry in the audit log: what was changed, and how. */
export const AUDIT_ACTIONS = [
  'integration.create',
  'integration.import',
  'integration.update',
  'integration.connect',
  'integration.pause',
  'integration.resume',
  'integration.refresh',
  'integration.recheck',
  'integration.disconnect',
  'integration.deauthorize',
  'token.read',
  'token.export',
  'data.delete',
  'bulk_operation.create',
  'bulk_operation.pause',
  'bulk_operation.resume',
  'bulk_operation.cancel',
  'connect_link.create',
  'connect_link.revoke',
  'embed_token.revoke',
  'console_link.create',
  'console_session.create',
  'console_session.end',
  'api_key.create',
  'api_key.revoke',
  'webhook_endpoint.create',
  'webhook_endpoint.update',
  'webhook_endpoint.rotate_secret',
  'webhook_endpoint.test',
  'webhook_endpoint.delete',
  'delivery.redeliver',
  'mail.test',
  'encryption_key.add',
  'encryption_key.promote',
  'encryption_key.retire',
  'encryption_key.rewrap',
  'audit.run',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** One change that somebody made. */
export interface AuditEntry {
  action: AuditAction;
  integrationId?: string | null;
  /** ID of what was changed, where it is not the integration: a key, an endpoint, a delivery. */
  target?: string | null;
  /** What was changed, by field: never a secret, a text or an address. */
  changes?: Record<string, unknown>;
}
