import fc from 'fast-check';
import { MAIL_LADDER_MS, WEBHOOK_LADDER_MS, pauseAfter } from '../../../core/deliveries/delivery-policy';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/time';

const random = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

test('the ladder goes over three days, with at least that much time whatever the jitter', () => {
  fc.assert(
    fc.property(fc.array(random, { minLength: 10, maxLength: 10 }), (draws) => {
      let total = 0;
      for (let tries = 1; ; tries++) {
        const pause = pauseAfter(WEBHOOK_LADDER_MS, tries, draws[tries - 1] ?? 0);
        if (pause === null) return expect(tries).toBe(WEBHOOK_LADDER_MS.length);
        total += pause;
        if (tries === WEBHOOK_LADDER_MS.length - 1) expect(total).toBeGreaterThan(3 * DAY_MS);
      }
    }),
  );
});

test('it is the ladder of Standard Webhooks, the first attempt at once', () => {
  const ms = [0, 5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS];
  expect(WEBHOOK_LADDER_MS.slice(0, 4)).toEqual(ms);
  expect(WEBHOOK_LADDER_MS.slice(4).map((step) => step / HOUR_MS)).toEqual([2, 5, 10, 14, 20, 24]);
});

test.each([WEBHOOK_LADDER_MS, MAIL_LADDER_MS])('ladders only rise, and jitter only delays', (...ladder) => {
  expect([...ladder].sort((a, b) => a - b)).toEqual(ladder);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: ladder.length - 1 }), random, (tries, draw) => {
      const pause = pauseAfter(ladder, tries, draw)!;
      expect(pause).toBeGreaterThanOrEqual(ladder[tries]!);
      expect(pause).toBeLessThanOrEqual(ladder[tries]! * 1.1 + 1);
    }),
  );
});

test('Retry-After puts off, never brings forward, and at most for a day', () => {
  expect(pauseAfter(WEBHOOK_LADDER_MS, 1, 0, HOUR_MS)).toBe(HOUR_MS);
  expect(pauseAfter(WEBHOOK_LADDER_MS, 4, 0, SECOND_MS)).toBe(2 * HOUR_MS);
  expect(pauseAfter(WEBHOOK_LADDER_MS, 1, 0, 400 * DAY_MS)).toBe(DAY_MS);
  expect(pauseAfter(WEBHOOK_LADDER_MS, 10, 0, HOUR_MS)).toBeNull();
});
