import { SIGN_IN_LIFE_MS, createSignIn } from '../../adapters/postgres/access/sessions';
import { audited } from '../../adapters/postgres/access/audit-log';
import { type KeyHolder } from '../middleware/caller';
import { type HttpDeps } from '../deps';
import { CONSOLE } from '../middleware/headers';

/** A one-time sign-in link, valid for ten minutes. */
export async function createSignInLink(
  deps: Pick<HttpDeps, 'pool' | 'clock' | 'wallClock' | 'site'>,
  { keyHash, actor }: Pick<KeyHolder, 'keyHash' | 'actor'>,
): Promise<{ url: string; expiresAt: string }> {
  const now = deps.wallClock.now();
  const text = await audited(
    { pool: deps.pool, actor, now: deps.clock.now() },
    (db) => createSignIn(db, keyHash, now),
    () => ({ action: 'console_link.create' }),
  );
  return {
    url: `${deps.site.publicUrl}${CONSOLE}/sign-in/${text}`,
    expiresAt: new Date(now + SIGN_IN_LIFE_MS).toISOString(),
  };
}
