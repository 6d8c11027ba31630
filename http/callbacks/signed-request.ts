import { type Context } from 'hono';
import { z } from '@hono/zod-openapi';
import { readSignedRequest } from '../../adapters/instagram/signed-request';
import { signingSecrets } from '../../adapters/instagram/signature';
import { type OwnerRequest } from '../../adapters/postgres/integrations/account-owner';
import { type HttpDeps } from '../deps';
import { invalidField } from '../problems';

const FIELD = 'signed_request';

/** For the API's description. */
export const signedRequestBody = {
  content: {
    'application/x-www-form-urlencoded': {
      schema: z.object({
        [FIELD]: z
          .string()
          .openapi({ description: 'base64url(signature).base64url(JSON), signed by HMAC-SHA256.' }),
      }),
    },
  },
  required: true,
};

/** The form field in which Instagram says, signed, whom a callback is about. @throws Problem 400 */
export async function readSignedRequestForm(
  deps: Pick<HttpDeps, 'instagram'>,
  c: Context,
): Promise<OwnerRequest> {
  // Of a field that is given twice all are seen, so that nobody picks the one that was signed.
  const form = await c.req.parseBody({ all: true }).catch(() => ({}) as Record<string, unknown>);
  const text = form[FIELD];
  const secrets = signingSecrets(deps.instagram.settings);
  // One answer, whatever is wrong: a forger learns nothing of what was right.
  const request = typeof text === 'string' ? readSignedRequest(text, secrets) : null;
  if (!request) throw invalidField(FIELD, 'must be signed by Instagram');
  return { ...request, provider: 'instagram', appId: deps.instagram.settings.appId };
}
