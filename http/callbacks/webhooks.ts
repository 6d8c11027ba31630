import { createRoute, z } from '@hono/zod-openapi';
import { readInbound } from '../../adapters/instagram/inbound';
import { isFromInstagram, signingSecrets } from '../../adapters/instagram/signature';
import { type Refusal } from '../../adapters/postgres/messages/callback-traffic';
import { storeItems } from '../../adapters/postgres/messages/received-messages';
import { CALLBACKS } from '../../core/names';
import { WRONG_SIGNATURE } from '../../core/text/callbacks';
import { createCallbackTraffic } from '../../services/callback-traffic';
import { equalsSecret } from '../middleware/auth';
import { type HttpDeps } from '../deps';
import { limitBody } from '../middleware/body-limit';
import { Problem, invalidField } from '../problems';
import { createRouter, problems } from '../router';

/** Meta batches up to 1,000 changes in one delivery. */
const MAX_BODY_KIB = 1024;

const handshake = createRoute({
  method: 'get',
  path: CALLBACKS.webhooks,
  operationId: 'verifyInstagramWebhook',
  tags: ['Callbacks'],
  summary: 'Callback: webhook verification',
  description:
    'Returns `hub.challenge`. Errors: `not_found` if `INSTAGRAM_WEBHOOK_VERIFY_TOKEN` is not set, `forbidden` for another token.',
  request: {
    query: z.object({
      'hub.mode': z.literal('subscribe').openapi({ description: 'What Instagram asks for.' }),
      'hub.verify_token': z.string().openapi({
        description: 'The value of `INSTAGRAM_WEBHOOK_VERIFY_TOKEN`.',
        example: 'your-verify-token',
      }),
      'hub.challenge': z.string().openapi({ description: 'What to answer.', example: '1158201444' }),
    }),
  },
  responses: {
    200: {
      content: { 'text/plain': { schema: z.string().openapi({ example: '1158201444' }) } },
      description: 'The challenge',
    },
    ...problems,
  },
});

const deliver = createRoute({
  method: 'post',
  path: CALLBACKS.webhooks,
  operationId: 'receiveInstagramWebhook',
  tags: ['Callbacks'],
  summary: 'Callback: messages',
  description:
    'Signed with `X-Hub-Signature-256`. What is about connected accounts becomes `message.received`, `message.edited` and `message.deleted` events. Errors: `forbidden`, `too_large`.',
  request: { body: { content: { 'application/json': { schema: z.unknown() } }, required: true } },
  responses: { 200: { description: 'Stored, or ignored' }, ...problems },
});

/** @see https://developers.facebook.com/docs/graph-api/webhooks/getting-started */
export function webhookRoutes(deps: HttpDeps) {
  const router = createRouter();
  router.openAPIRegistry.registerPath(handshake);
  router.openAPIRegistry.registerPath(deliver);

  router.get(CALLBACKS.webhooks, (c) => {
    const expected = deps.instagram.settings.webhookVerifyToken;
    if (!expected)
      throw new Problem('not_found', 'Webhooks are off: INSTAGRAM_WEBHOOK_VERIFY_TOKEN is not set.');
    const isRight = equalsSecret(c.req.query('hub.verify_token') ?? '', expected);
    if (c.req.query('hub.mode') !== 'subscribe' || !isRight)
      throw new Problem('forbidden', 'The verify token does not match INSTAGRAM_WEBHOOK_VERIFY_TOKEN.');
    const challenge = c.req.query('hub.challenge');
    if (!challenge) throw invalidField('hub.challenge', 'is required');
    return c.text(challenge);
  });

  const { settings } = deps.instagram;
  const traffic = createCallbackTraffic({ ...deps, counters: deps.metrics.counters }, settings.appId);

  router.post(
    CALLBACKS.webhooks,
    async (c, next) => {
      await next();
      if (c.error instanceof Problem && c.error.code === 'too_large') await traffic.refused('too_large');
    },
    limitBody(MAX_BODY_KIB),
    async (c) => {
      const body = Buffer.from(await c.req.arrayBuffer());
      const signature = c.req.header('x-hub-signature-256');
      if (!isFromInstagram(body, signature, signingSecrets(settings))) {
        const why: Refusal = signature ? 'wrong_signature' : 'no_signature';
        await traffic.refused(why, why === 'wrong_signature' || body.includes('"instagram"'));
        // The same for every cause: a forger learns nothing.
        throw new Problem('forbidden', WRONG_SIGNATURE.detail, { title: WRONG_SIGNATURE.title });
      }
      await traffic.accepted(await take(deps, body.toString()));
      return c.body(null, 200);
    },
  );
  return router;
}

/** Stores what a delivery contains. @returns what became of each part of it */
async function take(deps: HttpDeps, body: string) {
  const inbound = readInbound(body);
  // Acknowledged, because a repetition would not be readable either.
  if (!inbound) return [{ outcome: 'unreadable' as const, kind: 'delivery' }];
  const { items, unknown } = inbound;
  const app = { provider: 'instagram', appId: deps.instagram.settings.appId };
  const options = { withText: deps.forwardMessageText };
  const outcomes = await storeItems(deps.pool, app, items, options, deps.clock.now());
  return [
    ...unknown.map(({ field }) => ({ outcome: 'unknown_shape' as const, kind: field })),
    ...items.map(({ kind }, at) => ({ outcome: outcomes[at] ?? ('ignored' as const), kind })),
  ];
}
