import { z } from '@hono/zod-openapi';
import { type StoredAuditEntry, listAuditEntries } from '../../../adapters/postgres/access/audit-log';
import { ACTOR_KINDS } from '../../../core/access/actor';
import { AUDIT_ACTIONS } from '../../../core/access/audit-actions';
import { requireScope } from '../../middleware/auth';
import { type Caller } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { createRouter, json, problems, secured, strictRoute } from '../../router';
import { instant, pageOf } from '../schemas';

export const AuditLogEntry = z
  .object({
    id: z.string().openapi({ description: 'ID of the entry.', example: 'aud_0a1b2c3d4e5f6g7h8j9kmnpq' }),
    at: instant.openapi({ description: 'When it was done.' }),
    actor: z
      .object({
        kind: z.enum(ACTOR_KINDS).openapi({
          description:
            '`api_key`: a program. `console_user`: a person in the console. `embed_token`: a page of your app. `owner`: on a connect page. `instagram`: by a callback. `cli`: a command that works with the database. `workflow`: Evergrant itself.',
        }),
        id: z.string().nullable().openapi({
          example: 'key_0a1b2c3d4e5f6g7h8j9kmnpq',
          description: 'ID of the API key whose rights were used, or `bootstrap`; null: none.',
        }),
        name: z.string().openapi({
          example: 'inbox service',
          description:
            'Name of the key, of the user that the trusted proxy named, of the owner (`ownerRef`), of the operating system’s user, or of the workflow type.',
        }),
        user: z.string().nullable().openapi({
          example: null,
          description:
            'The operating system’s user, as the command line names them; not verified. null: unknown.',
        }),
      })
      .openapi({ description: 'Who did it.' }),
    address: z.string().nullable().openapi({
      example: '203.0.113.7',
      description: 'IP address of the client, IPv6 as its /64 network; null: none was involved.',
    }),
    action: z.enum(AUDIT_ACTIONS).openapi({
      description:
        'What was done. `token.read` counts the reads of a token by key and hour, once the hour has ended and the next audit has run.',
    }),
    integrationId: z
      .string()
      .nullable()
      .openapi({ example: 'int_0a1b2c3d4e5f6g7h8j9kmnpq', description: 'The integration; null: none.' }),
    target: z.string().nullable().openapi({
      example: null,
      description:
        'ID of what was changed, where that is not the integration: a key, an endpoint, a delivery, a session.',
    }),
    changes: z.record(z.string(), z.unknown()).openapi({
      description:
        'What was changed, by field: the new value, or `{from, to}`. Never secrets, texts or addresses.',
    }),
  })
  .openapi('AuditLogEntry');

const id = z
  .string()
  .max(64)
  .regex(/^[\w-]+$/, 'must be an ID');

const list = strictRoute({
  method: 'get',
  path: '/audit-log',
  operationId: 'listAuditLog',
  tags: ['Access'],
  summary: 'List who changed what, newest first',
  description:
    'Every change by a person or a program, with its actor, address and what was changed, and the reads of tokens as counts. A key limited to owners sees the entries about their integrations, and its own.',
  security: secured,
  middleware: requireScope('admin'),
  request: {
    query: z.strictObject({
      action: z.enum(AUDIT_ACTIONS).optional().openapi({ description: 'Only this action.' }),
      actorId: id.optional().openapi({
        description: 'Only what was done with this API key.',
        example: 'key_0a1b2c3d4e5f6g7h8j9kmnpq',
      }),
      integrationId: id.optional().openapi({
        description: 'Only entries about this integration.',
        example: 'int_0a1b2c3d4e5f6g7h8j9kmnpq',
      }),
      since: instant.max(40).optional().openapi({ description: 'Only entries from this instant on.' }),
      until: instant.max(40).optional().openapi({ description: 'Only entries before this instant.' }),
      cursor: z
        .string()
        .max(18)
        .regex(/^\d{1,18}$/, 'must be a nextCursor from a list')
        .optional()
        .openapi({ example: '51234', description: '`nextCursor` of the previous page.' }),
      limit: z.coerce.number().int().min(1).max(200).default(50).openapi({ description: 'Rows per page.' }),
    }),
  },
  responses: { 200: json(pageOf(AuditLogEntry), 'A page of entries'), ...problems },
});

export function auditLogRoutes(deps: HttpDeps) {
  return createRouter().openapi(list, async (c) => {
    const { cursor, limit, ...query } = c.req.valid('query');
    const { entries, next } = await auditLogPage(deps, c.get('caller'), query, cursor, limit);
    return c.json({ data: entries.map(toEntryView), nextCursor: next }, 200);
  });
}

type Query = Partial<Record<'actorId' | 'integrationId' | 'since' | 'until', string | undefined>> & {
  action?: StoredAuditEntry['action'] | undefined;
};

/** The entries that this caller may see. @returns `next`: cursor of the next page; null: there is none */
export async function auditLogPage(
  deps: Pick<HttpDeps, 'pool'>,
  caller: Caller,
  { action, actorId, integrationId, since, until }: Query,
  cursor: string | undefined,
  limit: number,
): Promise<{ entries: StoredAuditEntry[]; next: string | null }> {
  const filter = {
    ...{ action: action ?? null, actorId: actorId ?? null, integrationId: integrationId ?? null },
    since: since === undefined ? null : Date.parse(since),
    until: until === undefined ? null : Date.parse(until),
    visibleTo: caller.ownerRefs && { ownerRefs: caller.ownerRefs, keyId: caller.keyId },
  };
  const before = cursor === undefined ? null : Number(cursor);
  const rows = await listAuditEntries(deps.pool, filter, before, limit + 1);
  const entries = rows.slice(0, limit);
  const last = entries.at(-1);
  return { entries, next: rows.length > limit && last ? String(last.seq) : null };
}

function toEntryView({ id, at, actor, ...entry }: StoredAuditEntry): typeof AuditLogEntry._output {
  const { address, ...who } = actor;
  const { action, integrationId, target, changes } = entry;
  return { id, at: new Date(at).toISOString(), actor: who, address, action, integrationId, target, changes };
}
