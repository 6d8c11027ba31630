import { dayText, daysLeft, instantText, relative } from '../../../core/text/human-time';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time';

test('distances are whole periods, ahead or past', () => {
  expect(relative(13 * DAY_MS + HOUR_MS, 0)).toBe('in 13 days');
  expect(relative(0, 36 * HOUR_MS)).toBe('36 hours ago');
  expect(relative(90 * MINUTE_MS, 0)).toBe('in 90 minutes');
  expect(relative(999, 0)).toBe('now');
});

test('days left count down to today', () => {
  expect([3 * DAY_MS - 1, DAY_MS, DAY_MS - 1].map(daysLeft)).toEqual(['in 2 days', 'in 1 day', 'today']);
});

test('dates are in UTC and say so where they have a time', () => {
  const at = Date.UTC(2026, 4, 26, 5);
  expect(dayText(at)).toBe('26 May 2026');
  expect(instantText(at)).toMatch(/^26 May 2026(,| at) 05:00 UTC$/);
});
