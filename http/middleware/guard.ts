import { createMiddleware } from 'hono/factory';
import { type HttpDeps } from '../deps';
import { isLoopbackUrl } from '../../adapters/outgoing/loopback';
import { isAppOrigin } from './origins';
import { Problem } from '../problems';

/**
 * Refuses requests that a foreign page made a browser send: names that are not ours (DNS rebinding), and unsafe
 * methods from other origins.
 */
export function guardHostAndOrigin(deps: Pick<HttpDeps, 'site'>) {
  const own = new URL(deps.site.publicUrl);
  return createMiddleware(async (c, next) => {
    const host = c.req.header('host') ?? '';
    // Behind a proxy or in a cluster the names it is reached by are not known here, and nothing is on loopback.
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

/** Whether a page of this very service asks, by whatever name it was reached on this machine. */
export function isSelf({ publicUrl }: HttpDeps['site'], origin: string, host: string): boolean {
  return origin === new URL(publicUrl).origin || (origin === `http://${host}` && isLoopbackUrl(origin));
}
