import { type HttpDeps } from '../deps';
import { noStore } from '../middleware/headers';
import { createRouter } from '../router';
import { dataDeletionRoutes } from './data-deletion';
import { deauthorizeRoutes } from './deauthorize';
import { webhookRoutes } from './webhooks';

/** What Instagram calls. No key opens these: signatures do, and a code that only its holder knows. */
export function callbackRoutes(deps: HttpDeps) {
  const router = createRouter();
  router.use('/callbacks/*', noStore);
  for (const routes of [webhookRoutes, deauthorizeRoutes, dataDeletionRoutes])
    router.route('/', routes(deps));
  return router;
}
