import { type LifecycleFacts } from './facts';
import { type Action } from './next-action';

/** What a lifecycle is asked, and answers: the shapes behind the names in `core/names.ts`. */

/** Why a decision about a token version is asked for. */
export interface RecoverInput {
  version: number;
  /** Who asks: a word or path that operators see, without names of people. */
  source: string;
  /** The code of the refused call, 190 or 102. Without it, and without `recheck`: wait for the decision under way. */
  code?: number;
  subcode?: number | null;
  /** Probe the token, also of an expired connection. */
  recheck?: boolean;
}

/** `not_yet`: the run has not heard of that version; ask again in a second. `undecided`: ask again later. */
export type RecoverOutcome =
  'stale_version' | 'verified_ok' | 'refreshed' | 'expired' | 'undecided' | 'not_yet';

export interface EnsureFreshInput {
  version: number;
  /** Refresh when no more than this is left, in ms; null: refresh in any case. */
  withinMs: number | null;
}

export type EnsureFreshOutcome =
  'fresh' | 'refreshed' | 'refresh_failed' | 'not_due' | 'expired' | 'undecided' | 'not_yet';

export interface LifecycleStatus {
  facts: LifecycleFacts | null;
  nextAction: Action['type'] | null;
  /** ISO 8601, or null when nothing is planned. */
  nextActionAt: string | null;
  messages: { handled: number; malformed: number };
}

/** An update of an integration that does not exist fails with an application failure of this type. */
export const UNKNOWN_INTEGRATION = 'UnknownIntegration';
