import { z } from '@hono/zod-openapi';
import { type Session } from '../../../adapters/postgres/access/sessions';
import { type HttpDeps } from '../../deps';
import { requireScope } from '../../middleware/auth';
import { createRouter, json, problems, secured, strictRoute } from '../../router';
import { pageOfRows, readCursor } from '../cursor';
import { iso } from '../integrations/integration-view';
import { anyId, createdBy, instant, pageOf, paging } from '../schemas';
import { endSessionFor, sessionsFor } from './issued';

export const ConsoleSession = z
  .object({
    id: z.string().openapi({ description: 'ID of the session.', example: 'ses_0a1b2c3d4e5f6a7b8c9d0e1f' }),
    createdBy,
    name: z.string().openapi({ example: 'bootstrap', description: 'Name of that key.' }),
    address: z.string().nullable().openapi({
      example: '203.0.113.7',
      description: 'Address of the client that signed in, of IPv6 its network; null: unknown.',
    }),
    createdAt: instant.openapi({ description: 'When somebody signed in.' }),
    expiresAt: instant.openapi({ description: 'When it ends, unless its key ends before.' }),
    lastUsedAt: instant.nullable().openapi({ description: 'Last use, rounded to the minute.' }),
  })
  .openapi('ConsoleSession');

const middleware = requireScope('admin');

const list = strictRoute({
  method: 'get',
  path: '/console-sessions',
  operationId: 'listConsoleSessions',
  tags: ['Access'],
  summary: 'List active console sessions, newest first',
  description: 'Users whom a proxy signs in have no session here.',
  security: secured,
  middleware,
  request: { query: z.strictObject(paging) },
  responses: { 200: json(pageOf(ConsoleSession), 'A page of sessions'), ...problems },
});

const end = strictRoute({
  method: 'delete',
  path: '/console-sessions/{id}',
  operationId: 'endConsoleSession',
  tags: ['Access'],
  summary: 'End a console session',
  description: 'Its next request leads to the sign-in page. Errors: `not_found`, also for one that is over.',
  security: secured,
  middleware,
  request: { params: anyId('ID of the session.', 'ses_0a1b2c3d4e5f6a7b8c9d0e1f') },
  responses: { 204: { description: 'Ended' }, ...problems },
});

export function consoleSessionRoutes(deps: HttpDeps) {
  return createRouter()
    .openapi(list, async (c) => {
      const { cursor, limit } = c.req.valid('query');
      const wanted = { before: readCursor(cursor), limit: limit + 1 };
      const rows = await sessionsFor(deps, c.get('caller'), wanted);
      return c.json(pageOfRows(rows, limit, toSessionView), 200);
    })
    .openapi(end, async (c) => {
      await endSessionFor(deps, c.get('caller'), c.req.valid('param').id);
      return c.body(null, 204);
    });
}

function toSessionView({ id, key, address, createdAt, expiresAt, lastUsedAt }: Session) {
  return {
    id,
    createdBy: key?.id ?? 'bootstrap',
    name: key?.name ?? 'bootstrap',
    address,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    lastUsedAt: iso(lastUsedAt),
  };
}
