import { timingSafeEqual } from 'node:crypto';
import { sha256 } from '../../adapters/digest';
import { useApiKey } from '../../adapters/postgres/access/api-keys';
import { SCOPES, type Scope } from '../../core/access/scopes';
import { type HttpDeps } from '../deps';
import { Problem } from '../problems';

/** Who calls, and what they may do. */
export interface Caller {
  name: string;
  /** Of the key, or what stands for it: `bootstrap`, `proxy`. */
  keyId: string;
  scopes: ReadonlySet<Scope>;
  /** The owners it is limited to; null: all. */
  ownerRefs: readonly string[] | null;
  /** A page with an embed token, which opens a few routes and no scope. */
  isEmbed: boolean;
}

/** A caller by key. */
export interface KeyHolder extends Caller {
  /** By which the key is found again. */
  keyHash: Buffer;
}

/** The bootstrap key needs no database; every other is looked up each time, so that it ends when it is revoked. */
export async function callerOf(
  deps: Pick<HttpDeps, 'pool' | 'clock' | 'apiKey'>,
  keyHash: Buffer,
): Promise<KeyHolder | null> {
  if (deps.apiKey && timingSafeEqual(keyHash, sha256(deps.apiKey.reveal())))
    return { ...FULL_ACCESS, name: 'bootstrap', keyId: 'bootstrap', keyHash };
  const key = await useApiKey(deps.pool, keyHash, deps.clock.now());
  return (
    key && {
      name: key.name,
      keyId: key.id,
      keyHash,
      scopes: new Set(key.scopes),
      ownerRefs: key.ownerRefs,
      isEmbed: false,
    }
  );
}

/** Somebody whom a proxy in front of the console has signed in: no key stands for them. */
export function userByProxy(name: string): Caller {
  return { ...FULL_ACCESS, name, keyId: 'proxy' };
}

const FULL_ACCESS = { scopes: new Set(SCOPES), ownerRefs: null, isEmbed: false } as const;

export function requireCallerScope(caller: Caller, scope: Scope): void {
  if (!caller.scopes.has(scope)) throw new Problem('forbidden', `The API key needs the scope ${scope}.`);
}
