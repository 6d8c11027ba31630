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

/** `today`, `in 1 day`, `in 5 days`: whole days. */
export function daysLeft(leftMs: number): string {
  const days = Math.floor(leftMs / DAY_MS);
  if (days <= 0) return 'today';
  return days === 1 ? 'in 1 day' : `in ${days} days`;
}

/** `26 May 2026`, in UTC. @param at epoch ms */
export function dayText(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(at);
}

/** `26 May 2026 at 05:00 UTC`. @param at epoch ms */
export function instantText(at: number): string {
  const text = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
  }).format(at);
  return `${text} UTC`;
}

function count(amount: number, unit: string): string {
  const whole = Math.floor(amount);
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}
