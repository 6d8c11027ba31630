import { z } from '@hono/zod-openapi';
import { listIntegrations } from '../../../adapters/postgres/integrations/integrations';
import { REASONS, STATES } from '../../../core/lifecycle/states';
import { DAY_MS } from '../../../core/time';
import { requireScope } from '../../middleware/auth';
import { type Caller } from '../../middleware/caller';
import { cursorOf, readCursor } from '../cursor';
import { type HttpDeps } from '../../deps';
import { toIntegrationView } from './integration-view';
import { createRouter, json, problems, secured, strictRoute } from '../../router';
import { Integration } from './integration-schemas';
import { pageOf, text } from '../schemas';

/** Strict: a misspelled filter would otherwise return every integration. */
const query = z.strictObject({
  state: z.enum(STATES).optional().openapi({ description: 'Only integrations in this state.' }),
  ownerRef: text(200).optional().openapi({ example: 'shop-1', description: "Your customer's ID." }),
  externalId: text(200).optional().openapi({ example: 'inbox-7', description: 'Your ID of the connection.' }),
  accountId: text(200).optional().openapi({
    example: '17841400000000001',
    description: "The Instagram account's professional or app-scoped ID.",
  }),
  reason: z.enum(REASONS).optional().openapi({ description: 'Why it is `expired`.' }),
  expiringWithinDays: z.coerce.number().min(0).max(365).optional().openapi({
    example: 14,
    description: 'Only connected integrations whose token expires within this many days.',
  }),
  cursor: z
    .string()
    .max(500)
    .optional()
    .openapi({ example: 'eyJhdCI6MTc3OTMzNjAwMDAwMH0', description: '`nextCursor` of the previous page.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50).openapi({ description: 'Rows per page.' }),
});

const list = strictRoute({
  method: 'get',
  path: '/integrations',
  operationId: 'listIntegrations',
  tags: ['Integrations'],
  summary: 'List integrations, oldest first',
  description: 'Filters are combined. Errors: `invalid_request` for an unknown filter.',
  security: secured,
  middleware: requireScope('read', { embed: true }),
  request: { query },
  responses: { 200: json(pageOf(Integration), 'A page of integrations'), ...problems },
});

export function integrationListRoutes(deps: HttpDeps) {
  return createRouter().openapi(list, async (c) => {
    const caller = c.get('caller');
    const { limit, cursor, ...wanted } = c.req.valid('query');
    const filter = filterOf(wanted, caller, deps.clock.now());
    // One row more than requested shows whether there is another page.
    const rows = await listIntegrations(deps.pool, filter, readCursor(cursor), limit + 1);
    const data = rows.slice(0, limit);
    const last = data.at(-1);
    return c.json(
      {
        data: data.map((row) => toIntegrationView(deps, caller, row)),
        nextCursor: rows.length > limit && last ? cursorOf(last) : null,
      },
      200,
    );
  });
}

function filterOf(wanted: Omit<z.infer<typeof query>, 'limit' | 'cursor'>, caller: Caller, now: number) {
  const days = wanted.expiringWithinDays;
  return {
    state: wanted.state ?? null,
    ownerRef: wanted.ownerRef ?? null,
    ownerRefs: caller.ownerRefs,
    externalId: wanted.externalId ?? null,
    accountId: wanted.accountId ?? null,
    reason: wanted.reason ?? null,
    expiringBefore: days === undefined ? null : now + days * DAY_MS,
  };
}
