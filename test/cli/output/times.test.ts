import fc from 'fast-check';
import { absolute, both, parseDuration, relative } from '../../../cli/output/times';
import { inWords } from '../../../core/text/human-time';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/time';

const NOW = Date.parse('2026-05-21T04:00:00.000Z');
const at = (ms: number) => new Date(NOW + ms).toISOString();

test.each([
  ['46d', 46 * DAY_MS],
  ['12h', 12 * HOUR_MS],
  ['30m', 30 * MINUTE_MS],
  ['90s', 90 * SECOND_MS],
  ['2w', 14 * DAY_MS],
  ['1d12h', 36 * HOUR_MS],
  ['1.5h', 90 * MINUTE_MS],
])('reads %s as a duration', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each(['', '46', 'd', '-1d', '0d', '1y', '1d 2h', '1e3s', ' 1d', '1d!', '１d'])(
  'refuses "%s" as a duration',
  (text) => {
    expect(() => parseDuration(text)).toThrow(/duration/);
  },
);

test('a length of time is the sum of its parts, in any order', () => {
  const parts = fc.array(fc.tuple(fc.nat(500), fc.constantFrom('w', 'd', 'h', 'm', 's')), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(parts, (list) => {
      const text = list.map(([n, unit]) => `${n + 1}${unit}`).join('');
      const sum = list.reduce((total, [n, unit]) => total + parseDuration(`${n + 1}${unit}`), 0);
      expect(parseDuration(text)).toBe(sum);
      expect(
        parseDuration(
          [...list]
            .reverse()
            .map(([n, unit]) => `${n + 1}${unit}`)
            .join(''),
        ),
      ).toBe(sum);
    }),
  );
});

test('any text either is a length of time above nothing or is refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9wdhms.]{1,6}$/)), (text) => {
      let read: number;
      try {
        read = parseDuration(text);
      } catch {
        return;
      }
      expect(read).toBeGreaterThan(0);
      expect(Number.isSafeInteger(read)).toBe(true);
    }),
  );
});

test.each([
  [13 * DAY_MS + HOUR_MS, 'in 13 days'],
  [2 * DAY_MS, 'in 2 days'],
  [47 * HOUR_MS, 'in 47 hours'],
  [2 * HOUR_MS, 'in 2 hours'],
  [119 * MINUTE_MS, 'in 119 minutes'],
  [1 * SECOND_MS, 'in 1 second'],
  [0, 'now'],
  [-400, 'now'],
  [-90 * SECOND_MS, '90 seconds ago'],
  [-3 * HOUR_MS, '3 hours ago'],
  [-400 * DAY_MS, '400 days ago'],
])('shows %d ms from now as "%s"', (distance, words) => {
  expect(relative(at(distance), NOW)).toBe(words);
});

test('never shows more time than is left', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: 400 * DAY_MS }), (left) => {
      const [amount, unit] = inWords(left).split(' ');
      const units: Record<string, number> = {
        second: SECOND_MS,
        minute: MINUTE_MS,
        hour: HOUR_MS,
        day: DAY_MS,
      };
      const told = Number(amount) * units[unit!.replace(/s$/, '')]!;
      expect(told).toBeLessThanOrEqual(left);
      expect(left - told).toBeLessThan(units[unit!.replace(/s$/, '')]!);
    }),
  );
});

test('shows an instant in UTC, with the distance beside it', () => {
  expect(absolute('2026-05-21T04:00:00.123Z')).toBe('2026-05-21 04:00:00 UTC');
  expect(both('2026-06-03T05:00:00.000Z', NOW)).toBe('2026-06-03 05:00:00 UTC (in 13 days)');
});
