import { fleetStatusFor } from './fleet-status';
import { requireScope } from '../middleware/auth';
import { type HttpDeps } from '../deps';
import { createRouter, json, problems, secured, strictRoute } from '../router';
import { Fleet } from './fleet-schema';

const get = strictRoute({
  method: 'get',
  path: '/fleet',
  operationId: 'getFleet',
  tags: ['Fleet'],
  summary: 'Get an overview of all connections',
  description:
    'Counts by state and expiry, deliveries, incidents, the audit and the size of the tables. Works while Temporal is down.',
  security: secured,
  middleware: requireScope('read'),
  responses: { 200: json(Fleet, 'The overview'), ...problems },
});

export function fleetRoutes(deps: HttpDeps) {
  return createRouter().openapi(get, async (c) => {
    return c.json(await fleetStatusFor(deps, c.get('caller')), 200);
  });
}
