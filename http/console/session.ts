import { type Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import {
  SESSION_LIFE_MS,
  createSession,
  endSession,
  useSession,
} from '../../adapters/postgres/access/sessions';
import { audited } from '../../adapters/postgres/access/audit-log';
import { type Actor } from '../../core/access/actor';
import { SHELL_TEXT } from '../../core/text/console-shell';
import { SECOND_MS } from '../../core/time';
import { type Caller, type KeyHolder, callerOf, calling, userByProxy } from '../middleware/caller';
import { clientAddress, isFromProxy } from '../middleware/client-address';
import { secretCookie } from '../middleware/cookies';
import { type HttpDeps } from '../deps';
import { isSelf } from '../middleware/guard';
import { Problem } from '../problems';

/** Who uses the console: with the rights of their key, except actions that need the key itself. */
export interface ConsoleUser extends Caller {
  /** ID of the session, or the user that a proxy named. */
  session: string;
}

export interface ConsoleEnv {
  Variables: { user: ConsoleUser };
}

const NAME_BY_PROXY = /^[\x21-\x7e]{1,200}$/;

/** Console sessions: a cookie, valid for twelve hours and as long as its API key. */
export function createSessions(deps: Pick<HttpDeps, 'pool' | 'clock' | 'wallClock' | 'site' | 'apiKey'>) {
  const cookie = secretCookie(deps.site, 'evergrant', SESSION_LIFE_MS / SECOND_MS);

  async function forget(c: Context, actor: Actor): Promise<void> {
    const text = cookie.read(c);
    if (!text) return;
    await audited(
      { pool: deps.pool, actor, now: deps.clock.now() },
      (db) => endSession(db, text),
      (id) => (id === null ? null : { action: 'console_session.end', target: id }),
    );
  }

  return {
    /** The signed-in user, by session cookie or by the header of a trusted proxy. */
    async userOf(c: Context): Promise<ConsoleUser | null> {
      const text = cookie.read(c);
      const session = text ? await useSession(deps.pool, text, deps.wallClock.now()) : null;
      const byKey = session && (await callerOf(deps, session.keyHash));
      const bySession = session && byKey?.scopes.has('admin') ? { ...byKey, session: session.id } : null;
      const user = bySession ?? userByHeader(deps, c);
      return user && calling(user, { kind: 'console_user', address: clientAddress(deps, c) });
    },
    /** Starts a session with a new ID, which prevents session fixation. */
    async begin(c: Context, { keyHash, actor: holder }: KeyHolder): Promise<void> {
      const address = clientAddress(deps, c);
      const actor: Actor = { ...holder, kind: 'console_user', address };
      await forget(c, actor);
      const { text } = await audited(
        { pool: deps.pool, actor, now: deps.clock.now() },
        (db) => createSession(db, keyHash, address, deps.wallClock.now()),
        ({ id }) => ({ action: 'console_session.create', target: id }),
      );
      cookie.write(c, text);
    },
    async end(c: Context, { actor }: ConsoleUser): Promise<void> {
      await forget(c, actor);
      cookie.clear(c);
    },
  };
}

function userByHeader(deps: Pick<HttpDeps, 'site'>, c: Context): ConsoleUser | null {
  const { trustedUserHeader: header } = deps.site;
  if (header === null || !isFromProxy(deps, c)) return null;
  const name = c.req.header(header);
  return name !== undefined && NAME_BY_PROXY.test(name)
    ? { ...userByProxy(name), session: `proxy/${name}` }
    : null;
}

/**
 * Rejects state-changing requests that do not come from a console page, by the `Origin` and `Sec-Fetch-Site` headers,
 * which other sites cannot forge.
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function rejectCrossSite(deps: Pick<HttpDeps, 'site'>) {
  return createMiddleware(async (c, next) => {
    if (!['GET', 'HEAD'].includes(c.req.method)) {
      const origin = c.req.header('origin');
      const site = c.req.header('sec-fetch-site');
      const isOwn = origin !== undefined && isSelf(deps.site, origin, c.req.header('host') ?? '');
      if (!isOwn || (site !== undefined && site !== 'same-origin'))
        throw new Problem('forbidden', SHELL_TEXT.crossSite);
    }
    await next();
  });
}
