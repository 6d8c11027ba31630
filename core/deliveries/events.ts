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
  'capability.changed',
  'provider.incident_started',
  'provider.incident_ended',
  'webhook.disabled',
  'message.received',
  'message.edited',
  'message.deleted',
  'messages.viewed',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];
