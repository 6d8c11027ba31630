import { type HttpDeps } from './deps';
import { invalidField } from './problems';

/** Whether owners may be sent there: to the origins of the product's own app, and to this service. */
export function mayReturnTo(deps: HttpDeps, address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { origin, host } = new URL(address);
  const allowed = [...deps.site.appOrigins, new URL(deps.site.publicUrl).origin];
  return allowed.some((entry) => entry === origin || entry === host);
}

export function refuseForeignReturn(deps: HttpDeps, address: string | undefined): void {
  if (address === undefined || mayReturnTo(deps, address)) return;
  throw invalidField('returnTo', 'is of an origin that is not in EVERGRANT_APP_ORIGINS');
}
