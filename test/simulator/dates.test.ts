import { graphDate, localDate } from '../../simulator/graph/dates';

test.each([
  ['2026-05-21T11:00:00Z', 'Thursday, 21-May-26 04:00:00 PDT'],
  ['2021-01-24T17:16:56Z', 'Sunday, 24-Jan-21 09:16:56 PST'],
  ['2026-11-01T08:59:59Z', 'Sunday, 01-Nov-26 01:59:59 PDT'],
  ['2026-11-01T09:00:00Z', 'Sunday, 01-Nov-26 01:00:00 PST'],
  ['2026-07-01T07:00:00Z', 'Wednesday, 01-Jul-26 00:00:00 PDT'],
])('%s in California is %s', (instant, text) => {
  expect(localDate(Date.parse(instant), 'en_US')).toBe(text);
});

test('Graph dates have a numeric zone and no fraction', () => {
  expect(graphDate(Date.parse('2026-04-05T05:27:08.999Z'))).toBe('2026-04-05T05:27:08+0000');
});
