import { nextStepText } from '../../../core/text/next-step';
import { type LifecycleFacts } from '../../../core/lifecycle/facts';
import { DAY_MS, MINUTE_MS } from '../../../core/time';
import { lifecycleFactsOf } from '../../support/connections';

const NOW = 100 * DAY_MS;
const facts = lifecycleFactsOf(NOW - 10 * DAY_MS);
const checkIn = (ms: number, ownerAction: 'checkpoint' | null = null) => ({
  state: 'recovering' as const,
  recovery: { cause: 'rejection', returnTo: 'active', nextAttemptAt: NOW + ms, ownerAction } as const,
});

test.each<[string, Partial<LifecycleFacts>, string]>([
  ['pending', { state: 'pending' }, 'Waiting for owner to connect'],
  ['active', {}, 'Automatic refresh in 36 days'],
  [
    'refresh failing',
    { state: 'refreshing', failedAttempts: 3, nextAttemptAt: NOW + 5 * MINUTE_MS },
    'Next retry in 5 minutes',
  ],
  ['paused', { paused: true }, 'Paused · Automatic refresh in 47 days'],
  ['overdue', { refreshAt: NOW - 1 }, 'Running now'],
  ['checking', checkIn(50 * MINUTE_MS), 'Next check in 50 minutes'],
  [
    'action required',
    checkIn(50 * MINUTE_MS, 'checkpoint'),
    'Owner action required · Next check in 50 minutes',
  ],
  ['expired', { state: 'expired', reason: 'invalidated' }, 'Waiting for owner to reconnect'],
  [
    'expired with a reminder',
    { state: 'expired', reason: 'invalidated', reminder: { sent: 1, nextAt: NOW + 3 * DAY_MS } },
    'Waiting for owner · Reminder in 3 days',
  ],
  ['disconnected', { state: 'disconnected' }, '—'],
])('%s', (_name, changed, text) => {
  expect(nextStepText({ ...facts, ...changed }, NOW)).toBe(text);
});
