import { TZDate } from '@date-fns/tz';

/** The starts of so many calendar days of a time zone, today first, and of the day after them. Epoch ms. */
export function dayStarts(now: number, zone: string, days: number): number[] {
  const today = new TZDate(now, zone);
  const [year, month, day] = [today.getFullYear(), today.getMonth(), today.getDate()];
  return Array.from({ length: days + 1 }, (_, n) => new TZDate(year, month, day + n, zone).getTime());
}

/** The calendar day of an instant, `2026-05-26`. */
export function dateIn(at: number, zone: string): string {
  return new TZDate(at, zone).toISOString().slice(0, 10);
}
