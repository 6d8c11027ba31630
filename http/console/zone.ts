import { type Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { isTimeZone } from '../../core/text/time-zone';

/** The viewer's time zone, sent by the console's script with its requests and kept in a cookie; null: unknown. */
export function zoneOf(c: Context): string | null {
  const zone = c.req.header('x-time-zone') ?? getCookie(c, 'evergrant_zone');
  return zone !== undefined && zone.length <= 100 && isTimeZone(zone) ? zone : null;
}
