import { Secret } from '../../core/access/secret';
import { MINUTE_MS } from '../../core/time';
import { type Db } from '../postgres/pool';
import { type SealContext, openWith, sealWith } from './envelope';
import { type Key, type KeyRing } from './key-ring';

/** A key is not in the ring, or has other bytes than the one that sealed: waiting helps, guessing does not. */
export class KeyUnavailable extends Error {
  override name = 'KeyUnavailable';
  constructor(
    readonly keyId: string,
    message = `The key "${keyId}" is not available. Add it to EVERGRANT_KEYS again.`,
  ) {
    super(message);
  }
}

/** The key has the right name, and other bytes than the one that has sealed under it. */
export class KeyMismatch extends KeyUnavailable {
  override name = 'KeyMismatch';
  constructor(keyId: string) {
    super(keyId, `The key "${keyId}" has other bytes than the one this database was sealed with.`);
  }
}

/** The key was taken out of use: it opens, but seals nothing any more. */
export class KeyRetired extends KeyUnavailable {
  override name = 'KeyRetired';
  constructor(keyId: string) {
    super(keyId, `The key "${keyId}" was retired. Put a newer key first in EVERGRANT_KEYS.`);
  }
}

export type CheckResult = 'opens' | 'other_bytes' | 'none';

/** Whether keys have the bytes that belong to their names: each has a check value in the database, written once. */
export interface KeyChecks {
  /** What the key's check value says; writes nothing. */
  inspect(key: Key): Promise<CheckResult>;
  /**
   * Compares keys (all of the ring unless given) with their check values, and writes those that are missing.
   * @throws KeyUnavailable | KeyRetired when the ring's sealing key is
   */
  verify(ring: KeyRing, keys?: readonly Key[]): Promise<void>;
  /** Verifies a key that this process has not verified within the last minute. @throws KeyUnavailable | KeyRetired */
  beforeSealing(key: Key): Promise<void>;
}

const KNOWN = 'evergrant key check';
/** How long a process relies on a check: an answer of Instagram must be sealed even when the database is slow. */
const BELIEVED_MS = MINUTE_MS;

interface Stored {
  sealed: Buffer;
  retired: boolean;
}

/** The checks of one process against one database. @param now ms by a clock that never goes back */
export function createKeyChecks(db: Db, now = () => performance.now()): KeyChecks {
  const verifiedAt = new WeakMap<Key, number>();

  async function inspect(key: Key): Promise<CheckResult> {
    const stored = (await find(db, [key.id])).get(key.id);
    if (!stored) return 'none';
    return (await opens(key, stored)) ? 'opens' : 'other_bytes';
  }

  async function check(keys: readonly Key[], sealing: Key): Promise<void> {
    // A ring that is refused leaves no trace: values are written when all others were right.
    const missing = await compare(keys, sealing);
    if (missing.length === 0) return;
    await write(db, missing);
    const [unwritten] = await compare(missing, sealing);
    if (unwritten) throw new KeyUnavailable(unwritten.id);
  }

  /** @returns the keys that have no check value yet */
  async function compare(keys: readonly Key[], sealing: Key): Promise<Key[]> {
    const stored = await find(db, idsOf(keys));
    for (const key of keys) {
      const value = stored.get(key.id);
      if (!value) continue;
      if (!(await opens(key, value))) throw new KeyMismatch(key.id);
      if (key === sealing && value.retired) throw new KeyRetired(key.id);
      if (!value.retired) verifiedAt.set(key, now());
    }
    return keys.filter(({ id }) => !stored.has(id));
  }

  return {
    inspect,
    verify: (ring, keys = ring.keys) => check(keys, ring.sealing),
    async beforeSealing(key) {
      const last = verifiedAt.get(key);
      if (last !== undefined && now() - last < BELIEVED_MS) return;
      await check([key], key).catch((error: unknown) => {
        // Its bytes are known to be right; a database that does not answer now is no reason to drop what was received.
        if (error instanceof KeyUnavailable || last === undefined) throw error;
      });
    },
  };
}

async function find(db: Db, ids: string[]): Promise<Map<string, Stored>> {
  const { rows } = await db.query<{ key_id: string; sealed: Buffer; retired: boolean }>(
    'select key_id, sealed, retired_at is not null as retired from key_checks where key_id = any ($1)',
    [ids],
  );
  return new Map(rows.map(({ key_id, ...stored }) => [key_id, stored]));
}

/** Writes check values all at one instant, unless another process was quicker: then those count. */
async function write(db: Db, keys: readonly Key[]): Promise<void> {
  const sealed = await Promise.all(keys.map((key) => sealWith(key, new Secret(KNOWN), contextOf(key.id))));
  await db.query(
    `insert into key_checks (key_id, sealed, created_at)
     select id, sealed, now() from unnest($1::text[], $2::bytea[]) as new (id, sealed) order by id
     on conflict do nothing`,
    [idsOf(keys), sealed],
  );
}

async function opens(key: Key, { sealed }: Stored): Promise<boolean> {
  const opened = await openWith(key, sealed, contextOf(key.id)).catch(() => null);
  return opened?.reveal() === KNOWN;
}

function contextOf(keyId: string): SealContext {
  return { integration: '-', provider: '-', version: keyId, purpose: 'key-check' };
}

function idsOf(keys: readonly Key[]): string[] {
  return keys.map(({ id }) => id);
}
