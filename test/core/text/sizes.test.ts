import { growthText, retentionText, sizeText } from '../../../core/text/sizes';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [12_345, '12 kB'],
  [9_990_000, '10.0 MB'],
  [3_400_000_000, '3.4 GB'],
  [5e15, '5000 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

test('growth has a sign', () => {
  expect(growthText(null, null)).toBe('growth not known yet');
  expect(growthText(1_234, 5_000_000)).toBe('+1,234 rows, +5.0 MB a day');
  expect(growthText(-3, -2_000)).toBe('−3 rows, −2.0 kB a day');
});

test('retention names the rows it is for, where a table has several kinds', () => {
  expect(retentionText(null)).toBe('not known yet');
  expect(retentionText([])).toBe('no limit');
  expect(retentionText([{ days: 0, of: null }])).toBe('until expiry');
  expect(retentionText([{ days: 1, of: null }])).toBe('1 day');
  expect(
    retentionText([
      { days: 30, of: 'message_events' },
      { days: 365, of: null },
    ]),
  ).toBe('30 days (messages), 365 days');
});
