/** Every type of event in an integration's timeline and in the event feed. */
export const EVENT_TYPES = [
  'integration.connected',
  'token.refreshed',
  'token.refresh_failing',
  'token.expiring',
  'token.rejected',
  'token.owner_action_required',
  'token.recovered',
  'token.decrypt_failed',
  'integration.expired',
  'integration.reminder',
  'integration.reconnected',
  'integration.disconnected',
  'integration.paused',
  'integration.resumed',
  'integration.checked',
  'connect.refused',
  'capability.changed',
  'provider.incident_started',
  'provider.incident_ended',
  'webhook.disabled',
  'message.received',
  'message.edited',
  'message.deleted',
  'messages.viewed',
  'audit_entry.created',
] as const;
/**
 * Only for those who name it: `*` and the whole feed leave it out. It names people who operate Evergrant, and the changes
 * it reports have events of their own.
 */
export const AUDIT_EVENT = 'audit_entry.created' satisfies (typeof EVENT_TYPES)[number];
export type EventType = (typeof EVENT_TYPES)[number];
