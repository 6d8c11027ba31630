import { audited } from '../../../adapters/postgres/access/audit-log';
import { newSecretText } from '../../../adapters/digest';
import {
  type ApiKey as Row,
  createApiKey,
  listApiKeys,
  revokeApiKey,
} from '../../../adapters/postgres/access/api-keys';
import { keyEnd, keyQuota } from '../../../core/access/key-policy';
import { Secret } from '../../../core/access/secret';
import { type Caller } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { type NewApiKey } from './key-schemas';
import { Problem, invalidField, notFound } from '../../problems';

/** The keys that this caller may see. */
export async function listKeysFor(deps: Pick<HttpDeps, 'pool' | 'clock'>, caller: Caller): Promise<Row[]> {
  const keys = await listApiKeys(deps.pool, deps.clock.now());
  return keys.filter((key) => isWithin(caller, key.ownerRefs));
}

/** Creates a key with at most the rights of its creator. @returns its text, which is not stored */
export async function createKey(
  deps: Pick<HttpDeps, 'pool' | 'clock'>,
  caller: Caller,
  { name, scopes, ownerRefs, expiresAt }: typeof NewApiKey._output,
): Promise<{ key: Row; text: string }> {
  const now = deps.clock.now();
  const wanted = {
    name,
    scopes: [...new Set(scopes)],
    ownerRefs: ownerRefs ?? caller.ownerRefs?.slice() ?? null,
    expiresAt: expiresAt === undefined ? null : Date.parse(expiresAt),
  };
  if (wanted.expiresAt !== null && wanted.expiresAt <= now)
    throw invalidField('expiresAt', 'must be in the future');
  refuseMoreThan(caller, wanted);
  const { generation, endsAt, limitedBy } = caller.line;
  const end = keyEnd(wanted.expiresAt, endsAt);
  if ('problem' in end)
    throw invalidField(
      'expiresAt',
      `must not be later than the end of the key that creates it, ${new Date(endsAt ?? 0).toISOString()}`,
    );
  const quota = keyQuota(generation);
  const text = `evg_${newSecretText()}`;
  const maker = { id: caller.keyId, generation, limitedBy, quota };
  const key = await audited(
    { pool: deps.pool, actor: caller.actor, now },
    (db) => createApiKey(db, new Secret(text), { ...wanted, ...end }, maker, now),
    (made) => {
      if (typeof made === 'string') return null;
      const ends = made.expiresAt === null ? null : new Date(made.expiresAt).toISOString();
      const changes = { name, scopes: made.scopes, ownerRefs: made.ownerRefs, expiresAt: ends };
      return { action: 'api_key.create', target: made.id, changes };
    },
  );
  if (key === 'maker_over') throw new Problem('unauthorized', 'Your key is no longer valid.');
  if (key === 'quota') throw tooManyKeys(quota);
  return { key, text };
}

function tooManyKeys(quota: number): Problem {
  return new Problem(
    'forbidden',
    quota === 0
      ? 'Your key cannot create keys: it is the fifth in a line of keys that created each other.'
      : `Your key has created ${quota} valid keys, the most it may. Revoke unused ones first.`,
  );
}

/** Revokes a key and all keys that came of it, immediately. */
export async function revokeKey(
  deps: Pick<HttpDeps, 'pool' | 'clock'>,
  caller: Caller,
  id: string,
): Promise<void> {
  await requireKeyAccess(deps, caller, id);
  const now = deps.clock.now();
  const revoked = await audited(
    { pool: deps.pool, actor: caller.actor, now },
    (db) => revokeApiKey(db, id, now),
    (ids) => {
      if (!ids || ids.length === 0) return null;
      const others = ids.filter((other) => other !== id);
      return { action: 'api_key.revoke', target: id, changes: others.length > 0 ? { withKeys: others } : {} };
    },
  );
  if (!revoked) throw notFound('key');
}

/** A caller limited to owners can neither see nor revoke the keys of other owners. */
export async function requireKeyAccess(
  deps: Pick<HttpDeps, 'pool' | 'clock'>,
  caller: Caller,
  id: string,
): Promise<void> {
  if (caller.ownerRefs === null) return;
  const known = (await listApiKeys(deps.pool, deps.clock.now())).find((key) => key.id === id);
  if (!known || !isWithin(caller, known.ownerRefs)) throw notFound('key');
}

function refuseMoreThan(caller: Caller, { scopes, ownerRefs }: Pick<Row, 'scopes' | 'ownerRefs'>): void {
  const missing = scopes.filter((scope) => !caller.scopes.has(scope));
  if (missing.length > 0)
    throw new Problem('forbidden', `Your key lacks these scopes: ${missing.join(', ')}.`);
  if (!isWithin(caller, ownerRefs))
    throw new Problem('forbidden', 'Your key can create keys only for its own owners.');
}

function isWithin(caller: Caller, ownerRefs: readonly string[] | null): boolean {
  if (caller.ownerRefs === null) return true;
  return ownerRefs !== null && ownerRefs.every((ref) => caller.ownerRefs?.includes(ref));
}
