import { timingSafeEqual } from 'node:crypto';
import { sha256 } from '../../adapters/digest';
import { useApiKey } from '../../adapters/postgres/access/api-keys';
import { SCOPES, type Scope } from '../../core/access/scopes';
import { type Actor } from '../../core/access/actor';
import { type HttpDeps } from '../deps';
import { Problem } from '../problems';

/** Who calls, and with which rights. */
export interface Caller {
  /** As the audit log and events name them. */
  actor: Actor;
  name: string;
  /** ID of the API key, or `bootstrap` or `proxy`. */
  keyId: string;
  scopes: ReadonlySet<Scope>;
  /** The owners the caller is limited to; null: all. */
  ownerRefs: readonly string[] | null;
  /** An embed token gives access to a few routes and has no scopes. */
  isEmbed: boolean;
  /** Where its key stands among those that made it, and may make others. */
  line: KeyLine;
  /** ID of the embed token; null: one of an earlier release. Absent: no embed token. */
  embedTokenId?: string | null;
}

interface KeyLine {
  /** 0: the bootstrap key, a user of the proxy. */
  generation: number;
  /** Epoch ms; null: never. What it makes ends no later. */
  endsAt: number | null;
  /** The first key of the line that is limited to owners; null: none is. */
  limitedBy: string | null;
}

/** A caller with an API key. */
export interface KeyHolder extends Caller {
  /** Hash of the key, to look it up again. */
  keyHash: Buffer;
}

/** Needs no database for the bootstrap key. Other keys are looked up every time, so that revoking them is immediate. */
export async function callerOf(
  deps: Pick<HttpDeps, 'pool' | 'clock' | 'apiKey'>,
  keyHash: Buffer,
): Promise<KeyHolder | null> {
  if (deps.apiKey && timingSafeEqual(keyHash, sha256(deps.apiKey.reveal())))
    return { ...FULL_ACCESS, ...named('api_key', 'bootstrap', 'bootstrap'), keyId: 'bootstrap', keyHash };
  const key = await useApiKey(deps.pool, keyHash, deps.clock.now());
  return (
    key && {
      ...named('api_key', key.id, key.name),
      keyId: key.id,
      keyHash,
      scopes: new Set(key.scopes),
      ownerRefs: key.ownerRefs,
      isEmbed: false,
      line: { generation: key.generation, endsAt: key.expiresAt, limitedBy: key.limitedBy },
    }
  );
}

/** A user whom a trusted proxy has signed in. They have no API key. */
export function userByProxy(name: string): Caller {
  return { ...FULL_ACCESS, ...named('console_user', null, name), keyId: 'proxy' };
}

function named(kind: Actor['kind'], id: string | null, name: string): Pick<Caller, 'name' | 'actor'> {
  return { name, actor: { kind, id, name, user: null, address: null } };
}

/** The same caller, with what the request tells of them. */
export function calling<C extends Caller>(caller: C, of: Partial<Actor>): C {
  return { ...caller, actor: { ...caller.actor, ...of } };
}

/** Of whoever was made by no key. */
export const TOP_LINE: KeyLine = { generation: 0, endsAt: null, limitedBy: null };
const FULL_ACCESS = { scopes: new Set(SCOPES), ownerRefs: null, isEmbed: false, line: TOP_LINE } as const;

export function requireCallerScope(caller: Caller, scope: Scope): void {
  if (!caller.scopes.has(scope)) throw new Problem('forbidden', `The API key needs the scope ${scope}.`);
}
