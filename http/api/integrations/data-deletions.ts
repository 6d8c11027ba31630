import { z } from '@hono/zod-openapi';
import { randomBytes } from 'node:crypto';
import { forgetAccount } from '../../../services/forget-account';
import { CALLBACKS } from '../../../core/names';
import { type HttpDeps } from '../../deps';
import { requireScope } from '../../middleware/auth';
import { requireUnlimitedCaller } from '../../middleware/require-unlimited';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';

const DataDeletion = z
  .object({
    confirmationCode: z.string().openapi({ description: 'Code of the deletion, kept for 90 days.' }),
    statusUrl: z.string().openapi({ description: 'Page that shows its progress to the owner.' }),
    integrationIds: z.array(z.string()).openapi({
      description: 'Integrations whose data was deleted; none: nothing was stored of the account.',
    }),
  })
  .openapi('DataDeletionResult');

const forget = strictRoute({
  method: 'post',
  path: '/data-deletions',
  summary: "Delete an Instagram account's data",
  description:
    'Does what Instagram’s data deletion callback does, for requests that arrive by other ways, such as the lists of IDs that Meta sends by email. Tokens and texts are deleted, integrations are disconnected, and names are removed from events. It cannot be undone. Not for keys limited to owners.',
  security: secured,
  middleware: [requireScope('admin'), requireUnlimitedCaller],
  request: {
    body: body(
      z
        .strictObject({
          instagramId: z.string().max(40).regex(/^\d+$/, 'must be a numeric ID').openapi({
            description: "The account's app-scoped ID, as Meta's lists have it, or its professional ID.",
          }),
        })
        .openapi('NewDataDeletion'),
    ),
  },
  responses: { 200: json(DataDeletion, 'What was deleted'), ...problems },
});

export function dataDeletionApiRoutes(deps: HttpDeps) {
  return createRouter().openapi(forget, async (c) => {
    const now = deps.clock.now();
    const request = {
      ...{ provider: 'instagram', appId: deps.instagram.settings.appId },
      userId: c.req.valid('json').instagramId,
      // Whatever is connected when the operator asks.
      issuedBefore: now + 1,
      digest: randomBytes(32),
    };
    const { code, integrationIds } = await forgetAccount(deps, request, now);
    const statusUrl = `${deps.site.publicUrl}${CALLBACKS.dataDeletion}/${code}`;
    return c.json({ confirmationCode: code, statusUrl, integrationIds }, 200);
  });
}
