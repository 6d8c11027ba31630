import { type LastError } from './facts';
import { type Reason, type State } from './states';

/** What is known of one connection: everything that a decision about it may depend on. Instants are epoch ms. */
export interface Connection {
  id: string;
  provider: string;
  appId: string;
  /** The account's two ids at Instagram and its public name; null until connected. */
  accountId: string | null;
  accountScopedId: string | null;
  username: string | null;
  contactEmail: string | null;
  scopes: string[];
  state: State;
  /** Set exactly while `expired`. */
  reason: Reason | null;
  /** Rises on every reconnect, deauthorization, data deletion and disconnect: an older grant can change nothing. */
  grantNo: number;
  grantedAt: number | null;
  deauthorizedAt: number | null;
  /** The token version in use; 0 before the first grant. */
  version: number;
  /** The highest version number ever given. */
  lastVersion: number;
  issuedAt: number | null;
  expiresAt: number | null;
  refreshAt: number | null;
  paused: boolean;
  /** The refresh ladder: failures in a row, since when, and when the next attempt is due. */
  failedAttempts: number;
  failingSince: number | null;
  nextAttemptAt: number | null;
  /** Whether `token.refresh_failing` and `token.expiring` were sent for this version. */
  failingNoticed: boolean;
  expiringNoticed: boolean;
  lastError: LastError | null;
  recovery: Recovery | null;
  /** The version whose one recovery refresh was answered. */
  recoveryRefreshVersion: number | null;
  expiredAt: number | null;
  remindersSent: number;
  nextReminderAt: number | null;
}

/** A recovery under way. Instants are epoch ms. */
export interface Recovery {
  cause: 'rejection' | 'expiry';
  /** The state to return to when the alarm was false. */
  returnTo: 'active' | 'refreshing';
  since: number;
  tries: number;
  /** How often a token too young to be refreshed was probed again. */
  youngProbes: number;
  nextAttemptAt: number;
  /** What the owner has to do on Instagram, if the recovery waits for that. */
  ownerAction: OwnerAction | null;
  /** The decision is deferred past the end of the lifetime: by an incident, or since no answer is clear. */
  held: boolean;
  /** The rejection that began it; null when the lifetime ran out. */
  code: number | null;
  subcode: number | null;
  source: string;
}

export type OwnerAction = 'checkpoint' | 'account_unusable';

/** What one change sets. `id`, `provider` and `appId` never change. */
export type ConnectionFields = Partial<Omit<Connection, 'id' | 'provider' | 'appId'>>;
