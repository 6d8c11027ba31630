import { createMiddleware } from 'hono/factory';
import { type HttpDeps } from './deps';
import { Problem } from './problems';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

/**
 * Refuses requests that a foreign page made a browser send: names that are not ours (DNS rebinding), and unsafe
 * methods from other origins.
 */
export function guardHostAndOrigin(deps: HttpDeps) {
  const own = new URL(deps.site.publicUrl);
  return createMiddleware(async (c, next) => {
    const host = c.req.header('host') ?? '';
    // Behind a proxy or in a cluster the names it is reached by are not known here, and nothing is on loopback.
    if (deps.site.loopbackOnly && host !== own.host && !LOOPBACK.test(host))
      throw new Problem('forbidden', 'This address is not served here.');
    const origin = c.req.header('origin');
    const safe = ['GET', 'HEAD', 'OPTIONS'].includes(c.req.method);
    if (origin !== undefined && !safe && !isOurs(deps, origin, own.origin, host)) {
      throw new Problem('forbidden', 'Requests from this origin are not accepted.');
    }
    await next();
  });
}

function isOurs(deps: HttpDeps, origin: string, own: string, host: string): boolean {
  if (origin === own || (LOOPBACK.test(host) && origin === `http://${host}`)) return true;
  return deps.site.appOrigins.some(
    (entry) => entry === origin || (URL.canParse(origin) && entry === new URL(origin).host),
  );
}
