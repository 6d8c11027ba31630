import { fleetStatusFor } from './fleet-status';
import { requireScope } from '../middleware/auth';
import { type HttpDeps } from '../deps';
import { createRouter, json, problems, secured, strictRoute } from '../router';
import { Fleet } from './schemas';

const get = strictRoute({
  method: 'get',
  path: '/fleet',
  summary: 'The fleet at a glance',
  description: 'How many connections stand where and end soon, and whether the audit is on and when it ran.',
  security: secured,
  middleware: requireScope('read'),
  responses: { 200: json(Fleet, 'The fleet'), ...problems },
});

export function fleetRoutes(deps: HttpDeps) {
  return createRouter().openapi(get, async (c) => {
    return c.json(await fleetStatusFor(deps, c.get('caller')), 200);
  });
}
