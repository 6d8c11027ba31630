import { openUsable } from '../../../services/usable-token';
import { SECOND_MS } from '../../../core/time';
import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { findAccessibleWithToken } from '../integrations/find';
import { createRouter, json, problems, secured, strictRoute } from '../../router';
import { Token } from './token-schemas';
import { idParam } from '../schemas';

const MAX_CACHE_SECONDS = 300;

const get = strictRoute({
  method: 'get',
  path: '/integrations/{id}/token',
  operationId: 'getToken',
  tags: ['Tokens'],
  summary: 'Get the current token',
  description:
    'For services that call Instagram themselves. Works while Temporal and Instagram are down. If Instagram answers 190, report it with `token-rejections` and fetch the token again. Errors: `not_connected`, `recovery_pending`, `reconnect_required`, `disconnected`, `key_unavailable`.',
  security: secured,
  middleware: requireScope('token'),
  request: { params: idParam },
  responses: { 200: json(Token, 'The token'), ...problems },
});

export function tokenRoutes(deps: HttpDeps) {
  return createRouter().openapi(get, async (c) => {
    const caller = c.get('caller');
    const found = await findAccessibleWithToken(deps, caller, c.req.valid('param').id);
    const now = deps.clock.now();
    const { integration, version, token } = await openUsable(deps.pool, deps.sealer, found, now);
    deps.tokenUses.count(caller.keyId, integration.id);
    const expiresAt = integration.expiresAt ?? now;
    const left = Math.floor((expiresAt - now) / SECOND_MS);
    return c.json(
      {
        accessToken: token.reveal(),
        version,
        expiresAt: new Date(expiresAt).toISOString(),
        cacheForSeconds: Math.max(0, Math.min(MAX_CACHE_SECONDS, left)),
      },
      200,
    );
  });
}
