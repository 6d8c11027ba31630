import { type HttpDeps } from '../deps';
import { isAppOrigin } from '../middleware/origins';
import { invalidField } from '../problems';

/** Whether owners may be redirected there: origins of the product's app, and this service. */
export function mayReturnTo(deps: Pick<HttpDeps, 'site'>, address: string): boolean {
  if (!URL.canParse(address)) return false;
  return isAppOrigin(deps.site, new URL(address).origin);
}

export function requireAppOrigin(deps: Pick<HttpDeps, 'site'>, address: string | undefined): void {
  if (address === undefined || mayReturnTo(deps, address)) return;
  throw invalidField('returnTo', 'must have an origin listed in EVERGRANT_APP_ORIGINS');
}
