import { UPDATE_SLOT_MS } from './recovery-policy';
import { SECOND_MS } from '../time';

/** An operator who asks again expects a new probe, not the answer of a moment ago. */
const OPERATOR_SLOT_MS = 1 * SECOND_MS;

/**
 * Ids that thin a crowd: all callers that ask the same within one slot share one update, and so one answer. The slot
 * is there because Temporal answers a used id with its old outcome for the rest of the run. One that only waits shares
 * no id with a report: the report would never arrive.
 */
export function recoverUpdateId(
  { version, code, recheck = false }: { version: number; code?: number; recheck?: boolean },
  now: number,
): string {
  if (recheck) return `look-${version}-${slotOf(now, OPERATOR_SLOT_MS)}`;
  return `${code === undefined ? 'wait' : 'rec'}-${version}-${slotOf(now, UPDATE_SLOT_MS)}`;
}

/** @param withinMs as in `EnsureFreshInput` */
export function ensureFreshUpdateId(version: number, withinMs: number | null, now: number): string {
  if (withinMs === null) return `fresh-${version}-force-${slotOf(now, OPERATOR_SLOT_MS)}`;
  return `fresh-${version}-${withinMs}-${slotOf(now, UPDATE_SLOT_MS)}`;
}

function slotOf(now: number, slotMs: number): number {
  return Math.floor(now / slotMs);
}
