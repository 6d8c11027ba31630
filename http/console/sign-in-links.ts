import { SIGN_IN_LIFE_MS, createSignIn } from '../../adapters/postgres/access/sessions';
import { type HttpDeps } from '../deps';
import { CONSOLE } from '../middleware/headers';

/** A one-time sign-in link, valid for ten minutes. */
export async function createSignInLink(
  deps: Pick<HttpDeps, 'pool' | 'wallClock' | 'site'>,
  keyHash: Buffer,
): Promise<{ url: string; expiresAt: string }> {
  const now = deps.wallClock.now();
  const text = await createSignIn(deps.pool, keyHash, now);
  return {
    url: `${deps.site.publicUrl}${CONSOLE}/sign-in/${text}`,
    expiresAt: new Date(now + SIGN_IN_LIFE_MS).toISOString(),
  };
}
