import { type Reason, type State } from './states';

/** What a lifecycle knows of its integration. Ids, versions, instants (epoch ms) and reasons; never token material. */
export interface LifecycleFacts {
  integrationId: string;
  provider: string;
  /** The account's public name, without @; null until connected. */
  username: string | null;
  /** The host product's own name of the owner. Absent in runs of before. */
  ownerRef?: string;
  state: State;
  reason: Reason | null;
  /** The current token version; 0 before the first grant. */
  version: number;
  grantNo: number;
  issuedAt: number | null;
  expiresAt: number | null;
  refreshAt: number | null;
  paused: boolean;
  /** The refresh ladder: failures in a row, and when the next try is due. */
  failedAttempts: number;
  nextAttemptAt: number | null;
  expiringNoticed: boolean;
  recovery: RecoveryFacts | null;
  reminder: { sent: number; nextAt: number | null } | null;
  lastError: LastError | null;
  /** Temporal's namespace does not know our search attributes, so none may be set. */
  unlisted?: true;
}

export interface RecoveryFacts {
  cause: 'rejection' | 'expiry';
  /** The state to go back to when the alarm was false. */
  returnTo: 'active' | 'refreshing';
  nextAttemptAt: number;
  /** What Instagram requires of the owner, if the recovery waits for that. */
  ownerAction: 'checkpoint' | 'account_unusable' | null;
  /** The decision is deferred past the end of the lifetime: by an incident, or since no answer is clear. */
  held?: boolean;
}

export interface LastError {
  /** A code of Evergrant's own or Meta's numeric code as text. */
  code: string;
  subcode: number | null;
  class: string;
  at: number;
  text: string;
}

/** What others asked of the lifecycle and has not been done yet. Flags and maxima only, so that a crowd stays small. */
export interface Asked {
  rowChanged: boolean;
  refresh: boolean;
  recheck: boolean;
  /** A refused call of the version that the run knows. */
  rejection: Rejection | null;
  newer?: NewerReports | null;
}

/** Refused calls of versions that the run has not heard of yet: those of the lowest and of the highest. */
export interface NewerReports {
  lowest: Rejection;
  highest: Rejection;
}

/** A call that Instagram refused with 190 or 102, and the token version it used. */
export interface Rejection {
  version: number;
  code: number;
  subcode: number | null;
  source: string;
}

export const NOTHING_ASKED: Asked = { rowChanged: false, refresh: false, recheck: false, rejection: null };

/** How one action of a lifecycle ended. */
export type Outcome =
  | 'done'
  /** The row is no longer what the action was for; the facts that come back are the new ones. */
  | 'moved_on'
  | 'refreshed'
  /** Too young, or not yet time. */
  | 'not_due'
  | 'refresh_failed'
  | 'verified_ok'
  | 'expired'
  | 'undecided';

export interface StepResult {
  /** The row after the action; null when there is none. */
  facts: LifecycleFacts | null;
  outcome: Outcome;
  /** The acting process' clock in epoch ms: what all instants in the facts were measured by. */
  now: number;
}
