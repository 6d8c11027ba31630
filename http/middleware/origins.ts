import { isLoopbackUrl } from '../../adapters/outgoing/loopback';
import { type Site } from '../deps';

/**
 * Whether an origin is one of the product's own app, or this service's. Entries are origins, or hosts, which mean
 * https unless they are this machine.
 */
export function isAppOrigin({ appOrigins, publicUrl }: Site, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  const own = new URL(publicUrl).origin;
  return [...appOrigins, own].some(
    (entry) =>
      entry === `${protocol}//${host}` ||
      (entry === host && (protocol === 'https:' || (protocol === 'http:' && isLoopbackUrl(origin)))),
  );
}
