import { type Context } from 'hono';
import { isTimeZone } from '../../core/text/time-zone';

/** The viewer's time zone, as the console's script tells it; undefined: unknown, so UTC. */
export function timeZoneOf(c: Context): string | undefined {
  const zone = c.req.header('x-time-zone');
  return zone !== undefined && zone.length <= 100 && isTimeZone(zone) ? zone : undefined;
}
