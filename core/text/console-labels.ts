import { type EventType } from '../deliveries/events';
import { type LifecycleFacts } from '../lifecycle/facts';
import { type Reason, type State } from '../lifecycle/states';

interface StateLabel {
  word: string;
  /** A sign of its own, so that no state is told by colour alone. */
  icon: string;
}

export const STATE_LABELS = {
  pending: { word: 'Pending', icon: '○' },
  active: { word: 'Active', icon: '✓' },
  refreshing: { word: 'Refreshing', icon: '↻' },
  recovering: { word: 'Checking', icon: '?' },
  expired: { word: 'Expired', icon: '✕' },
  disconnected: { word: 'Disconnected', icon: '–' },
} as const satisfies Record<State, StateLabel>;

/** The state of one connection, with what the state alone does not say. */
export function stateLabel(facts: Pick<LifecycleFacts, 'state' | 'failedAttempts' | 'recovery'>): StateLabel {
  const label = STATE_LABELS[facts.state];
  if (facts.state === 'recovering' && facts.recovery?.ownerAction)
    return { ...label, word: 'Action required' };
  if (facts.state === 'refreshing' && facts.failedAttempts > 0) return { ...label, word: 'Refresh failing' };
  return label;
}

/** Why a connection is expired. */
export const REASON_LABELS = {
  lifetime_elapsed: 'not refreshed in time',
  session_expired: 'session ended by Instagram',
  password_changed: 'password changed',
  deauthorized: 'app removed on Instagram',
  checkpoint: 'login confirmation required',
  account_unusable: 'account restricted by Instagram',
  permission_removed: 'permission removed',
  invalidated: 'ended by Instagram',
  response_lost: 'refresh response lost',
} as const satisfies Record<Reason, string>;

export const EVENT_LABELS = {
  'integration.connected': 'Connected',
  'token.refreshed': 'Token refreshed',
  'token.refresh_failing': 'Refresh failing for 24 hours',
  'token.expiring': 'Token expires soon',
  'token.rejected': 'Token rejected by Instagram',
  'token.owner_action_required': 'Owner action required',
  'token.recovered': 'Connection restored',
  'token.decrypt_failed': 'Stored token could not be decrypted',
  'integration.expired': 'Expired · Reconnect required',
  // Events are written whether or not mail is configured: none says that somebody was told.
  'integration.reminder': 'Reconnect still required',
  'integration.reconnected': 'Reconnected',
  'integration.disconnected': 'Disconnected',
  'integration.paused': 'Paused',
  'integration.resumed': 'Resumed',
  'integration.checked': 'Checked by hand',
  'connect.refused': 'Connecting refused by Instagram',
  'capability.changed': 'Access to messages changed',
  'provider.incident_started': 'Instagram incident started',
  'provider.incident_ended': 'Instagram incident ended',
  'message.received': 'Message received',
  'message.edited': 'Message edited',
  'message.deleted': 'Message unsent',
  'webhook.disabled': 'Webhook endpoint disabled',
  'messages.viewed': 'Messages viewed in the console',
  'audit_entry.created': 'Change by a person or program',
} as const satisfies Record<EventType, string>;
