import { createMiddleware } from 'hono/factory';
import { type HttpDeps } from '../deps';
import { isLoopbackUrl } from '../../adapters/outgoing/loopback';
import { isAppOrigin } from './origins';
import { Problem } from '../problems';

/**
 * Rejects requests that a foreign page made a browser send: foreign host names (DNS rebinding), and state-changing
 * requests from other origins.
 */
export function guardHostAndOrigin(deps: Pick<HttpDeps, 'site'>) {
  const own = new URL(deps.site.publicUrl);
  return createMiddleware(async (c, next) => {
    const host = c.req.header('host') ?? '';
    // Behind a proxy or in a cluster, the service's host names are unknown.
    if (deps.site.loopbackOnly && host !== own.host && !isLoopbackUrl(`http://${host}`))
      throw new Problem('forbidden', 'This host name is not allowed.');
    const origin = c.req.header('origin');
    const safe = ['GET', 'HEAD', 'OPTIONS'].includes(c.req.method);
    if (origin !== undefined && !safe && !isOurs(deps, origin, host)) {
      throw new Problem('forbidden', 'Requests from this origin are not allowed.');
    }
    await next();
  });
}

function isOurs({ site }: Pick<HttpDeps, 'site'>, origin: string, host: string): boolean {
  return isAppOrigin(site, origin) || isSelf(site, origin, host);
}

/** Whether the origin is this service, under any host name of this machine. */
export function isSelf({ publicUrl }: HttpDeps['site'], origin: string, host: string): boolean {
  return origin === new URL(publicUrl).origin || (origin === `http://${host}` && isLoopbackUrl(origin));
}
