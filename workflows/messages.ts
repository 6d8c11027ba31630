import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { type Action } from '../core/lifecycle/next-action';
import { QUERIES, SIGNALS, UPDATES } from '../core/names';
import { type LifecycleFacts, type Rejection } from '../core/lifecycle/facts';

/**
 * What a `TokenLifecycle` understands. Services in any language may send the signals by name; TypeScript ones import
 * these definitions. Handlers check what arrives by hand: a payload of another shape is counted and dropped.
 * @see https://docs.temporal.io/develop/typescript/workflows/message-passing
 */

/** A call was refused with 190 or 102 under this token version. */
export const tokenRejectedSignal = defineSignal<[Rejection]>(SIGNALS.tokenRejected);
/** Refresh at once, whatever the plan says. */
export const refreshNowSignal = defineSignal(SIGNALS.refreshNow);
/** The row changed outside the lifecycle: reconnect, disconnect, deauthorize, pause, resume. */
export const rowChangedSignal = defineSignal(SIGNALS.rowChanged);

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

/** Decide about a refused token version; answers within 20 seconds. */
export const recoverUpdate = defineUpdate<RecoverOutcome, [RecoverInput]>(UPDATES.recover);

export interface EnsureFreshInput {
  version: number;
  /** Refresh when no more than this is left, in ms; null: refresh in any case. */
  withinMs: number | null;
}

export type EnsureFreshOutcome =
  'fresh' | 'refreshed' | 'refresh_failed' | 'not_due' | 'expired' | 'undecided' | 'not_yet';

/** One refresh attempt now, if due; answers within 20 seconds. */
export const ensureFreshUpdate = defineUpdate<EnsureFreshOutcome, [EnsureFreshInput]>(UPDATES.ensureFresh);

export interface LifecycleStatus {
  facts: LifecycleFacts | null;
  nextAction: Action['type'] | null;
  /** ISO 8601, or null when nothing is planned. */
  nextActionAt: string | null;
  messages: { handled: number; malformed: number };
}

export const statusQuery = defineQuery<LifecycleStatus>(QUERIES.status);
