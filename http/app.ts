import { except } from 'hono/combine';
import { secureHeaders } from 'hono/secure-headers';
import { assetRoutes } from './assets';
import { authenticate } from './middleware/auth';
import { limitBody } from './middleware/body-limit';
import { dataDeletionRoutes } from './callbacks/data-deletion';
import { deauthorizeRoutes } from './callbacks/deauthorize';
import { webhookRoutes } from './callbacks/webhooks';
import { CALLBACKS } from '../core/names';
import { connectRoutes } from './owner/routes';
import { type HttpDeps } from './deps';
import { consoleRoutes } from './console/routes';
import { appCors } from './middleware/origins';
import { docsRoutes } from './api/docs/routes';
import { BANNER_PATH, embedRoutes, bannerCors } from './embed/banner-script';
import { answerError } from './errors';
import { guardHostAndOrigin } from './middleware/guard';
import { CONSOLE, noStore, securityHeaders } from './middleware/headers';
import { requireJson } from './middleware/json-body';
import { answerUnmatched } from './unmatched';
import { createRouter } from './router';
import { apiKeyRoutes } from './api/access/api-keys';
import { auditLogRoutes } from './api/access/audit-log';
import { consoleLinkRoutes } from './api/access/console-links';
import { consoleSessionRoutes } from './api/access/console-sessions';
import { embedTokenRoutes } from './api/access/embed-tokens';
import { connectLinkRoutes } from './api/integrations/connect-links';
import { deliveryRoutes } from './api/deliveries/deliveries';
import { mailRoutes } from './api/deliveries/mail';
import { eventRoutes } from './api/deliveries/events';
import { bulkOperationRoutes } from './api/bulk-operations/routes';
import { fleetRoutes } from './api/fleet';
import { healthRoutes } from './api/health';
import { inboxRoutes } from './api/messages/inbox';
import { dataDeletionApiRoutes } from './api/integrations/data-deletions';
import { integrationListRoutes } from './api/integrations/integration-list';
import { integrationRoutes } from './api/integrations/integrations';
import { recoveryRoutes } from './api/lifecycle/recovery';
import { refreshRoutes } from './api/lifecycle/refresh';
import { payloadRoutes } from './api/messages/payloads';
import { sendRoutes } from './api/messages/send';
import { stateRoutes } from './api/lifecycle/state';
import { tokenRoutes } from './api/lifecycle/token';
import { tokenUseRoutes } from './api/access/token-uses';
import { webhookEndpointRoutes } from './api/deliveries/webhook-endpoints';

const MAX_BODY_KIB = 64;

/** The complete HTTP application. */
export function createApp(deps: HttpDeps) {
  const app = createRouter();
  app.onError((error, c) => answerError(deps, error, c));
  app.notFound(answerUnmatched(deps, app));
  app.use(async (c, next) => {
    // onError does not receive thrown values that are not Errors.
    await next().catch((error: unknown) => (c.res = answerError(deps, error, c)));
    // The clock of all other timestamps in the response. A sandbox has its own.
    c.header('date', new Date(deps.clock.now()).toUTCString());
  });
  app.use(BANNER_PATH, bannerCors);
  app.use(secureHeaders(securityHeaders(deps.site)));
  // Before the host names: a probe uses the address of what it found.
  app.route('/', healthRoutes(deps));
  app.use(guardHostAndOrigin(deps));
  app.use(except(CALLBACKS.webhooks, limitBody(MAX_BODY_KIB)));
  app.route('/', assetRoutes());
  app.route('/', embedRoutes());
  app.get('/', (c) => c.redirect(CONSOLE, 302));
  app.route('/', connectRoutes(deps));
  app.route('/', consoleRoutes(deps));

  const v1 = createRouter();
  v1.use(appCors(deps.site), authenticate(deps), noStore, requireJson);
  const parts = [
    integrationRoutes,
    integrationListRoutes,
    dataDeletionApiRoutes,
    connectLinkRoutes,
    tokenRoutes,
    recoveryRoutes,
    refreshRoutes,
    stateRoutes,
    inboxRoutes,
    sendRoutes,
    payloadRoutes,
    eventRoutes,
    fleetRoutes,
    bulkOperationRoutes,
    apiKeyRoutes,
    tokenUseRoutes,
    auditLogRoutes,
    embedTokenRoutes,
    consoleLinkRoutes,
    consoleSessionRoutes,
    webhookEndpointRoutes,
    deliveryRoutes,
    mailRoutes,
  ];
  for (const routes of parts) v1.route('/', routes(deps));
  app.route('/v1', v1);
  // Instagram's callbacks need no key: a signature or an unguessable code authorizes them.
  app.use('/callbacks/*', noStore);
  for (const routes of [webhookRoutes, deauthorizeRoutes, dataDeletionRoutes]) app.route('/', routes(deps));
  app.route('/', docsRoutes(deps, app));
  return app;
}
