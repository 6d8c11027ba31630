import { type Context } from 'hono';

/** The viewer's time zone, as the console's script tells it; undefined: unknown, so UTC. */
export function timeZoneOf(c: Context): string | undefined {
  const zone = c.req.header('x-time-zone');
  if (!zone || zone.length > 100) return undefined;
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: zone });
    return zone;
  } catch {
    return undefined;
  }
}
