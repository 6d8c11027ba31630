import fc from 'fast-check';
import { cooldownForRefusal, cooldownForUsage } from '../../../core/messaging/throttle-policy';
import { HOUR_MS, MINUTE_MS } from '../../../core/time';

test('there is room below 90 percent; from there reads wait, from 100 all', () => {
  expect(cooldownForUsage({ percent: 89, regainMs: 0 })).toBeNull();
  expect(cooldownForUsage({ percent: 90, regainMs: 0 })).toEqual({ readsMs: MINUTE_MS, callsMs: 0 });
  expect(cooldownForUsage({ percent: 99.9, regainMs: 0 })).toMatchObject({ callsMs: 0 });
  expect(cooldownForUsage({ percent: 100, regainMs: 0 })).toEqual({
    readsMs: 5 * MINUTE_MS,
    callsMs: 5 * MINUTE_MS,
  });
  expect(cooldownForUsage({ percent: 3, regainMs: 20 * MINUTE_MS })).toMatchObject({
    callsMs: 20 * MINUTE_MS,
  });
});

test('a refusal waits as Instagram asks, else 5 minutes and twice as long each time, never over 6 hours', () => {
  expect(cooldownForRefusal(7 * MINUTE_MS, 3).callsMs).toBe(7 * MINUTE_MS);
  expect(cooldownForRefusal(1, 0).callsMs).toBe(MINUTE_MS);
  expect([0, 1, 2].map((strikes) => cooldownForRefusal(null, strikes).callsMs / MINUTE_MS)).toEqual([
    5, 10, 20,
  ]);
  expect(cooldownForRefusal(null, 500).callsMs).toBe(6 * HOUR_MS);
  expect(cooldownForRefusal(99 * HOUR_MS, 0).callsMs).toBe(6 * HOUR_MS);
});

test('whatever is asked, reads wait longer than calls that keep tokens alive, and both within bounds', () => {
  fc.assert(
    fc.property(fc.option(fc.double({ noNaN: true })), fc.nat(), (asked, strikes) => {
      const { readsMs, callsMs } = cooldownForRefusal(asked, strikes);
      return readsMs > callsMs && callsMs >= MINUTE_MS && callsMs <= 6 * HOUR_MS;
    }),
  );
});
