import { z } from '@hono/zod-openapi';
import { CURSOR } from '../../../adapters/instagram/reading';
import { conversationRow, messageRow } from '../../../services/inbox-rows';
import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { findAccessible } from '../integrations/find';
import { createRouter, json, problems, secured, strictRoute } from '../../router';
import { Conversation, Message } from './message-schemas';
import { idParam, pageOf } from '../schemas';
import { callWithRecovery } from './with-recovery';

/** Instagram's cursors become part of a query string, so other characters are rejected. */
const cursor = z
  .string()
  .max(500)
  .regex(CURSOR, 'must be a nextCursor from a list')
  .optional()
  .openapi({ example: 'QVFIUmx5WTBBNGpYUElfZA3c9', description: '`nextCursor` of the previous page.' });
const limit = z.coerce.number().int().min(1).max(100).default(20).openapi({ description: 'Rows per page.' });

const conversations = strictRoute({
  method: 'get',
  path: '/integrations/{id}/conversations',
  operationId: 'listConversations',
  tags: ['Messages'],
  summary: 'List conversations',
  description:
    'Errors: those of `GET …/token`, `rate_limited`, `provider_unavailable`, `permission_missing`, `app_access_missing`, `other_app`, `policy_blocked`.',
  security: secured,
  middleware: requireScope('message'),
  request: { params: idParam, query: z.strictObject({ cursor, limit }) },
  responses: { 200: json(pageOf(Conversation), 'A page of conversations'), ...problems },
});

const messages = strictRoute({
  method: 'get',
  path: '/integrations/{id}/conversations/{conversationId}/messages',
  operationId: 'listMessages',
  tags: ['Messages'],
  summary: 'List messages of a conversation, newest first',
  description:
    'Errors: those of `GET …/token`, `rate_limited`, `provider_unavailable`, `permission_missing`, `app_access_missing`, `other_app`, `policy_blocked`.',
  security: secured,
  middleware: requireScope('message'),
  request: {
    params: idParam.extend({
      conversationId: z
        .string()
        .max(500)
        .regex(/^[A-Za-z0-9_=:.-]+$/, 'must be an ID')
        .openapi({ description: "Instagram's conversation ID.", example: 'aWdfZAG06MTpJR01lc3NhZA2VJRDox' }),
    }),
    query: z.strictObject({ cursor, limit }),
  },
  responses: { 200: json(pageOf(Message), 'A page of messages'), ...problems },
});

export function inboxRoutes(deps: HttpDeps) {
  return createRouter()
    .openapi(conversations, async (c) => {
      const { id } = await findAccessible(deps, c.get('caller'), c.req.valid('param').id);
      const query = c.req.valid('query');
      const page = await callWithRecovery(deps, id, 'api/conversations', ({ token }) =>
        deps.instagram.listConversations(token, { cursor: query.cursor ?? null, limit: query.limit }),
      );
      return c.json({ ...page, data: page.data.map(conversationRow) }, 200);
    })
    .openapi(messages, async (c) => {
      const { id } = await findAccessible(deps, c.get('caller'), c.req.valid('param').id);
      const { conversationId } = c.req.valid('param');
      const query = c.req.valid('query');
      const page = await callWithRecovery(deps, id, 'api/messages', ({ token }) =>
        deps.instagram.listMessages(token, {
          conversationId,
          cursor: query.cursor ?? null,
          limit: query.limit,
        }),
      );
      const data = page.data.map(messageRow);
      return c.json({ data, nextCursor: page.nextCursor }, 200);
    });
}
