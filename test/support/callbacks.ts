import { createHmac } from 'node:crypto';
import { type Instagram } from '../../adapters/instagram/client';
import { type InstagramSettings } from '../../adapters/instagram/settings';
import { Secret } from '../../core/access/secret';
import { type Answer, type TestApi } from './api';
import { type Stack } from './stack';

export const VERIFY_TOKEN = 'verify-me';
export const PREVIOUS_SECRET = 'the-secret-before';
const PATH = '/callbacks/instagram';

/** Instagram as a deployment sees it that takes callbacks. */
export function withCallbacks(instagram: Instagram, changed: Partial<InstagramSettings> = {}): Instagram {
  const settings = {
    ...instagram.settings,
    appSecretPrevious: new Secret(PREVIOUS_SECRET),
    webhookVerifyToken: new Secret(VERIFY_TOKEN),
    ...changed,
  };
  return { ...instagram, settings };
}

const hmac = (text: string, secret: string) => createHmac('sha256', secret).update(text);

/** What `signed_request` looks like. */
export function signedRequest(payload: unknown, secret: string): string {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const encoded = Buffer.from(text).toString('base64url');
  return `${hmac(encoded, secret).digest('base64url')}.${encoded}`;
}

/** Instagram's part: what it signs and sends. */
export function caller(stack: Stack, api: TestApi) {
  const secret = stack.simulator.settings.appSecret;
  const nobody = api.as(null);
  const form = (path: string, text: string): Promise<Answer> =>
    nobody.request('POST', `${PATH}/${path}`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ signed_request: text }).toString(),
    });
  return {
    secret,
    form,
    /** The payload of a request about this person, as of now. */
    about: (userId: string | null, secondsAgo = 0) => ({
      user_id: userId,
      algorithm: 'HMAC-SHA256',
      issued_at: Math.floor(stack.simulator.clock.now() / 1_000) - secondsAgo,
    }),
    ask: (path: 'deauthorize' | 'data-deletion', payload: unknown, key = secret) =>
      form(path, signedRequest(payload, key)),
    /** Delivers a webhook; `headers` replace its signature. */
    deliver: (
      body: string,
      { key = secret, headers }: { key?: string; headers?: Record<string, string> } = {},
    ) =>
      nobody.request('POST', `${PATH}/webhooks`, {
        headers: {
          'content-type': 'application/json',
          ...(headers ?? { 'x-hub-signature-256': `sha256=${hmac(body, key).digest('hex')}` }),
        },
        body,
      }),
  };
}
