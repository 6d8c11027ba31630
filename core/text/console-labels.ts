import { type EventType } from '../deliveries/events';
import { type Reason, type State } from '../lifecycle/states';

/** A state in one word, with a sign of its own, so that nothing hangs on colour. */
export const STATE_LABELS = {
  pending: { word: 'Not connected yet', icon: '○' },
  active: { word: 'Active', icon: '✓' },
  refreshing: { word: 'Refreshing', icon: '↻' },
  recovering: { word: 'Being checked', icon: '?' },
  expired: { word: 'Expired', icon: '✕' },
  disconnected: { word: 'Disconnected', icon: '–' },
} as const satisfies Record<State, { word: string; icon: string }>;

/** Why a connection is over, in a few words. */
export const REASON_LABELS = {
  lifetime_elapsed: 'not renewed in time',
  session_expired: 'Instagram ended the session',
  password_changed: 'password changed',
  deauthorized: 'removed on Instagram',
  checkpoint: 'Instagram wants a login confirmed',
  account_unusable: 'Instagram has suspended the account',
  permission_removed: 'permission removed',
  invalidated: 'ended by Instagram',
  response_lost: 'the answer to a refresh was lost',
} as const satisfies Record<Reason, string>;

export const EVENT_LABELS = {
  'integration.connected': 'Connected',
  'token.refreshed': 'Token refreshed',
  'token.refresh_failing': 'Refreshes fail since a day',
  'token.expiring': 'Owner warned: the token ends soon',
  'token.rejected': 'Instagram refused the token',
  'token.owner_action_required': 'Instagram wants something of the owner',
  'token.recovered': 'Works again',
  'token.decrypt_failed': 'The stored token does not open',
  'integration.expired': 'Expired: the owner has to reconnect',
  'integration.reminder': 'Owner reminded',
  'integration.reconnected': 'Reconnected',
  'integration.disconnected': 'Disconnected',
  'provider.incident_started': 'Instagram trouble began',
  'provider.incident_ended': 'Instagram trouble ended',
  'message.received': 'Message received',
  'webhook.disabled': 'Webhook endpoint disabled',
  'messages.viewed': 'Messages viewed in the console',
} as const satisfies Record<EventType, string>;
