import { cors } from 'hono/cors';
import { isLoopbackUrl } from '../../adapters/outgoing/loopback';
import { type Site } from '../deps';

const PREFLIGHT_SECONDS = 600;

/**
 * Whether an origin belongs to the product's app or to this service. Entries of `appOrigins` are origins, or hosts:
 * https, or http on loopback.
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

/** CORS for pages of the product's app. No cookies: the page's embed token authorizes it. */
export function appCors(site: Site) {
  return cors({
    origin: (origin) => (isAppOrigin(site, origin) ? origin : null),
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['authorization', 'content-type'],
    // Pages measure expiry by the server's clock.
    exposeHeaders: ['date', 'retry-after'],
    maxAge: PREFLIGHT_SECONDS,
  });
}
