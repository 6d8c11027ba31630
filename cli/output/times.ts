import { InvalidArgumentError } from 'commander';
import { relative as relativeTo } from '../../core/text/human-time';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/time';

const UNITS: Record<string, number> = { w: 7 * DAY_MS, d: DAY_MS, h: HOUR_MS, m: MINUTE_MS, s: SECOND_MS };
const PART = /(\d+(?:\.\d+)?)([wdhms])/g;
const WHOLE = /^(?:\d+(?:\.\d+)?[wdhms])+$/;

/** Milliseconds of a length of time such as `46d`, `12h`, `30m`, `90s`, `2w` or `1d12h`. Fit to read an option. */
export function parseDuration(text: string): number {
  if (!WHOLE.test(text)) throw new InvalidArgumentError('Enter a duration such as 46d, 12h, 30m, 90s or 2w.');
  let total = 0;
  for (const [, number, unit] of text.matchAll(PART)) total += Number(number) * UNITS[unit!]!;
  total = Math.round(total);
  if (total === 0) throw new InvalidArgumentError('The duration must be greater than 0.');
  return total;
}

/** `in 13 days`, `2 hours ago`, `now`. @param instant ISO 8601 @param now epoch ms */
export function relative(instant: string, now: number): string {
  return relativeTo(Date.parse(instant), now);
}

/** The same for what may never have happened. */
export function since(instant: string | null, now: number): string {
  return instant === null ? 'never' : relative(instant, now);
}

/** `2026-05-21 04:00:00 UTC` */
export function absolute(instant: string): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `2026-05-21 04:00:00 UTC (in 13 days)` */
export function both(instant: string, now: number): string {
  return `${absolute(instant)} (${relative(instant, now)})`;
}
