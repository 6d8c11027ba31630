import {
  type BulkAction,
  type BulkFilter,
  type BulkOutcome,
  type BulkProgress,
  type BulkState,
  type OutcomeCounts,
  countDone,
} from '../fleet/bulk-operations';
import { SECOND_MS } from '../time';
import { inWords } from './human-time';

/** Operations with many connections, in the console, at the command line and in Temporal. */

export const BULK_ACTION_LABELS = {
  recheck: 'Check tokens',
  refresh: 'Refresh tokens',
  pause: 'Pause refreshes',
  resume: 'Resume refreshes',
  disconnect: 'Disconnect',
} as const satisfies Record<BulkAction, string>;

export const BULK_STATE_LABELS = {
  running: 'Running',
  paused: 'Paused',
  finished: 'Finished',
  canceled: 'Canceled',
} as const satisfies Record<BulkState, string>;

export const BULK_OUTCOME_LABELS = {
  done: 'Done',
  verified_ok: 'Token valid',
  refreshed: 'New token',
  not_due: 'Token too new to refresh',
  refresh_failed: 'Refresh failed, token still valid',
  expired: 'Expired, owner has to reconnect',
  undecided: 'No clear answer yet',
  not_applicable: 'Skipped, state changed meanwhile',
  failed: 'Failed',
  canceled: 'Canceled',
} as const satisfies Record<BulkOutcome, string>;

/** `Check tokens of 1,234 connections`. */
export function bulkTitle(action: BulkAction, total: number): string {
  const name = BULK_ACTION_LABELS[action];
  return `${name}${action === 'disconnect' ? '' : ' of'} ${connections(total)}`;
}

export function connections(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'connection' : 'connections'}`;
}

/** `120 Token valid · 3 New token`. */
export function outcomesText(outcomes: OutcomeCounts): string {
  return Object.entries(outcomes)
    .map(
      ([outcome, count]) =>
        `${BULK_OUTCOME_LABELS[outcome as BulkOutcome]}: ${(count ?? 0).toLocaleString('en')}`,
    )
    .join(' · ');
}

/** What Temporal's UI shows beside the workflow. */
export function bulkProgressText({ action, state, total, outcomes }: BulkProgress): string {
  return [
    `**${bulkTitle(action, total)}** ${state}`,
    `- done: ${countDone(outcomes)} of ${total}`,
    ...Object.entries(outcomes).map(([outcome, count]) => `- ${outcome}: ${count}`),
  ].join('\n');
}

/** Which connections were chosen, in words. */
export function bulkFilterText(filter: BulkFilter): string {
  const { ids, state, reason, ownerRef, expiringWithinDays: days } = filter;
  const parts = [
    ids && 'selected connections',
    state && `state ${state}`,
    reason && `reason ${reason}`,
    ownerRef && `owner ${ownerRef}`,
    days !== null && `expires within ${days} ${days === 1 ? 'day' : 'days'}`,
  ].filter((part) => typeof part === 'string');
  return parts.join(', ') || 'all connections';
}

/** The pages of the console. */
export const BULK_OPERATIONS_TEXT = {
  title: 'Bulk operations',
  none: 'No bulk operations yet',
  columns: {
    what: 'Operation',
    connections: 'Connections',
    state: 'State',
    done: 'Done',
    started: 'Started',
  },
  itemColumns: { account: 'Account', owner: 'Owner', outcome: 'Outcome', when: 'Time' },
  progress: (done: number, total: number) => `${done.toLocaleString('en')} of ${total.toLocaleString('en')}`,
  open: 'Not done yet',
  state: 'State',
  reason: 'Reason',
  owner: 'Owner',
  days: 'Expires within (days)',
  spread: 'Spread',
  over: (seconds: number) => `over ${inWords(seconds * SECOND_MS)}`,
  spreadMinutes: 'Spread over (minutes)',
  limit: 'At most (connections)',
  any: 'Any',
  all: 'All',
  outcomes: 'Outcomes',
  ended: 'Ended',
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel the rest',
  start: 'Start an operation',
  startHint: 'It is done with all connections that match now, those with the least time left first.',
  action: 'Action',
  view: 'View bulk operations',
} as const;
