import { TZDate } from '@date-fns/tz';
import { HOUR_MS } from '../../core/time';

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)? ?(Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/i;

/** What a date is, or why it cannot be read, as the end of a sentence that begins with its column. */
export type ReadDate = { at: number } | { problem: string };

/**
 * Reads an instant: ISO 8601 or as PostgreSQL writes it, or seconds or milliseconds since 1970.
 * @param zone IANA time zone of what has no offset; null: none was given
 */
export function readDate(text: string, zone: string | null): ReadDate {
  if (/^\d{10}(\.\d+)?$/.test(text)) return { at: Math.trunc(Number(text) * 1000) };
  if (/^\d{13}$/.test(text)) return { at: Number(text) };
  if (/^\d+([.,]\d+)?E\+?\d+$/i.test(text))
    return { problem: `is ${text}, a number that a spreadsheet has rounded: export the column as text` };
  if (/^\d+(\.\d+)?$/.test(text))
    return {
      problem: `is ${text}: numbers must be seconds (10 digits) or milliseconds (13 digits) since 1970`,
    };
  const match = ISO.exec(text);
  if (!match) return { problem: 'is no date such as 2026-05-21T04:00:00Z' };
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const fraction = Number(`0.${match[7] ?? 0}`) * 1000;
  const fields: Fields = [year!, month! - 1, day!, hour!, minute!, second!, Math.trunc(fraction)];
  const wall = Date.UTC(...fields);
  if (!isSame(new Date(wall), fields)) return { problem: `is ${text}, which does not exist` };
  if (match[8] !== undefined) return { at: wall - offsetMs(match[8]) };
  if (zone === null)
    return { problem: `is ${text}, which has no offset: give its time zone with --zone, such as --zone UTC` };
  return inZone(fields, zone, text);
}

type Fields = [number, number, number, number, number, number, number];

function isSame(date: Date, [year, month, day, hour, minute, second]: Fields): boolean {
  return (
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second
  );
}

function offsetMs(text: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})?$/.exec(text) ?? [];
  if (sign === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0)) * 60_000;
}

/** Of a time that a clock shows twice when it is set back, the earlier: a token is refreshed too early rather than late. */
function inZone(fields: Fields, zone: string, text: string): ReadDate {
  const at = new TZDate(...fields, zone).getTime();
  const shows = (instant: number) => {
    const there = new TZDate(instant, zone);
    return (
      there.getHours() === fields[3] && there.getMinutes() === fields[4] && there.getDate() === fields[2]
    );
  };
  if (!shows(at)) return { problem: `is ${text}, which does not exist in ${zone}: clocks were set forward` };
  return { at: shows(at - HOUR_MS) ? at - HOUR_MS : at };
}
