import { type Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { tooManyText } from '../../core/text/owner-pages';
import { nameOfLink } from '../../services/connect-links';
import { type HttpDeps } from '../deps';
import { frameOf } from '../frame';
import { clientAddress } from '../middleware/client-address';
import { Problem } from '../problems';
import { OutcomePage } from './connect-page';
import { readLink } from './links';

type LimitDeps = Pick<HttpDeps, 'limits' | 'site' | 'sealer'>;

/** Limits the pages of links, per address and per link. A link of another's making counts for its address alone. */
export function limitConnects(deps: LimitDeps) {
  return createMiddleware(async (c, next) => {
    const limited = await tooMany(deps, c, async () => {
      await deps.limits.countConnect(clientAddress(deps, c));
      const link = readLink(deps, c.req.param('link') ?? '');
      if (link) await deps.limits.countLink(nameOfLink(link));
    });
    return limited ?? next();
  });
}

/** A readable page where `count` refuses; null: it does not. */
export async function tooMany(
  deps: Pick<HttpDeps, 'site'>,
  c: Context,
  count: () => Promise<void>,
): Promise<Response | null> {
  try {
    await count();
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const outcome = tooManyText(error.more.limitOf === 'link' ? 'link' : 'address');
    const page = <OutcomePage frame={frameOf(deps.site, c)} outcome={outcome} next={null} />;
    return c.html(page, error.status, error.headers);
  }
}
