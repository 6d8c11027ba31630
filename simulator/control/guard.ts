import { isLoopback } from '../world/consent';
import { type SimulatorContext } from '../http';

/**
 * Refuses control requests from elsewhere: other machines by their address, other sites by Origin, and names
 * that only resolve to this machine (DNS rebinding) by Host.
 */
export async function localOnly(c: SimulatorContext, next: () => Promise<void>): Promise<Response | void> {
  const address = c.env?.incoming?.socket.remoteAddress;
  if (address !== undefined && !isLoopback(address.replace(/^::ffff:/, ''))) return refused(c, 'address');
  if (!isLocal(`http://${c.req.header('host') ?? new URL(c.req.url).host}`)) return refused(c, 'Host');
  const origin = c.req.header('origin');
  if (origin !== undefined && !isLocal(origin)) return refused(c, 'Origin');
  if (c.req.header('sec-fetch-site') === 'cross-site') return refused(c, 'Sec-Fetch-Site');
  return next();
}

const isLocal = (url: string) => URL.canParse(url) && isLoopback(new URL(url).hostname);

const refused = (c: SimulatorContext, by: string) =>
  c.json({ code: 'forbidden', detail: `control routes are for this machine only (${by})` }, 403);
