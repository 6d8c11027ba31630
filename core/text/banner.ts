import { accountName, capital } from './account-name';
import { daysLeft } from './human-time';
import { type CapabilityState } from '../messaging/capability';
import { type Reason } from '../lifecycle/states';

export interface Subject {
  username: string | null;
  product: string;
}

export interface Banner {
  level: 'warning' | 'error';
  cause: 'owner' | 'provider' | 'service';
  text: string;
  /** A reassuring sentence below the text. */
  note: string | null;
  /** What the reader can do, the most useful action first. */
  actions: BannerAction[];
}

export const BANNER_ACTIONS = ['check_again', 'reconnect'] as const;
type BannerActionKind = (typeof BANNER_ACTIONS)[number];
export interface BannerAction {
  kind: BannerActionKind;
  label: string;
}

export const ACTION_LABELS: Readonly<Record<BannerActionKind, string>> = {
  check_again: 'Check again',
  reconnect: 'Reconnect',
};

export const STILL_RETRYING = 'We are still retrying. No action needed yet.';
const RECONNECT = 'Reconnect to read and send messages again.';

/** The amber warning within 7 days of expiry. @param remainingMs time left, above 0 */
export function expiringText(remainingMs: number): string {
  return `Your Instagram token expires ${daysLeft(remainingMs)}. Consider reconnecting to avoid disruption.`;
}

/** What happened to an expired connection and what to do. Our own outages are never blamed on the owner. */
export function expiredText(reason: Reason | null, { username, product }: Subject): string {
  const who = username ? `@${username}` : 'your Instagram account';
  switch (reason) {
    case 'password_changed':
      return `${capital(who)} changed its Instagram password, which ended this connection. ${RECONNECT}`;
    case 'deauthorized':
      return `${capital(who)} removed ${product} on Instagram. ${RECONNECT}`;
    case 'checkpoint':
    case 'account_unusable':
      return ownerActionText({ username, product });
    case 'lifetime_elapsed':
    case 'response_lost':
      return `We could not renew the connection to ${who} in time. ${RECONNECT}`;
    default:
      return `Instagram ended the connection to ${who}. ${RECONNECT}`;
  }
}

export function ownerActionText(subject: Subject): string {
  return `Instagram wants ${accountName(subject.username)} to confirm a login. Open Instagram, follow its steps, then choose Check again.`;
}

/** Why the messages of a healthy connection cannot be used, and who can change that. */
export function messagesText(
  messages: Exclude<CapabilityState, 'ok' | 'unknown'>,
  { username, product }: Subject,
): string {
  const who = accountName(username);
  switch (messages) {
    case 'permission_missing':
      return `${capital(who)} does not allow ${product} to use its messages. Reconnect and allow access to messages.`;
    case 'other_app':
      return `Another app handles the messages of ${who}. Choose ${product} in the account's settings for connected apps.`;
    case 'app_access_missing':
      return `${product} cannot use the messages of ${who} at the moment. The team has been notified. No action needed.`;
  }
}

/**
 * The toast after a failed proactive refresh, while the connection still works.
 * @param timeZone the reader's, an IANA name; absent: UTC, named in the text
 */
export function refreshFailedText({ username }: Subject, expiresAt: number, timeZone?: string): string {
  const who = username ? ` of @${username}` : '';
  const until = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: timeZone ?? 'UTC',
  }).format(expiresAt);
  const zone = timeZone === undefined ? ' UTC' : '';
  return `We could not renew the Instagram connection${who}. It works until ${until}${zone}. Reconnect now to be safe.`;
}
