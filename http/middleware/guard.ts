import { createMiddleware } from 'hono/factory';
import { type HttpDeps } from '../deps';
import { isLoopbackHost, isLoopbackUrl } from '../../adapters/outgoing/loopback';
import { isAppOrigin } from './origins';
import { Problem } from '../problems';

/**
 * Rejects requests that a foreign page made a browser send: foreign host names (DNS rebinding), and state-changing
 * requests from other origins.
 */
export function guardHostAndOrigin(deps: Pick<HttpDeps, 'site'>) {
  return createMiddleware(async (c, next) => {
    const host = c.req.header('host') ?? '';
    if (!isAllowedHost(deps.site, host))
      throw new Problem('forbidden', 'This host name is not allowed. EVERGRANT_ALLOWED_HOSTS adds others.');
    const origin = c.req.header('origin');
    const safe = ['GET', 'HEAD', 'OPTIONS'].includes(c.req.method);
    if (origin !== undefined && !safe && !isOurs(deps, origin, host)) {
      throw new Problem('forbidden', 'Requests from this origin are not allowed.');
    }
    await next();
  });
}

/** Names of this machine are always allowed: no name server can lead them elsewhere. */
function isAllowedHost({ publicUrl, allowedHosts }: HttpDeps['site'], host: string): boolean {
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  if (isLoopbackHost(hostname) || hostname === new URL(publicUrl).hostname) return true;
  return allowedHosts.some((allowed) => allowed === hostname || allowed === host.toLowerCase());
}

function isOurs({ site }: Pick<HttpDeps, 'site'>, origin: string, host: string): boolean {
  return isAppOrigin(site, origin) || isSelf(site, origin, host);
}

/** Whether the origin is this service, under any host name of this machine. */
export function isSelf({ publicUrl }: HttpDeps['site'], origin: string, host: string): boolean {
  return origin === new URL(publicUrl).origin || (origin === `http://${host}` && isLoopbackUrl(origin));
}
