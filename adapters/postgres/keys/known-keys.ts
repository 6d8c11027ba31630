import { type Db } from '../pool';

/** A key that was in a ring at some time. */
export interface KnownKey {
  /** When it was first seen, in microseconds of the database's clock. Only for comparison. */
  since: number;
  retired: boolean;
}

export async function knownKeys(db: Db): Promise<Map<string, KnownKey>> {
  const { rows } = await db.query<{ key_id: string; since: number; retired: boolean }>(
    `select key_id, (extract(epoch from created_at) * 1000000)::float8 as since, retired_at is not null as retired
     from key_checks`,
  );
  return new Map(rows.map(({ key_id, ...known }) => [key_id, known]));
}

/** No process encrypts with a retired key. */
export async function markRetired(db: Db, keyId: string): Promise<void> {
  await db.query('update key_checks set retired_at = coalesce(retired_at, now()) where key_id = $1', [keyId]);
}
