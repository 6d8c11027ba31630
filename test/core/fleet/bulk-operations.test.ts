import { bulkRetryDelayMs, bulkWaitMs, countDone, hasEnded } from '../../../core/fleet/bulk-operations';
import { bulkFilterText, bulkTitle, outcomesText } from '../../../core/text/bulk-operations';

test('an error of ours is tried five times, each time later', () => {
  expect([1, 2, 3, 4, 5].map(bulkRetryDelayMs)).toEqual([15_000, 30_000, 45_000, 60_000, null]);
});

test('what is due soon is waited for together, what is due later exactly as long', () => {
  expect([1_000, 999, 1_001, 3_000, 3_001].map((dueAt) => bulkWaitMs(dueAt, 1_000))).toEqual([
    0, 0, 2_000, 2_000, 2_001,
  ]);
});

test('a running operation goes on, and so does a paused one', () => {
  expect((['running', 'paused', 'finished', 'canceled'] as const).map(hasEnded)).toEqual([
    ...[false, false, true, true],
  ]);
  expect(countDone({ done: 3, failed: 2 })).toBe(5);
});

test('an operation is described in words', () => {
  expect(bulkTitle('recheck', 1)).toBe('Check tokens of 1 connection');
  expect(bulkTitle('disconnect', 1_200)).toBe('Disconnect 1,200 connections');
  expect(outcomesText({ verified_ok: 1_000, expired: 1 })).toBe(
    'Token valid: 1,000 · Expired, owner has to reconnect: 1',
  );
  const none = { ids: null, state: null, reason: null, ownerRef: null, expiringWithinDays: null };
  expect(bulkFilterText(none)).toBe('all connections');
  expect(bulkFilterText({ ...none, state: 'active', ownerRef: 'a', expiringWithinDays: 1 })).toBe(
    'state active, owner a, expires within 1 day',
  );
});
