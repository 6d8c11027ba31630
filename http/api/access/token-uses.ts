import { z } from '@hono/zod-openapi';
import { wasApiKey } from '../../../adapters/postgres/access/api-keys';
import { listTokenUses } from '../../../adapters/postgres/tokens/token-uses';
import { requireScope } from '../../middleware/auth';
import { cursorOf, readCursor } from '../cursor';
import { type HttpDeps } from '../../deps';
import { notFound } from '../../problems';
import { createRouter, json, problems, secured, strictRoute } from '../../router';
import { TokenUse } from './key-schemas';
import { pageOf } from '../schemas';
import { requireKeyAccess } from './key-actions';

const list = strictRoute({
  method: 'get',
  path: '/token-uses',
  operationId: 'listTokenUses',
  tags: ['Access'],
  summary: 'List the token uses of an API key',
  description:
    'Which tokens the key fetched or reported, by integration and minute, newest first. Kept for `EVERGRANT_RETENTION_TOKEN_USES_DAYS`, by default 90 days, also for revoked keys. Errors: `not_found` for an unknown key.',
  security: secured,
  middleware: requireScope('admin'),
  request: {
    query: z.strictObject({
      keyId: z
        .string()
        .max(64)
        .regex(/^[\w-]+$/, 'must be the ID of a key')
        .openapi({
          example: 'key_0a1b2c3d4e5f6g7h8j9kmnpq',
          description: 'ID of the key. `bootstrap`: the bootstrap key.',
        }),
      cursor: z.string().max(200).optional().openapi({
        example: 'eyJhdCI6MTc3OTMzNjAwMDAwMH0',
        description: '`nextCursor` of the previous page.',
      }),
      limit: z.coerce.number().int().min(1).max(500).default(100).openapi({ description: 'Rows per page.' }),
    }),
  },
  responses: { 200: json(pageOf(TokenUse), 'A page of token uses'), ...problems },
});

export function tokenUseRoutes(deps: HttpDeps) {
  return createRouter().openapi(list, async (c) => {
    const { keyId, cursor, limit } = c.req.valid('query');
    await requireKeyAccess(deps, c.get('caller'), keyId);
    if (keyId !== 'bootstrap' && !(await wasApiKey(deps.pool, keyId))) throw notFound('key');
    await deps.tokenUses.flush();
    const last = readCursor(cursor);
    const before = last && { minute: last.createdAt, integrationId: last.id };
    const rows = await listTokenUses(deps.pool, keyId, limit + 1, before);
    const data = rows.slice(0, limit);
    const end = rows.length > limit ? data.at(-1) : undefined;
    return c.json(
      {
        data: data.map((row) => ({ ...row, minute: new Date(row.minute).toISOString() })),
        nextCursor: end ? cursorOf({ createdAt: end.minute, id: end.integrationId }) : null,
      },
      200,
    );
  });
}
