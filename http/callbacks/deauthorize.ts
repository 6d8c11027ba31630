import { CALLBACKS } from '../../core/names';
import { createRoute } from '@hono/zod-openapi';
import { deauthorize } from '../../adapters/postgres/integrations/deauthorize';
import { instagramActor } from '../../core/access/actor';
import { causeOf } from '../../core/lifecycle/states';
import { clientAddress } from '../middleware/client-address';
import { type HttpDeps } from '../deps';
import { createRouter, problems } from '../router';
import { notifyLifecycle } from '../../services/notify-lifecycle';
import { signedRequestBody, readSignedRequestForm } from './signed-request';

const route = createRoute({
  method: 'post',
  path: CALLBACKS.deauthorize,
  operationId: 'receiveDeauthorization',
  tags: ['Callbacks'],
  summary: 'Callback: an owner removed the app',
  description: 'Erases the token and expires the integration. Also responds 200 for an unknown account.',
  request: { body: signedRequestBody },
  responses: { 200: { description: 'Done, now or before' }, ...problems },
});

/** @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login */
export function deauthorizeRoutes(deps: HttpDeps) {
  const router = createRouter();
  router.openAPIRegistry.registerPath(route);
  router.post(route.path, async (c) => {
    const request = await readSignedRequestForm(deps, c);
    const by = instagramActor(clientAddress(deps, c));
    const ended = await deauthorize(deps.pool, request, deps.clock.now(), by);
    for (const { id } of ended) {
      deps.logger.info({ integrationId: id }, 'app removed by the owner');
      deps.metrics.counters.expiration(causeOf('deauthorized'));
    }
    await Promise.all(ended.map(({ id }) => notifyLifecycle(deps, id)));
    return c.json({}, 200);
  });
  return router;
}
