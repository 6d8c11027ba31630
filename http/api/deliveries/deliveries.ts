import { type Delivery as Row } from '../../../adapters/postgres/deliveries/deliveries';
import { findDelivery, listDeliveries } from '../../../adapters/postgres/deliveries/delivery-log';
import { MAX_REDELIVERIES, startRedeliveries, startRedelivery } from './start-redelivery';
import { requireScope } from '../../middleware/auth';
import { cursorOf, readCursor } from '../cursor';
import {
  Deliveries,
  Delivery,
  RedeliverFailed,
  Redeliveries,
  deliveryIdParam as params,
  deliveryQuery,
} from './delivery-schemas';
import { type HttpDeps } from '../../deps';
import { iso } from '../integrations/integration-view';
import { notFound } from '../../problems';
import { requireUnlimitedCaller } from '../../middleware/require-unlimited';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';

const middleware = [requireScope('admin'), requireUnlimitedCaller];

const list = strictRoute({
  method: 'get',
  path: '/deliveries',
  operationId: 'listDeliveries',
  tags: ['Deliveries'],
  summary: 'List deliveries, newest first',
  description:
    'Webhooks and emails. Deliveries are kept for 30 days after they ended, or as `EVERGRANT_RETENTION_DELIVERIES_DAYS` says. Of an endpoint’s response only the status is stored.',
  security: secured,
  middleware,
  request: { query: deliveryQuery },
  responses: { 200: json(Deliveries, 'A page of deliveries'), ...problems },
});

const again = strictRoute({
  method: 'post',
  path: '/deliveries/{id}/redeliver',
  operationId: 'redeliver',
  tags: ['Deliveries'],
  summary: 'Redeliver an event',
  description:
    'Restarts a delivery in any status, with the same `webhook-id` and before later events of its integration. ' +
    'An email is sent only if it still holds. Errors: `endpoint_disabled`, `not_found`.',
  security: secured,
  middleware,
  request: { params },
  responses: { 202: json(Delivery, 'The delivery, pending again'), ...problems },
});

const one = strictRoute({
  method: 'get',
  path: '/deliveries/{id}',
  operationId: 'getDelivery',
  tags: ['Deliveries'],
  summary: 'Read one delivery',
  security: secured,
  middleware,
  request: { params },
  responses: { 200: json(Delivery, 'The delivery'), ...problems },
});

const failed = strictRoute({
  method: 'post',
  path: '/deliveries/redeliver-failed',
  operationId: 'redeliverFailed',
  tags: ['Deliveries'],
  summary: 'Redeliver all failed events',
  description:
    `Restarts failed deliveries, the oldest first, at most ${MAX_REDELIVERIES} per request. ` +
    'Those of disabled endpoints stay failed. An email is sent only if it still holds.',
  security: secured,
  middleware,
  request: { body: { ...body(RedeliverFailed), required: false } },
  responses: { 202: json(Redeliveries, 'How many'), ...problems },
});

export function deliveryRoutes(deps: HttpDeps) {
  return createRouter()
    .openapi(list, async (c) => {
      const { cursor, limit, ...query } = c.req.valid('query');
      const filter = {
        endpointId: query.endpointId ?? null,
        integrationId: query.integrationId ?? null,
        status: query.status ?? null,
      };
      const rows = await listDeliveries(deps.pool, filter, readCursor(cursor), limit + 1);
      const data = rows.slice(0, limit);
      const last = data.at(-1);
      const nextCursor = rows.length > limit && last ? cursorOf(last) : null;
      return c.json({ data: data.map(toDeliveryView), nextCursor }, 200);
    })
    .openapi(again, async (c) => {
      return c.json(
        toDeliveryView(await startRedelivery(deps, c.get('caller').actor, c.req.valid('param').id)),
        202,
      );
    })
    .openapi(one, async (c) => {
      const row = await findDelivery(deps.pool, c.req.valid('param').id);
      if (!row) throw notFound('delivery');
      return c.json(toDeliveryView(row), 200);
    })
    .openapi(failed, async (c) => {
      const wanted = RedeliverFailed.parse((c.req.valid('json') as object | undefined) ?? {});
      const { endpointId = null, integrationId = null } = wanted;
      const redelivered = await startRedeliveries(deps, c.get('caller').actor, { endpointId, integrationId });
      return c.json({ redelivered, hasMore: redelivered === MAX_REDELIVERIES }, 202);
    });
}

function toDeliveryView(row: Row): typeof Delivery._output {
  const { id, kind, endpointId, audience, integrationId, eventId, type, status, attempts } = row;
  return {
    ...{ id, kind, endpointId, audience, integrationId, eventId, type, status, attempts },
    lastStatus: row.lastStatus,
    lastDurationMs: row.lastDurationMs,
    lastError: row.lastError,
    nextAttemptAt: status === 'waiting' ? iso(row.nextAttemptAt) : null,
    createdAt: new Date(row.createdAt).toISOString(),
    endedAt: iso(row.endedAt),
  };
}
