import { Secret } from '../../core/secret';
import { type Db } from '../postgres/pool';
import { KeyUnavailable, type SealContext, type Sealer } from './sealer';

const KNOWN = 'evergrant key check';

function contextOf(keyId: string): SealContext {
  return { integration: '-', provider: '-', version: keyId, purpose: 'key-check' };
}

/**
 * Whether the sealing key is the one that was used under its name before: its check value, written once, must open.
 * @throws KeyUnavailable
 */
export async function verifySealingKey(db: Db, sealer: Sealer, now: number): Promise<void> {
  const keyId = sealer.ring.sealing.id;
  const stored = (await findCheck(db, keyId)) ?? (await writeCheck(db, sealer, now));
  const opened = await sealer.open({ sealed: stored, keyId }, contextOf(keyId)).catch(() => null);
  if (opened?.reveal() !== KNOWN) throw new KeyUnavailable(keyId);
}

async function findCheck(db: Db, keyId: string): Promise<Buffer | null> {
  const { rows } = await db.query<{ sealed: Buffer }>('select sealed from key_checks where key_id = $1', [
    keyId,
  ]);
  return rows[0]?.sealed ?? null;
}

/** Writes the check value, unless another process was quicker: then that one counts. */
async function writeCheck(db: Db, sealer: Sealer, now: number): Promise<Buffer> {
  const keyId = sealer.ring.sealing.id;
  const { sealed } = await sealer.seal(new Secret(KNOWN), contextOf(keyId));
  await db.query(
    'insert into key_checks (key_id, sealed, created_at) values ($1, $2, $3) on conflict do nothing',
    [keyId, sealed, new Date(now)],
  );
  return (await findCheck(db, keyId)) ?? sealed;
}
