import { isTimeZone } from '../../../core/text/time-zone';

test('time zones have names, and offsets are none', () => {
  expect(['Europe/Berlin', 'UTC', '+01:00', 'Mars/Base'].map(isTimeZone)).toEqual([true, true, false, false]);
});
