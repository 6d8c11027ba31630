import { timingSafeEqual } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import { sha256 } from '../../adapters/digest';
import { type Scope } from '../../core/access/scopes';
import { type Secret } from '../../core/access/secret';
import { CLI_USER_HEADER } from '../../core/names';
import { type KeyHolder, callerOf, calling, requireCallerScope } from './caller';
import { clientAddress } from './client-address';
import { type HttpDeps } from '../deps';
import { callerByEmbedToken, isEmbedToken, readEmbedToken } from '../embed/embed-tokens';
import { Problem } from '../problems';

type AuthDeps = Pick<HttpDeps, 'pool' | 'sealer' | 'clock' | 'site' | 'apiKey' | 'limits'>;

const USER = /^[\x20-\x7e]{1,100}$/;

export interface Env {
  Variables: { caller: KeyHolder };
}

/** Requires a valid API key or embed token, and stores the caller. */
export function authenticate(deps: AuthDeps) {
  return createMiddleware<Env>(async (c, next) => {
    const text = /^Bearer ([\x21-\x7e]{1,2048})$/i.exec(c.req.header('authorization') ?? '')?.[1];
    // A genuine embed token counts for itself and its owner, whatever became of it: it is no guess, and not the key's doing.
    const embed = text !== undefined && isEmbedToken(text) ? readEmbedToken(deps, text) : null;
    if (embed) await deps.limits.countEmbed(embed.id ?? text ?? '', embed.ownerRef);
    const caller = embed
      ? await callerByEmbedToken(deps, embed, c.req.raw.headers)
      : text !== undefined && !isEmbedToken(text)
        ? await callerOf(deps, sha256(text))
        : null;
    if (!caller) {
      if (text !== undefined && !embed) await deps.limits.countFailure(clientAddress(deps, c));
      throw new Problem(
        'unauthorized',
        'Send a valid API key as Authorization: Bearer <key>.',
        {},
        { 'www-authenticate': 'Bearer' },
      );
    }
    if (!embed) await deps.limits.countRequest(caller.keyId);
    const user = USER.exec(c.req.header(CLI_USER_HEADER) ?? '')?.[0] ?? null;
    c.set('caller', calling(caller, { user, address: clientAddress(deps, c) }));
    await next();
  });
}

/** Requires a scope. `embed`: embed tokens are allowed as well. The API's description is made of what it requires. */
export function requireScope(scope: Scope, { embed = false }: { embed?: boolean } = {}) {
  const middleware = createMiddleware<Env>(async (c, next) => {
    const caller = c.get('caller');
    if (!(caller.isEmbed && embed)) requireCallerScope(caller, scope);
    await next();
  });
  return Object.assign(middleware, { requires: { scope, embed } });
}

/** What a route requires of its caller; null: nothing, or it is no route of the API. */
export function requirementOf(middleware: readonly object[]): { scope: Scope; embed: boolean } | null {
  const found = middleware.find((one): one is ReturnType<typeof requireScope> => 'requires' in one);
  return found?.requires ?? null;
}

/** Compares a given secret in constant time. */
export function equalsSecret(given: string, expected: Secret): boolean {
  return timingSafeEqual(sha256(given), sha256(expected.reveal()));
}
