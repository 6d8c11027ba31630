import { type Context } from 'hono';
import { z } from '@hono/zod-openapi';
import { readSignedRequest } from '../../adapters/instagram/signed-request';
import { signingSecrets } from '../../adapters/instagram/signature';
import { type OwnerRequest } from '../../adapters/postgres/integrations/account-owner';
import { type HttpDeps } from '../deps';
import { invalidField } from '../problems';

const FIELD = 'signed_request';

/** The form field, for the API reference. */
export const signedRequestBody = {
  content: {
    'application/x-www-form-urlencoded': {
      schema: z.object({
        [FIELD]: z.string().openapi({
          example: 'c2lnbmF0dXJl.eyJ1c2VyX2lkIjoiMSJ9',
          description: '`base64url(signature).base64url(JSON)`, signed with HMAC-SHA256.',
        }),
      }),
    },
  },
  required: true,
};

/** Reads the signed form field that identifies the owner. @throws Problem 400 */
export async function readSignedRequestForm(
  deps: Pick<HttpDeps, 'instagram'>,
  c: Context,
): Promise<OwnerRequest> {
  // A repeated field becomes an array and is rejected.
  const form = await c.req.parseBody({ all: true }).catch(() => ({}) as Record<string, unknown>);
  const text = form[FIELD];
  const secrets = signingSecrets(deps.instagram.settings);
  // The same error for every cause, so that a forger learns nothing.
  const request = typeof text === 'string' ? readSignedRequest(text, secrets) : null;
  if (!request) throw invalidField(FIELD, 'must be signed by Instagram');
  return { ...request, provider: 'instagram', appId: deps.instagram.settings.appId };
}
