import { type IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { type Context } from 'hono';
import proxyAddr from 'proxy-addr';
import { type HttpDeps } from '../deps';

const UNKNOWN = 'unknown';

/** Where a request comes from: the nearest address that is not a proxy of ours, by `X-Forwarded-For`. */
export function clientAddress({ site }: Pick<HttpDeps, 'site'>, c: Context): string {
  const request = incoming(c);
  if (!request) return UNKNOWN;
  return networkOf(proxyAddr(request, site.isTrustedProxy));
}

/** Whether a proxy of ours made the connection, so that what it says of the user counts. */
export function isFromProxy({ site }: Pick<HttpDeps, 'site'>, c: Context): boolean {
  const address = incoming(c)?.socket.remoteAddress;
  return address !== undefined && site.isTrustedProxy(address, 0);
}

function incoming(c: Context): IncomingMessage | undefined {
  return (c.env as { incoming?: IncomingMessage } | undefined)?.incoming;
}

/** Whoever has one IPv6 address has 2^64 of them. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::')) return address;
  return `${address.split(':').slice(0, 4).join(':')}::/64`;
}
