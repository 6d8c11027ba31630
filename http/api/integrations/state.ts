import { disconnectFor, setPausedFor } from './change-state';
import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { createRouter, json, problems, secured, strictRoute } from '../../router';
import { Integration, idParam as params } from '../schemas';

const route = (verb: 'pause' | 'resume', summary: string) =>
  strictRoute({
    method: 'post',
    path: `/integrations/{id}/${verb}`,
    summary,
    security: secured,
    middleware: requireScope('operate'),
    request: { params },
    responses: { 200: json(Integration, 'The integration'), ...problems },
  });

const pause = route('pause', 'Stop scheduled refreshes, until 3 days before the end');
const resume = route('resume', 'Go on with scheduled refreshes');

const end = strictRoute({
  method: 'delete',
  path: '/integrations/{id}',
  summary: 'Disconnect: the token is erased at once',
  security: secured,
  middleware: requireScope('operate'),
  request: { params },
  responses: { 204: { description: 'Disconnected' }, ...problems },
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
