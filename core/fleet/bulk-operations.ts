import { LIFECYCLE_STATES, LIVE_STATES, type Reason, type State } from '../lifecycle/states';
import { DAY_MS, SECOND_MS } from '../time';

/** What can be done with many connections at once. */
export const BULK_ACTIONS = ['recheck', 'refresh', 'pause', 'resume', 'disconnect'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** `paused` and `running` change into each other until the operation has ended. */
export const BULK_STATES = ['running', 'paused', 'finished', 'canceled'] as const;
export type BulkState = (typeof BULK_STATES)[number];

/** What became of one connection in an operation. `docs/bulk-operations.md` explains them. */
export const BULK_OUTCOMES = [
  'done',
  'verified_ok',
  'refreshed',
  'not_due',
  'refresh_failed',
  'expired',
  'undecided',
  'not_applicable',
  'failed',
  'canceled',
] as const;
export type BulkOutcome = (typeof BULK_OUTCOMES)[number];

/** How many connections of an operation have come to which outcome. */
export type OutcomeCounts = { [Outcome in BulkOutcome]?: number | undefined };

/** Which connections an operation is about; null: any. Conditions are combined. */
export interface BulkFilter {
  ids: readonly string[] | null;
  state: State | null;
  reason: Reason | null;
  ownerRef: string | null;
  expiringWithinDays: number | null;
}

const UNLESS_DISCONNECTED: readonly State[] = ['pending', ...LIFECYCLE_STATES];

/** In which states an action changes or shows something. Connections in other states are left out. */
export const APPLIES_IN: Readonly<Record<BulkAction, readonly State[]>> = {
  recheck: LIFECYCLE_STATES,
  refresh: LIVE_STATES,
  pause: UNLESS_DISCONNECTED,
  resume: UNLESS_DISCONNECTED,
  disconnect: UNLESS_DISCONNECTED,
};

/** How many connections an operation may be about unless its caller says otherwise, and at most. */
export const DEFAULT_BULK_LIMIT = 1_000;
export const MAX_BULK_LIMIT = 100_000;
export const MAX_SPREAD_MS = 7 * DAY_MS;
/** How many operations may be under way at a time. */
export const MAX_OPEN_OPERATIONS = 20;

/** One that cannot be done, because of our own trouble, is tried that often. */
const MAX_TRIES = 5;
const RETRY_EVERY_MS = 15 * SECOND_MS;

/** When to try again what failed by an error of ours; null: it stays undone. @param tries how many were made */
export function bulkRetryDelayMs(tries: number): number | null {
  return tries >= MAX_TRIES ? null : RETRY_EVERY_MS * tries;
}

/** What is due within this time is done together. */
const GATHERED_MS = 2 * SECOND_MS;

/** How long an operation rests until its next connection is due. @param dueAt epoch ms */
export function bulkWaitMs(dueAt: number, now: number): number {
  return dueAt <= now ? 0 : Math.max(GATHERED_MS, dueAt - now);
}

/** What the workflow of an operation begins with. */
export interface BulkInput {
  operationId: string;
}

/** How far an operation has come. */
export interface BulkProgress {
  action: BulkAction;
  state: BulkState;
  total: number;
  outcomes: OutcomeCounts;
  /** Until the next connection is due; null: until the operation is changed. */
  waitMs: number | null;
}

/** Whether nothing more happens. */
export function hasEnded(state: BulkState): boolean {
  return state === 'finished' || state === 'canceled';
}

/** How many connections are done with. */
export function countDone(outcomes: OutcomeCounts): number {
  return Object.values(outcomes).reduce((sum: number, count) => sum + (count ?? 0), 0);
}
