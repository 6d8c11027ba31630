import { type DeliveryStatus, type DisabledReason } from './deliveries';
import { type EventType } from './events';
import { type LifecycleFacts, NOTHING_ASKED } from './facts';
import { relative } from './human-time';
import { nextAction } from './next-action';
import { type Reason, type State } from './states';

/** What an operator reads in the console. */

export function signInText() {
  return {
    title: 'Sign in to Evergrant',
    text: 'Use an API key with the scope admin, or a link that “npx evergrant console” prints.',
    linkText: 'This link signs you in once. It works for 10 minutes after it was made.',
    field: 'API key',
    action: 'Sign in',
    refusals: {
      key: 'This key does not work here. It must be valid and have the scope admin.',
      link: 'This link has been used, or is older than 10 minutes. Make a new one with “npx evergrant console”.',
    },
  };
}

export const CONSOLE_TEXT = {
  signOut: 'Sign out',
  none: 'There are none yet. “npx evergrant connect” makes the first.',
  noMatch: 'No connection is like that.',
  disconnectWarning:
    'This erases the token at once. To connect the account again, its owner has to go through Instagram.',
  linkHint: 'Give it to the owner of the account. Opening it uses nothing up; connecting does.',
  notSent: 'Not sent.',
  sent: 'Sent.',
  keyOnce: 'Copy it now: it is shown this once.',
  noMail: 'People are told nothing by e-mail: SMTP_URL is not set.',
} as const;

export function signedInText(name: string): string {
  return `Signed in as ${name}`;
}

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

export const DELIVERY_LABELS = {
  waiting: 'Waits',
  delivered: 'Delivered',
  failed: 'Given up',
  skipped: 'No longer needed',
} as const satisfies Record<DeliveryStatus, string>;

export const DISABLED_LABELS = {
  by_hand: 'by request',
  gone: 'it answered that it is gone',
  failing: 'it failed for five days',
} as const satisfies Record<DisabledReason, string>;

/** What happens next with a connection, and when. @param now epoch ms */
export function nextStepText(facts: LifecycleFacts, now: number): string {
  if (facts.state === 'pending') return 'Waits for its owner to connect';
  if (facts.state === 'disconnected') return 'Nothing more';
  const action = nextAction(facts, NOTHING_ASKED, now);
  if (action.type !== 'wait') return 'Acts now';
  if (facts.state === 'recovering') {
    const who = facts.recovery?.ownerAction ? 'Waits for its owner; looks again' : 'Looks again';
    return `${who} ${relative(action.until ?? now, now)}`;
  }
  if (facts.state === 'expired')
    return action.until === null
      ? 'Waits for its owner'
      : `Waits for its owner; reminder ${relative(action.until, now)}`;
  const due = facts.nextAttemptAt ?? facts.refreshAt;
  const paused = facts.paused ? 'Paused; ' : '';
  if (due === null || due <= now) return `${paused}${relative(action.until ?? now, now)}`;
  const verb = facts.failedAttempts > 0 ? 'tries again' : 'refreshes';
  const text = `${paused}${verb} ${relative(facts.paused ? (action.until ?? due) : due, now)}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a recheck found. */
export const RECHECK_TEXTS = {
  stale_version: 'A newer token is in use already.',
  verified_ok: 'Instagram accepts the token.',
  refreshed: 'The token was replaced by a new one.',
  expired: 'The token is dead: the owner has to reconnect.',
  undecided: 'Instagram gives no clear answer yet. Evergrant looks again by itself.',
} as const;

/** What a button has done. @param who the account */
export function doneText(
  verb: 'refreshed' | 'not_due' | 'paused' | 'resumed' | 'disconnected',
  who: string,
): string {
  switch (verb) {
    case 'refreshed':
      return `${who} has a new token.`;
    case 'not_due':
      return `The token of ${who} is fresh enough.`;
    case 'paused':
      return `Scheduled refreshes of ${who} are paused, until 3 days before the end.`;
    case 'resumed':
      return `Scheduled refreshes of ${who} go on.`;
    case 'disconnected':
      return `${who} is disconnected, its token erased.`;
  }
}
