import { cors } from 'hono/cors';
import { type HttpDeps } from '../deps';
import { isAppOrigin } from './origins';

const PREFLIGHT_SECONDS = 600;

/** Lets pages of the product's own app read answers; what they may ask for is their token's affair. No cookies. */
export function appCors({ site }: HttpDeps) {
  return cors({
    origin: (origin) => (isAppOrigin(site, origin) ? origin : null),
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['authorization', 'content-type'],
    // By the clock of `date`, not by the viewer's, an instant is near or far.
    exposeHeaders: ['date', 'retry-after'],
    maxAge: PREFLIGHT_SECONDS,
  });
}
