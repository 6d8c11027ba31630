import { createRoute } from '@hono/zod-openapi';
import { disconnect } from '../../adapters/postgres/disconnect';
import { setPaused } from '../../adapters/postgres/integrations';
import { NoToken } from '../../adapters/token-access';
import { requireScope } from '../auth';
import { type HttpDeps } from '../deps';
import { findFor } from '../find';
import { viewOf } from '../integration-view';
import { tellLifecycle } from '../tell-lifecycle';
import { createRouter, json, problems, secured } from '../router';
import { Integration, idParam as params } from '../schemas';

const route = (verb: 'pause' | 'resume', summary: string) =>
  createRoute({
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

const end = createRoute({
  method: 'delete',
  path: '/integrations/{id}',
  summary: 'Disconnect: the token is erased at once',
  security: secured,
  middleware: requireScope('operate'),
  request: { params },
  responses: { 204: { description: 'Disconnected' }, ...problems },
});

export function stateRoutes(deps: HttpDeps) {
  const set = async (caller: Parameters<typeof findFor>[1], id: string, paused: boolean) => {
    const row = await findFor(deps, caller, id);
    if (row.state === 'disconnected') throw new NoToken('disconnected', row);
    const after = (await setPaused(deps.pool, id, paused, deps.clock.now())) ?? row;
    if (row.paused !== paused && row.state !== 'pending') await tellLifecycle(deps, id);
    return viewOf(deps, caller, after);
  };

  return createRouter()
    .openapi(pause, async (c) => c.json(await set(c.get('caller'), c.req.valid('param').id, true), 200))
    .openapi(resume, async (c) => c.json(await set(c.get('caller'), c.req.valid('param').id, false), 200))
    .openapi(end, async (c) => {
      const row = await findFor(deps, c.get('caller'), c.req.valid('param').id);
      await disconnect(deps.pool, row.id, deps.clock.now());
      if (row.state !== 'disconnected' && row.state !== 'pending') await tellLifecycle(deps, row.id);
      return c.body(null, 204);
    });
}
