import { z } from '@hono/zod-openapi';
import { SCOPES } from '../../../core/access/scopes';
import { instant, ref, text } from '../schemas';

/** Schemas of API keys and embed tokens. */

export const ApiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    ownerRefs: z
      .array(z.string())
      .nullable()
      .openapi({ description: 'The owners it is limited to; null: all.' }),
    createdAt: instant,
    expiresAt: instant.nullable(),
    lastUsedAt: instant.nullable().openapi({ description: 'To the minute.' }),
  })
  .openapi('ApiKey');

export const ApiKeys = z.object({ data: z.array(ApiKey), nextCursor: z.null() });
export const CreatedApiKey = ApiKey.extend({
  key: z.string().openapi({ description: 'Shown once.' }),
}).openapi('CreatedApiKey');

export const NewEmbedToken = z.strictObject({ ownerRef: ref('Whose integrations the page shows.') });

export const TokenUse = z
  .object({
    integrationId: z.string(),
    minute: instant.openapi({ description: 'The beginning of it.' }),
    uses: z.number().int(),
  })
  .openapi('TokenUse');

export const NewApiKey = z.strictObject({
  name: text(100),
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
  ownerRefs: z.array(text(200)).min(1).max(100).optional(),
  expiresAt: instant.max(40).optional(),
});
