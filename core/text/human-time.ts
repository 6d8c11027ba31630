import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time';

/** `13 days`, `36 hours`, `1 minute`: whole periods, as many as have fully passed. */
export function inWords(milliseconds: number): string {
  if (milliseconds >= 2 * DAY_MS) return count(milliseconds / DAY_MS, 'day');
  if (milliseconds >= 2 * HOUR_MS) return count(milliseconds / HOUR_MS, 'hour');
  if (milliseconds >= 2 * MINUTE_MS) return count(milliseconds / MINUTE_MS, 'minute');
  return count(milliseconds / SECOND_MS, 'second');
}

/** `in 13 days`, `2 hours ago`, `now`. Both in epoch ms. */
export function relative(at: number, now: number): string {
  const distance = at - now;
  if (Math.abs(distance) < SECOND_MS) return 'now';
  return distance > 0 ? `in ${inWords(distance)}` : `${inWords(-distance)} ago`;
}

function count(amount: number, unit: string): string {
  const whole = Math.floor(amount);
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}
