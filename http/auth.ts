import { timingSafeEqual } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import { sha256 } from '../adapters/digest';
import { useApiKey } from '../adapters/postgres/api-keys';
import { SCOPES, type Scope } from '../core/scopes';
import { type Secret } from '../core/secret';
import { type HttpDeps } from './deps';
import { Problem } from './problems';

/** Who calls, and what they may do. */
export interface Caller {
  name: string;
  scopes: ReadonlySet<Scope>;
  /** The owners it is limited to; null: all. */
  ownerRefs: readonly string[] | null;
}

export interface Env {
  Variables: { caller: Caller };
}

/** Lets a request with a valid key pass, and notes who it is. */
export function authenticate(deps: HttpDeps) {
  return createMiddleware<Env>(async (c, next) => {
    const match = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(c.req.header('authorization') ?? '');
    const caller = match?.[1] ? await callerOf(deps, match[1]) : null;
    if (!caller) {
      throw new Problem(
        'unauthorized',
        'Send a valid key as Authorization: Bearer <key>.',
        {},
        { 'www-authenticate': 'Bearer' },
      );
    }
    c.set('caller', caller);
    await next();
  });
}

/** Lets only callers with this scope pass. */
export function requireScope(scope: Scope) {
  return createMiddleware<Env>(async (c, next) => {
    refuseWithout(c.get('caller'), scope);
    await next();
  });
}

export function refuseWithout(caller: Caller, scope: Scope): void {
  if (!caller.scopes.has(scope)) throw new Problem('forbidden', `This needs a key with the scope ${scope}.`);
}

/** The bootstrap key needs no database; every other is looked up each time, so that it ends when it is revoked. */
async function callerOf(deps: HttpDeps, text: string): Promise<Caller | null> {
  if (deps.apiKey && sameKey(text, deps.apiKey))
    return { name: 'bootstrap', scopes: new Set(SCOPES), ownerRefs: null };
  const key = await useApiKey(deps.pool, text, deps.clock.now());
  return key && { name: key.name, scopes: new Set(key.scopes), ownerRefs: key.ownerRefs };
}

/** Whether a secret was given, compared in constant time. */
export function sameKey(given: string, expected: Secret): boolean {
  return timingSafeEqual(sha256(given), sha256(expected.reveal()));
}
