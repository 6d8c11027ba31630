import { disconnectFor, setPausedFor } from './change-state';
import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { createRouter, json, problems, secured, strictRoute } from '../../router';
import { Integration } from '../integrations/integration-schemas';
import { idParam as params } from '../schemas';

const route = (verb: 'pause' | 'resume', summary: string) =>
  strictRoute({
    method: 'post',
    path: `/integrations/{id}/${verb}`,
    operationId: `${verb}Refresh`,
    tags: ['Tokens'],
    summary,
    description: 'Idempotent. Errors: `disconnected`.',
    security: secured,
    middleware: requireScope('operate'),
    request: { params },
    responses: { 200: json(Integration, 'The integration'), ...problems },
  });

const pause = route('pause', 'Pause scheduled refreshes until 3 days before expiry');
const resume = route('resume', 'Resume scheduled refreshes');

const end = strictRoute({
  method: 'delete',
  path: '/integrations/{id}',
  operationId: 'disconnectIntegration',
  tags: ['Integrations'],
  summary: 'Disconnect an integration',
  security: secured,
  middleware: requireScope('operate'),
  request: { params },
  responses: { 204: { description: 'Disconnected, now or before; the token is erased' }, ...problems },
});

export function stateRoutes(deps: HttpDeps) {
  return createRouter()
    .openapi(pause, async (c) =>
      c.json(await setPausedFor(deps, c.get('caller'), c.req.valid('param').id, true), 200),
    )
    .openapi(resume, async (c) =>
      c.json(await setPausedFor(deps, c.get('caller'), c.req.valid('param').id, false), 200),
    )
    .openapi(end, async (c) => {
      await disconnectFor(deps, c.get('caller'), c.req.valid('param').id);
      return c.body(null, 204);
    });
}
