import { healthOf } from '../../../core/lifecycle/health';
import { DAY_MS } from '../../../core/time';

const NOW = Date.UTC(2027, 3, 16);
const at = (days: number) => NOW + days * DAY_MS;

test.each([
  ['active', 40, 0, 'good'],
  ['active', 7, 0, 'warning'],
  ['active', 2.9, 0, 'bad'],
  ['refreshing', 13, 0, 'good'],
  ['refreshing', 13, 1, 'warning'],
  ['refreshing', 3, 4, 'warning'],
  ['refreshing', 2.9, 4, 'bad'],
  ['active', 20, 2, 'warning'],
  ['recovering', 31, 0, 'warning'],
  ['recovering', 1, 0, 'bad'],
  ['expired', 31, 0, 'bad'],
  ['disconnected', 31, 0, 'neutral'],
  ['pending', null, 0, 'neutral'],
] as const)('%s with %p days left and %p failed attempts is %s', (state, days, failedAttempts, health) => {
  const expiresAt = days === null ? null : at(days);
  expect(healthOf({ state, expiresAt, failedAttempts }, NOW)).toBe(health);
});
