import { z } from '@hono/zod-openapi';
import {
  PAYLOAD_LIFE_MS,
  openPayload,
  storePayload,
} from '../../../adapters/postgres/messages/sealed-payloads';
import { type OpenedPayload, READABLE_PURPOSES } from '../../../core/messaging/activities-contract';
import { OUTGOING_TEXT } from '../../../core/messaging/send';
import { MAX_TEXT_BYTES } from '../../../services/message-sends';
import { type HttpDeps } from '../../deps';
import { REFUSALS } from '../../errors';
import { requireScope } from '../../middleware/auth';
import { Problem } from '../../problems';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import { findAccessible } from '../integrations/find';
import { idParam, instant } from '../schemas';

/** Texts that workflows refer to, so that none is in an Event History. */

const payloadId = z
  .string()
  .max(200)
  .openapi({ description: 'ID of the payload.', example: 'txt_01k4q7r9z3m5x8v2c6b1n4t7' });

const store = strictRoute({
  operationId: 'storePayload',
  tags: ['Messages'],
  method: 'post',
  path: '/integrations/{id}/payloads',
  summary: 'Store a text for a workflow',
  description:
    'Keeps a text encrypted for 24 hours, for the activity `sendMessage` of a workflow that should not contain it. Sends nothing. Errors: `text_too_long`.',
  security: secured,
  middleware: requireScope('message'),
  request: {
    params: idParam,
    body: body(
      z
        .strictObject({
          // Longer than Instagram allows: `text_too_long` is a clearer error than a schema error.
          text: z
            .string()
            .min(1)
            .max(65_536)
            .openapi({ description: 'At most 1,000 bytes of UTF-8.', example: 'Yes, it is.' }),
        })
        .openapi('NewPayload'),
    ),
  },
  responses: {
    201: json(
      z
        .object({
          payloadId: z
            .string()
            .openapi({
              description: 'For the input of `sendMessage`.',
              example: 'txt_01k4q7r9z3m5x8v2c6b1n4t7',
            }),
          expiresAt: instant.openapi({ description: 'When the text is removed.' }),
        })
        .openapi('StoredPayload'),
      'The text was stored',
    ),
    ...problems,
  },
});

const read = strictRoute({
  operationId: 'readPayload',
  tags: ['Messages'],
  method: 'get',
  path: '/integrations/{id}/payloads/{payloadId}',
  summary: 'Read what an activity stored',
  description:
    'What `listConversations`, `listMessages` or `callInstagram` stored for a workflow, within 24 hours. Unlike the activity `readPayload` it leaves nothing in an Event History.',
  security: secured,
  middleware: requireScope('message'),
  request: { params: idParam.extend({ payloadId }) },
  responses: {
    200: json(
      z
        .object({
          purpose: z.enum(READABLE_PURPOSES).openapi({ description: 'What `data` is.' }),
          data: z.unknown().openapi({
            description:
              'Rows as in the inbox with `conversations` and `messages`; Instagram’s answer, without tokens, with `call`.',
          }),
        })
        .openapi('Payload'),
      'The payload',
    ),
    ...problems,
  },
});

export function payloadRoutes(deps: Pick<HttpDeps, 'pool' | 'sealer' | 'clock'>) {
  const { pool, sealer, clock } = deps;
  return createRouter()
    .openapi(store, async (c) => {
      const { id, provider } = await findAccessible(deps, c.get('caller'), c.req.valid('param').id);
      const { text } = c.req.valid('json');
      if (Buffer.byteLength(text) > MAX_TEXT_BYTES)
        throw new Problem('text_too_long', REFUSALS.text_too_long);
      const now = clock.now();
      const payload = { integrationId: id, provider, purpose: OUTGOING_TEXT, text };
      const stored = await storePayload(pool, sealer, payload, now);
      return c.json({ payloadId: stored, expiresAt: new Date(now + PAYLOAD_LIFE_MS).toISOString() }, 201);
    })
    .openapi(read, async (c) => {
      const params = c.req.valid('param');
      const { id, provider } = await findAccessible(deps, c.get('caller'), params.id);
      const of = { integrationId: id, provider, purposes: READABLE_PURPOSES };
      const opened = await openPayload(pool, sealer, params.payloadId, of, clock.now());
      if (opened.is === 'expired') throw new Problem('not_found', 'Payloads are kept for 24 hours.');
      if (opened.is === 'unknown') throw new Problem('not_found', 'This integration has no such payload.');
      const data = JSON.parse(opened.text.reveal()) as OpenedPayload['data'];
      return c.json({ purpose: opened.purpose, data }, 200);
    });
}
