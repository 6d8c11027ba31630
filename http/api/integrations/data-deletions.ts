import { z } from '@hono/zod-openapi';
import { randomBytes } from 'node:crypto';
import { findDeletion } from '../../../adapters/postgres/integrations/data-deletion';
import { forgetAccount } from '../../../services/forget-account';
import { CALLBACKS } from '../../../core/names';
import { type HttpDeps } from '../../deps';
import { requireScope } from '../../middleware/auth';
import { requireUnlimitedCaller } from '../../middleware/require-unlimited';
import { notFound } from '../../problems';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import { instant } from '../schemas';
import { iso } from './integration-view';

const DataDeletion = z
  .object({
    confirmationCode: z.string().openapi({
      example: '4f9d2c81b7e6a3055d1e8f2a7c9b6043',
      description: 'Code of the deletion, kept for 90 days.',
    }),
    statusUrl: z.string().openapi({
      example:
        'https://evergrant.example.com/callbacks/instagram/data-deletion/4f9d2c81b7e6a3055d1e8f2a7c9b6043',
      description: 'Page that shows its progress to the owner.',
    }),
    integrationIds: z.array(z.string()).openapi({
      example: ['int_0a1b2c3d4e5f6g7h8j9kmnpq'],
      description: 'Integrations whose data is deleted; none: nothing was stored of the account.',
    }),
  })
  .openapi('DataDeletionResult');

const Progress = z
  .object({
    confirmationCode: z
      .string()
      .openapi({ description: 'Code of the deletion.', example: '4f9d2c81b7e6a3055d1e8f2a7c9b6043' }),
    requestedAt: instant.openapi({ description: 'When it was requested.' }),
    erasedRows: z.number().int().openapi({
      example: 0,
      description: 'Rows deleted and events cleared so far; 0 once all is finished.',
    }),
    isErased: z.boolean().openapi({
      description: 'Whether nothing of the account is left in the database. Temporal’s runs may be.',
    }),
    finishedAt: instant.nullable().openapi({ description: 'When all was deleted; null: in progress.' }),
  })
  .openapi('DataDeletionProgress');

const forget = strictRoute({
  method: 'post',
  path: '/data-deletions',
  operationId: 'createDataDeletion',
  tags: ['Data deletion'],
  summary: "Delete an Instagram account's data",
  description:
    'Does what Instagram’s data deletion callback does, for requests that arrive by other ways, such as the lists of IDs that Meta sends by email. Tokens, account and contact are deleted and integrations are disconnected before this returns. Texts, and names in events, follow within seconds, and within a few hours for accounts with very many. It cannot be undone. Not for keys limited to owners.',
  security: secured,
  middleware: [requireScope('admin'), requireUnlimitedCaller],
  request: {
    body: body(
      z
        .strictObject({
          instagramId: z.string().max(40).regex(/^\d+$/, 'must be a numeric ID').openapi({
            example: '17841400000000001',
            description: "The account's app-scoped ID, as Meta's lists have it, or its professional ID.",
          }),
        })
        .openapi('NewDataDeletion'),
    ),
  },
  responses: { 200: json(DataDeletion, 'What was deleted'), ...problems },
});

const look = strictRoute({
  method: 'get',
  path: '/data-deletions/{code}',
  operationId: 'getDataDeletion',
  tags: ['Data deletion'],
  summary: 'Get the progress of a data deletion',
  description: 'Errors: `not_found` for an unknown code. Not for keys limited to owners.',
  security: secured,
  middleware: [requireScope('admin'), requireUnlimitedCaller],
  request: {
    params: z.object({
      code: z.string().max(64).openapi({
        example: '4f9d2c81b7e6a3055d1e8f2a7c9b6043',
        description: '`confirmationCode`, also of Instagram’s callback.',
      }),
    }),
  },
  responses: { 200: json(Progress, 'The progress'), ...problems },
});

export function dataDeletionApiRoutes(deps: HttpDeps) {
  const router = createRouter().openapi(look, async (c) => {
    const deletion = await findDeletion(deps.pool, c.req.valid('param').code);
    if (!deletion) throw notFound('data deletion');
    const { code, askedAt, erased, isErased, finishedAt } = deletion;
    return c.json(
      {
        confirmationCode: code,
        requestedAt: new Date(askedAt).toISOString(),
        erasedRows: erased,
        isErased,
        finishedAt: iso(finishedAt),
      },
      200,
    );
  });
  return router.openapi(forget, async (c) => {
    const now = deps.clock.now();
    const request = {
      ...{ provider: 'instagram', appId: deps.instagram.settings.appId },
      userId: c.req.valid('json').instagramId,
      // Whatever is connected when the operator asks.
      issuedBefore: now + 1,
      digest: randomBytes(32),
    };
    const { code, integrationIds } = await forgetAccount(deps, request, now, c.get('caller').actor);
    const statusUrl = `${deps.site.publicUrl}${CALLBACKS.dataDeletion}/${code}`;
    return c.json({ confirmationCode: code, statusUrl, integrationIds }, 200);
  });
}
