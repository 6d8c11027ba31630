import { dayStarts } from '../../adapters/calendar';
import { HOUR_MS } from '../../core/time';

test('days begin at midnight of the zone, also where a day has 25 or 23 hours', () => {
  const autumn = dayStarts(Date.parse('2026-10-24T22:30:00Z'), 'Europe/Berlin', 2);
  expect(autumn.map((at) => new Date(at).toISOString())).toEqual([
    '2026-10-24T22:00:00.000Z',
    '2026-10-25T23:00:00.000Z',
    '2026-10-26T23:00:00.000Z',
  ]);
  const [from, to] = dayStarts(Date.parse('2027-03-28T12:00:00Z'), 'Europe/Berlin', 1);
  expect(to! - from!).toBe(23 * HOUR_MS);
  // Late in the evening in UTC it is tomorrow in Auckland.
  expect(
    new Date(dayStarts(Date.parse('2026-06-01T23:00:00Z'), 'Pacific/Auckland', 0)[0]!).toISOString(),
  ).toBe('2026-06-01T12:00:00.000Z');
});
