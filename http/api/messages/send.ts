import { z } from '@hono/zod-openapi';
import { sendOnce } from './send-once';
import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { findAccessible } from '../integrations/find';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import { idParam, NewMessage, Sent } from '../schemas';

const send = strictRoute({
  method: 'post',
  path: '/integrations/{id}/messages',
  summary: 'Send a message, once per Idempotency-Key',
  description:
    'The same key gives the same answer for 7 days, and one message; a second request with it waits for the first.',
  security: secured,
  middleware: requireScope('message'),
  request: {
    params: idParam,
    headers: z.object({ 'idempotency-key': z.string({ error: 'is required' }).min(1).max(255) }),
    body: body(NewMessage),
  },
  responses: { 201: json(Sent, 'Sent'), ...problems },
});

export function sendRoutes(deps: HttpDeps) {
  return createRouter().openapi(send, async (c) => {
    const row = await findAccessible(deps, c.get('caller'), c.req.valid('param').id);
    const key = c.req.valid('header')['idempotency-key'];
    return c.json(await sendOnce(deps, row, c.req.valid('json'), key), 201);
  });
}
