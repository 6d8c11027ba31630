import { createHash, timingSafeEqual } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import { type Secret } from '../core/secret';
import { type HttpDeps } from './deps';
import { Problem } from './problems';

export const SCOPES = ['read', 'operate', 'token', 'message', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

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
    const caller = match?.[1] ? callerOf(deps, match[1]) : null;
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

function callerOf(deps: HttpDeps, key: string): Caller | null {
  if (!deps.apiKey || !sameKey(key, deps.apiKey)) return null;
  return { name: 'bootstrap', scopes: new Set(SCOPES), ownerRefs: null };
}

/** Whether a secret was given, compared in constant time. */
export function sameKey(given: string, expected: Secret): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected.reveal()));
}
