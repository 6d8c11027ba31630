import { listItems } from '../../../adapters/postgres/fleet/bulk-items';
import { listBulkOperations } from '../../../adapters/postgres/fleet/bulk-operations';
import { type HttpDeps } from '../../deps';
import { type Caller } from '../../middleware/caller';
import { requireScope } from '../../middleware/auth';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import { cursorOf, pageOfRows, readCursor } from '../cursor';
import { anyId } from '../schemas';
import {
  type BulkChange,
  changeBulkOperation,
  countMatching,
  findForCaller,
  startBulkOperation,
  toBulkOperationView,
} from './operations';
import {
  BulkDryRun,
  BulkOperation,
  BulkOperationItems,
  BulkOperations,
  NewBulkOperation,
  itemsQuery,
  listQuery,
} from './schemas';

const params = anyId('ID of the operation.', 'blk_0a1b2c3d4e5f6g7h8j9kmnpq');
const common = { tags: ['Bulk operations'] as ['Bulk operations'], security: secured };

const start = strictRoute({
  ...common,
  method: 'post',
  path: '/bulk-operations',
  operationId: 'createBulkOperation',
  summary: 'Do something with many connections',
  description:
    'Starts an operation with the connections that match now, those with the least time left first, and responds at once. A workflow does them one after the other within Instagram’s limits, each once. Errors: `invalid_request` if more than `limit` match.',
  middleware: requireScope('operate'),
  request: { body: body(NewBulkOperation) },
  responses: {
    200: json(BulkDryRun, 'With `dryRun`: how many connections match'),
    202: json(BulkOperation, 'The operation has started'),
    ...problems,
  },
});

const list = strictRoute({
  ...common,
  method: 'get',
  path: '/bulk-operations',
  operationId: 'listBulkOperations',
  summary: 'List bulk operations, newest first',
  description: 'Operations are kept for 30 days after their end. A key limited to owners sees its own.',
  middleware: requireScope('read'),
  request: { query: listQuery },
  responses: { 200: json(BulkOperations, 'A page of operations'), ...problems },
});

const one = strictRoute({
  ...common,
  method: 'get',
  path: '/bulk-operations/{id}',
  operationId: 'getBulkOperation',
  summary: 'Get the progress of a bulk operation',
  middleware: requireScope('read'),
  request: { params },
  responses: { 200: json(BulkOperation, 'The operation'), ...problems },
});

const items = strictRoute({
  ...common,
  method: 'get',
  path: '/bulk-operations/{id}/items',
  operationId: 'listBulkOperationItems',
  summary: 'List what became of each connection',
  middleware: requireScope('read'),
  request: { params, query: itemsQuery },
  responses: { 200: json(BulkOperationItems, 'A page of connections'), ...problems },
});

const change = (verb: BulkChange, summary: string) =>
  strictRoute({
    ...common,
    method: 'post',
    path: `/bulk-operations/{id}/${verb}`,
    operationId: `${verb}BulkOperation`,
    summary,
    description: 'Idempotent. An operation that has ended stays as it is.',
    middleware: requireScope('operate'),
    request: { params },
    responses: { 200: json(BulkOperation, 'The operation'), ...problems },
  });

const pause = change('pause', 'Pause a bulk operation');
const resume = change('resume', 'Resume a bulk operation');
const cancel = change('cancel', 'Cancel what is left of a bulk operation');

export function bulkOperationRoutes(deps: HttpDeps) {
  const changed = async (caller: Caller, id: string, verb: BulkChange) =>
    toBulkOperationView(deps, await changeBulkOperation(deps, caller, id, verb));
  return createRouter()
    .openapi(start, async (c) => {
      const { dryRun, ...given } = c.req.valid('json');
      const caller = c.get('caller');
      if (dryRun) return c.json({ total: await countMatching(deps, caller, given) }, 200);
      return c.json(await toBulkOperationView(deps, await startBulkOperation(deps, caller, given)), 202);
    })
    .openapi(list, async (c) => {
      const { cursor, limit } = c.req.valid('query');
      const { ownerRefs } = c.get('caller');
      const rows = await listBulkOperations(deps.pool, ownerRefs, readCursor(cursor), limit + 1);
      const { data, nextCursor } = pageOfRows(rows, limit, (row) => toBulkOperationView(deps, row));
      return c.json({ data: await Promise.all(data), nextCursor }, 200);
    })
    .openapi(one, async (c) => {
      const row = await findForCaller(deps, c.get('caller'), c.req.valid('param').id);
      return c.json(await toBulkOperationView(deps, row), 200);
    })
    .openapi(items, async (c) => {
      const { cursor, limit, outcome = null } = c.req.valid('query');
      const { id } = await findForCaller(deps, c.get('caller'), c.req.valid('param').id);
      const rows = await listItems(deps.pool, id, outcome, readCursor(cursor)?.id ?? '', limit + 1);
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      const data = rows.slice(0, limit).map(({ at, ...row }) => ({ ...row, at: new Date(at).toISOString() }));
      return c.json(
        { data, nextCursor: last ? cursorOf({ createdAt: 0, id: last.integrationId }) : null },
        200,
      );
    })
    .openapi(pause, async (c) =>
      c.json(await changed(c.get('caller'), c.req.valid('param').id, 'pause'), 200),
    )
    .openapi(resume, async (c) =>
      c.json(await changed(c.get('caller'), c.req.valid('param').id, 'resume'), 200),
    )
    .openapi(cancel, async (c) =>
      c.json(await changed(c.get('caller'), c.req.valid('param').id, 'cancel'), 200),
    );
}
