import { except } from 'hono/combine';
import { secureHeaders } from 'hono/secure-headers';
import { assetRoutes } from './assets';
import { authenticate } from './auth';
import { takeAtMost } from './body-limit';
import { callbackRoutes } from './callbacks/routes';
import { WEBHOOKS_PATH } from './callbacks/webhooks';
import { connectRoutes } from './connect/routes';
import { type HttpDeps } from './deps';
import { consoleRoutes } from './console/routes';
import { letAppPagesCall } from './cross-origin';
import { docsRoutes } from './docs';
import { BANNER_PATH, embedRoutes, letAnyPageLoad } from './embed';
import { answerError } from './errors';
import { guardHostAndOrigin } from './guard';
import { noStore, securityHeaders } from './headers';
import { requireJson } from './json-body';
import { answerUnknown } from './methods';
import { createRouter } from './router';
import { apiKeyRoutes } from './routes/api-keys';
import { consoleLinkRoutes } from './routes/console-links';
import { embedTokenRoutes } from './routes/embed-tokens';
import { connectLinkRoutes } from './routes/connect-links';
import { deliveryRoutes } from './routes/deliveries';
import { eventRoutes } from './routes/events';
import { fleetRoutes } from './routes/fleet';
import { healthRoutes } from './routes/health';
import { inboxRoutes } from './routes/inbox';
import { integrationListRoutes } from './routes/integration-list';
import { integrationRoutes } from './routes/integrations';
import { recoveryRoutes } from './routes/recovery';
import { refreshRoutes } from './routes/refresh';
import { sendRoutes } from './routes/send';
import { stateRoutes } from './routes/state';
import { tokenRoutes } from './routes/token';
import { tokenUseRoutes } from './routes/token-uses';
import { webhookEndpointRoutes } from './routes/webhook-endpoints';

const MAX_BODY_KIB = 64;

/** Everything that answers over HTTP. */
export function createApp(deps: HttpDeps) {
  const app = createRouter();
  app.onError((error, c) => answerError(deps, error, c));
  app.notFound(answerUnknown(deps, app));
  app.use(async (c, next) => {
    // What is thrown and is no Error passes onError by.
    await next().catch((error: unknown) => (c.res = answerError(deps, error, c)));
    // By the clock that set all other times of the answer: a sandbox has its own.
    c.header('date', new Date(deps.clock.now()).toUTCString());
  });
  app.use(BANNER_PATH, letAnyPageLoad);
  app.use(secureHeaders(securityHeaders(deps.site)));
  app.use(guardHostAndOrigin(deps));
  app.use(except(WEBHOOKS_PATH, takeAtMost(MAX_BODY_KIB)));
  app.route('/', healthRoutes(deps));
  app.route('/', assetRoutes());
  app.route('/', embedRoutes());
  app.route('/', connectRoutes(deps));
  app.route('/', consoleRoutes(deps));

  const v1 = createRouter();
  v1.use(letAppPagesCall(deps), authenticate(deps), noStore, requireJson);
  const parts = [
    integrationRoutes,
    integrationListRoutes,
    connectLinkRoutes,
    tokenRoutes,
    recoveryRoutes,
    refreshRoutes,
    stateRoutes,
    inboxRoutes,
    sendRoutes,
    eventRoutes,
    fleetRoutes,
    apiKeyRoutes,
    tokenUseRoutes,
    embedTokenRoutes,
    consoleLinkRoutes,
    webhookEndpointRoutes,
    deliveryRoutes,
  ];
  for (const routes of parts) v1.route('/', routes(deps));
  app.route('/v1', v1);
  app.route('/', callbackRoutes(deps));
  app.route('/', docsRoutes(deps, app));
  return app;
}
