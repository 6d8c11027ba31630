import { createRoute, z } from '@hono/zod-openapi';
import { readInbound } from '../../adapters/instagram/inbound';
import { isFromInstagram, signingSecrets } from '../../adapters/instagram/signature';
import { storeMessages } from '../../adapters/postgres/messages/received-messages';
import { equalsSecret } from '../middleware/auth';
import { type HttpDeps } from '../deps';
import { limitBody } from '../middleware/body-limit';
import { Problem, invalidField } from '../problems';
import { createRouter, problems } from '../router';

export const WEBHOOKS_PATH = '/callbacks/instagram/webhooks';
/** Meta batches up to 1,000 changes in one delivery. */
const MAX_BODY_KIB = 1024;

const handshake = createRoute({
  method: 'get',
  path: WEBHOOKS_PATH,
  summary: 'Callback: webhook verification',
  description:
    'Returns `hub.challenge`. Errors: `not_found` if `INSTAGRAM_WEBHOOK_VERIFY_TOKEN` is not set, `forbidden` for another token.',
  request: {
    query: z.object({
      'hub.mode': z.literal('subscribe'),
      'hub.verify_token': z.string(),
      'hub.challenge': z.string(),
    }),
  },
  responses: {
    200: { content: { 'text/plain': { schema: z.string() } }, description: 'The challenge' },
    ...problems,
  },
});

const deliver = createRoute({
  method: 'post',
  path: WEBHOOKS_PATH,
  summary: 'Callback: messages',
  description:
    'Signed with `X-Hub-Signature-256`. Messages to connected accounts become `message.received` events. Errors: `forbidden`, `too_large`.',
  request: { body: { content: { 'application/json': { schema: z.unknown() } }, required: true } },
  responses: { 200: { description: 'Stored, or ignored' }, ...problems },
});

/** @see https://developers.facebook.com/docs/graph-api/webhooks/getting-started */
export function webhookRoutes(deps: HttpDeps) {
  const router = createRouter();
  router.openAPIRegistry.registerPath(handshake);
  router.openAPIRegistry.registerPath(deliver);

  router.get(WEBHOOKS_PATH, (c) => {
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

  router.post(WEBHOOKS_PATH, limitBody(MAX_BODY_KIB), async (c) => {
    const { settings } = deps.instagram;
    const body = Buffer.from(await c.req.arrayBuffer());
    if (!isFromInstagram(body, c.req.header('x-hub-signature-256'), signingSecrets(settings)))
      throw new Problem('forbidden', 'The X-Hub-Signature-256 header does not match the body.');
    const messages = readInbound(body.toString());
    // Acknowledged, because a repetition would not be readable either.
    if (!messages) deps.logger.warn('signed webhook has an unknown format');
    const app = { provider: 'instagram', appId: settings.appId };
    await storeMessages(
      deps.pool,
      app,
      messages ?? [],
      { withText: deps.forwardMessageText },
      deps.clock.now(),
    );
    return c.body(null, 200);
  });
  return router;
}
