import { retryAfterMs } from '../../core/retry-after';

test.each([
  ['120', 120_000],
  ['Thu, 21 May 2026 04:02:00 GMT', 120_000],
  ['Thu, 21 May 2026 03:00:00 GMT', 0],
  ['soon', null],
  ['-5', null],
  ['1e9', null],
  ['', null],
  [null, null],
  [undefined, null],
])('Retry-After: %s is %p ms', (header, ms) => {
  expect(retryAfterMs(header, Date.UTC(2026, 4, 21, 4))).toBe(ms);
});
