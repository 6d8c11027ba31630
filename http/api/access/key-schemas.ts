import { z } from '@hono/zod-openapi';
import { SCOPES } from '../../../core/access/scopes';
import { instant, ref, text } from '../schemas';

/** Schemas of API keys and embed tokens. */

const maker = z.string().openapi({
  example: 'bootstrap',
  description:
    'ID of the API key that created it; `bootstrap`: the bootstrap key; `proxy`: a console user by single sign-on; null: unknown, created by an earlier release.',
});

export const ApiKey = z
  .object({
    id: z.string().openapi({ description: 'ID of the key.', example: 'key_0a1b2c3d4e5f6g7h8j9kmnpq' }),
    name: z
      .string()
      .openapi({ example: 'inbox service', description: 'Name of the program that uses the key.' }),
    scopes: z.array(z.enum(SCOPES)).openapi({ description: 'What the key allows.' }),
    ownerRefs: z
      .array(z.string())
      .nullable()
      .openapi({ example: null, description: 'The owners the key is limited to; null: all.' }),
    createdBy: maker.nullable(),
    createdAt: instant.openapi({ description: 'When the key was created.' }),
    expiresAt: instant.nullable().openapi({ description: 'When the key expires; null: never.' }),
    lastUsedAt: instant.nullable().openapi({ description: 'Last use, rounded to the minute; null: never.' }),
  })
  .openapi('ApiKey');

export const ApiKeys = z.object({
  data: z.array(ApiKey).openapi({ description: 'The keys.' }),
  nextCursor: z.null().openapi({ description: 'Always null: there is one page.' }),
});
export const CreatedApiKey = ApiKey.extend({
  key: z.string().openapi({ example: 'evg_…', description: 'The key (`evg_…`). It cannot be read again.' }),
}).openapi('CreatedApiKey');

export const NewApiKey = z.strictObject({
  name: text(100).openapi({
    example: 'inbox service',
    description: 'Name of the program that uses the key.',
  }),
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .max(SCOPES.length)
    .openapi({ description: 'At most the scopes of your own key.' }),
  ownerRefs: z
    .array(text(200))
    .min(1)
    .max(100)
    .optional()
    .openapi({
      example: ['shop-1'],
      description: 'Limits the key to these owners. Default: the owners of your own key.',
    }),
  expiresAt: instant.max(40).optional().openapi({
    description: 'When the key expires, at the latest with your own key. Default: with your own key.',
  }),
});

export const NewEmbedToken = z.strictObject({
  ownerRef: ref('The owner whose connections the page shows.', 'shop-1'),
});

export const EmbedToken = z.object({
  id: z.string().openapi({ description: 'ID, to revoke it by.', example: 'emb_0a1b2c3d4e5f6g7h8j9kmnpq' }),
  token: z.string().openapi({ example: 'evge_…', description: 'The embed token (`evge_…`).' }),
  expiresAt: instant.openapi({
    description: 'When it expires: in one hour, or with the key that created it.',
  }),
});

export const TokenUse = z
  .object({
    integrationId: z.string().openapi({
      description: 'The integration whose token was used.',
      example: 'int_0a1b2c3d4e5f6g7h8j9kmnpq',
    }),
    minute: instant.openapi({ description: 'Start of the minute.' }),
    uses: z
      .number()
      .int()
      .openapi({ example: 4, description: 'Tokens fetched and rejections reported in it.' }),
  })
  .openapi('TokenUse');
