import { z } from '@hono/zod-openapi';
import { sendOnce } from './send-once';
import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { findAccessible } from '../integrations/find';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import { NewMessage, Sent } from './message-schemas';
import { idParam } from '../schemas';

const send = strictRoute({
  method: 'post',
  path: '/integrations/{id}/messages',
  operationId: 'sendMessage',
  tags: ['Messages'],
  summary: 'Send a message',
  description:
    'Sends once per `Idempotency-Key`: for 7 days, the same key returns the same result. A concurrent request with it waits for the first. Errors: `idempotency_mismatch`, `window_closed`, `recipient_unavailable`, `text_too_long`, `outcome_unknown`, and those of the inbox.',
  security: secured,
  middleware: requireScope('message'),
  request: {
    params: idParam,
    headers: z.object({
      'idempotency-key': z
        .string({ error: 'is required' })
        .min(1)
        .max(255)
        .openapi({ example: 'reply-4711', description: 'A unique value for this message.' }),
    }),
    body: body(NewMessage),
  },
  responses: { 201: json(Sent, 'The message was sent'), ...problems },
});

export function sendRoutes(deps: HttpDeps) {
  return createRouter().openapi(send, async (c) => {
    const row = await findAccessible(deps, c.get('caller'), c.req.valid('param').id);
    const key = c.req.valid('header')['idempotency-key'];
    return c.json(await sendOnce(deps, row, c.req.valid('json'), key), 201);
  });
}
