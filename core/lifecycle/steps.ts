import { type LifecycleFacts } from './facts';

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
