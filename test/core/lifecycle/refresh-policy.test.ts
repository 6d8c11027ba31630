import fc from 'fast-check';
import {
  LAST_REFRESH_GRACE_MS,
  MAXIMUM_GRANT_LIFE_MS,
  MINIMUM_GRANT_LIFE_MS,
  MINIMUM_REFRESH_AGE_MS,
  clampLifeMs,
  ladderDelayMs,
  pauseOverrideAt,
  refreshAtFor,
  throttledDelayMs,
  warnAt,
} from '../../../core/lifecycle/refresh-policy';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time';

const lifetimes = fc
  .tuple(
    fc.integer({ min: 0, max: 4e12 }),
    fc.integer({ min: MINIMUM_GRANT_LIFE_MS + 1, max: MAXIMUM_GRANT_LIFE_MS }),
  )
  .map(([issuedAt, life]) => ({ issuedAt, expiresAt: issuedAt + life }));
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a 60-day token is refreshed 14 days before its end, up to a day earlier, never later', () => {
  const life = { issuedAt: 0, expiresAt: 60 * DAY_MS };
  expect(refreshAtFor(life, 0)).toBe(46 * DAY_MS);
  expect(refreshAtFor(life, 0.5)).toBe(45.5 * DAY_MS);
  fc.assert(
    fc.property(random, (r) => {
      expect(refreshAtFor(life, r)).toBeLessThanOrEqual(46 * DAY_MS);
      expect(refreshAtFor(life, r)).toBeGreaterThan(45 * DAY_MS - 1);
    }),
  );
});

test('whatever the lifetime, the refresh lies after the minimum age and before the end', () => {
  fc.assert(
    fc.property(lifetimes, random, (life, r) => {
      const at = refreshAtFor(life, r);
      expect(at).toBeGreaterThanOrEqual(life.issuedAt + MINIMUM_REFRESH_AGE_MS);
      expect(at).toBeLessThan(life.expiresAt);
      expect(Number.isInteger(at)).toBe(true);
    }),
  );
});

test('a short life is refreshed at two thirds of it', () => {
  expect(refreshAtFor({ issuedAt: 0, expiresAt: 27 * DAY_MS }, 0.9)).toBe(18 * DAY_MS);
});

test('warning and pause override come in order, within the life', () => {
  fc.assert(
    fc.property(lifetimes, (life) => {
      expect(warnAt(life)).toBeLessThanOrEqual(pauseOverrideAt(life));
      expect(pauseOverrideAt(life)).toBeLessThan(life.expiresAt);
      expect(warnAt(life)).toBeGreaterThan(life.issuedAt);
    }),
  );
  expect(warnAt({ issuedAt: 0, expiresAt: 60 * DAY_MS })).toBe(53 * DAY_MS);
  expect(pauseOverrideAt({ issuedAt: 0, expiresAt: 60 * DAY_MS })).toBe(57 * DAY_MS);
});

test('the ladder is the published one: 1, 2, 5, 10, 20, 30 min, 1, 2, 3, 6 h, then every 6 h', () => {
  const far = 1_000 * DAY_MS;
  const minutes = Array.from({ length: 13 }, (_, n) => ladderDelayMs(n + 1, far, 0.5) / MINUTE_MS);
  expect(minutes).toEqual([1, 2, 5, 10, 20, 30, 60, 120, 180, 360, 360, 360, 360]);
});

test('the ladder tightens near the end, never under a minute, whatever the count', () => {
  const counts = fc.oneof(
    fc.constantFrom(0, 1, 100, Number.MAX_SAFE_INTEGER),
    fc.integer({ min: -5, max: 500 }),
  );
  fc.assert(
    fc.property(counts, fc.integer({ min: -DAY_MS, max: 90 * DAY_MS }), random, (count, left, r) => {
      const delay = ladderDelayMs(count, left, r);
      expect(delay).toBeGreaterThanOrEqual(MINUTE_MS);
      expect(delay).toBeLessThanOrEqual(Math.max(MINUTE_MS, Math.round(left / 8)));
      expect(delay).toBeLessThanOrEqual(6.6 * HOUR_MS);
    }),
  );
  expect(ladderDelayMs(10, 8 * HOUR_MS, 0.5)).toBe(HOUR_MS);
});

test('a throttled refresh waits as Instagram asks, between a minute and six hours', () => {
  const far = 100 * DAY_MS;
  expect(throttledDelayMs(1_000, far)).toBe(MINUTE_MS);
  expect(throttledDelayMs(2 * HOUR_MS, far)).toBe(2 * HOUR_MS);
  expect(throttledDelayMs(2 * DAY_MS, far)).toBe(6 * HOUR_MS);
  expect(throttledDelayMs(-5, far)).toBe(MINUTE_MS);
  expect(throttledDelayMs(NaN, far)).toBe(5 * MINUTE_MS);
  expect(throttledDelayMs(null, far)).toBe(5 * MINUTE_MS);
  expect(throttledDelayMs(6 * HOUR_MS, 8 * HOUR_MS)).toBe(HOUR_MS);
});

test('an odd expires_in is clamped or refused, never used', () => {
  expect(clampLifeMs(5_183_944)).toEqual({ lifeMs: 5_183_944_000, clamped: false });
  expect(clampLifeMs('5183944')).toEqual({ lifeMs: 5_183_944_000, clamped: false });
  expect(clampLifeMs(10 * 365 * 86_400)).toEqual({ lifeMs: MAXIMUM_GRANT_LIFE_MS, clamped: true });
  for (const odd of [0, -1, NaN, Infinity, null, undefined, '', 'soon', {}, []])
    expect(clampLifeMs(odd)).toBeNull();
});

test('a token that ended 7.5 hours ago still gets its last refresh', () => {
  expect(LAST_REFRESH_GRACE_MS).toBeGreaterThan(7.5 * HOUR_MS);
});

test('ten thousand accounts connected in one second are refreshed over a whole day', () => {
  const issuedAt = Date.UTC(2026, 0, 1);
  const perMinute = new Map<number, number>();
  for (let n = 0; n < 10_000; n++) {
    const at = refreshAtFor({ issuedAt, expiresAt: issuedAt + 60 * DAY_MS }, Math.random());
    const minute = Math.floor(at / 60_000);
    perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
  }
  // Seven a minute on average.
  expect(perMinute.size).toBeGreaterThan(1_400);
  expect(Math.max(...perMinute.values())).toBeLessThan(40);
});
