import { type Pool } from 'pg';
import { type Key, type KeyRing } from '../../adapters/encryption/key-ring';
import { type CheckResult, type KeyChecks } from '../../adapters/encryption/key-check';
import { type KeyHolder, liveHolders } from '../../adapters/postgres/keys/key-holders';
import { type KnownKey, knownKeys } from '../../adapters/postgres/keys/known-keys';
import { SEALED_TABLES, countByKey } from '../../adapters/postgres/keys/sealed-tables';

/** `next`: added last, encrypts once every process has it. `unused`: known, but no longer needed. */
export type Role = 'seals' | 'next' | 'opens' | 'retired' | 'missing' | 'unused';

export interface KeyReport {
  id: string;
  role: Role;
  /** The result of its check value; null: it is not in the ring. */
  check: CheckResult | null;
  /** How many rows it has encrypted, by table. */
  rows: Record<string, number>;
  heldBy: string[];
  sealedBy: string[];
}

export interface KeysReport {
  source: 'file' | 'variable';
  keys: KeyReport[];
  processes: { name: string; keyIds: string[]; sealingId: string; seenSecondsAgo: number }[];
}

/** The key ring and its source: `file` is null for the plain variable. */
export interface KeyRingSource {
  pool: Pool;
  checks: KeyChecks;
  ring: KeyRing;
  file: string | null;
}

/** The state of all keys. Read-only. */
export async function reportOn({ pool, checks, ring, file }: KeyRingSource): Promise<KeysReport> {
  const [counts, known, holders] = [await countByKey(pool), await knownKeys(pool), await liveHolders(pool)];
  const waiting = nextPrimaryKey(ring, known);
  const needed = (id: string) =>
    counts.has(id) || holders.some(({ keyIds, sealingId }) => [...keyIds, sealingId].includes(id));
  const roleOf = (id: string): Role => {
    if (id === ring.sealing.id) return 'seals';
    if (id === waiting?.id) return 'next';
    if (ring.find(id)) return known.get(id)?.retired ? 'retired' : 'opens';
    if (needed(id)) return 'missing';
    return known.get(id)?.retired ? 'retired' : 'unused';
  };
  const ids = new Set([...ring.keys.map(({ id }) => id), ...counts.keys(), ...[...known.keys()].sort()]);
  for (const { keyIds } of holders) for (const id of keyIds) ids.add(id);
  const keys: KeyReport[] = [];
  for (const id of ids) {
    const key = ring.find(id);
    keys.push({
      id,
      role: roleOf(id),
      check: key ? await checks.inspect(key) : null,
      rows: Object.fromEntries(SEALED_TABLES.map(({ name }) => [name, counts.get(id)?.[name] ?? 0])),
      heldBy: holders.filter(({ keyIds }) => keyIds.includes(id)).map(nameOf),
      sealedBy: holders.filter(({ sealingId }) => sealingId === id).map(nameOf),
    });
  }
  const processes = holders.map((holder) => ({
    name: nameOf(holder),
    keyIds: holder.keyIds,
    sealingId: holder.sealingId,
    seenSecondsAgo: holder.seenSecondsAgo,
  }));
  return { source: file === null ? 'variable' : 'file', keys, processes };
}

/** The key that a rotation added but has not put first yet. */
export function nextPrimaryKey(ring: KeyRing, known: ReadonlyMap<string, KnownKey>): Key | null {
  const since = (key: Key) => known.get(key.id)?.since ?? 0;
  const newer = ring.keys.filter(
    (key) => since(key) > since(ring.sealing) && known.get(key.id)?.retired === false,
  );
  return newer.sort((one, other) => since(other) - since(one))[0] ?? null;
}

export function nameOf({ role, host, pid }: Pick<KeyHolder, 'role' | 'host' | 'pid'>): string {
  return `${role} on ${host} (process ${pid})`;
}

export function rowsOf({ rows }: KeyReport): number {
  return Object.values(rows).reduce((sum, count) => sum + count, 0);
}
