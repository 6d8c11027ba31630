import { type IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { type Context } from 'hono';
import proxyAddr from 'proxy-addr';
import { type HttpDeps } from '../deps';

const UNKNOWN = 'unknown';

/** The client's address: the nearest one in `X-Forwarded-For` that is not a trusted proxy. */
export function clientAddress({ site }: Pick<HttpDeps, 'site'>, c: Context): string {
  const request = incoming(c);
  if (!request) return UNKNOWN;
  return networkOf(proxyAddr(request, site.isTrustedProxy));
}

/** Whether a trusted proxy made the connection. */
export function isFromProxy({ site }: Pick<HttpDeps, 'site'>, c: Context): boolean {
  const address = incoming(c)?.socket.remoteAddress;
  return address !== undefined && site.isTrustedProxy(address, 0);
}

function incoming(c: Context): IncomingMessage | undefined {
  return (c.env as { incoming?: IncomingMessage } | undefined)?.incoming;
}

/** An IPv6 client usually has a whole /64 network. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::')) return address;
  return `${address.split(':').slice(0, 4).join(':')}::/64`;
}
