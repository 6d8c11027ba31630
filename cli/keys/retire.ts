import { keyRing } from '../../adapters/encryption/key-ring';
import { replaceRingFile } from '../../adapters/encryption/ring-file';
import { addAuditEntry } from '../../adapters/postgres/access/audit-log';
import { liveHolders } from '../../adapters/postgres/keys/key-holders';
import { knownKeys, markRetired } from '../../adapters/postgres/keys/known-keys';
import { SEALED_TABLES, countByKey } from '../../adapters/postgres/keys/sealed-tables';
import { withTransaction } from '../../adapters/postgres/pool';
import { Failure } from '../failures';
import { cliActor } from '../user';
import { confirm } from '../output/confirm';
import { type Io } from '../output/io';
import { say } from '../output/output';
import { type KeyRingSource } from '../../services/keys/report';
import { withKeysAlone } from './open';
import { nameOf } from '../../services/keys/report';

/** Takes a key out of use, when nothing needs it any more. */
export async function retireKey(io: Io, id: string, isSure: boolean): Promise<void> {
  await withKeysAlone(io, async (keys) => {
    const { pool, ring, file } = keys;
    if (!ring.find(id) && !(await knownKeys(pool)).has(id))
      throw new Failure(`Key "${id}" not found.`, ['List keys with `npx evergrant keys status`.']);
    await refuseWhileUsed(keys, id);
    refuseWhileNeeded(id, await countByKey(pool));
    if (!isSure) await confirm(io, question(id, ring.find(id) ? file : null));
    await withTransaction(pool, async (db) => {
      await markRetired(db, id);
      // Looked at after the mark, so that no row slips between the two.
      refuseWhileNeeded(id, await countByKey(db));
      await addAuditEntry(db, cliActor(), { action: 'encryption_key.retire', target: id }, Date.now());
    });
    say(io, `${id} is retired.`);
    if (ring.find(id) && file !== null) {
      await replaceRingFile(file, keyRing(ring.keys.filter((key) => key.id !== id)));
      say(io, `Removed from ${file}. Remove it from other copies as well.`);
    } else if (ring.find(id)) {
      say(io, `Remove the entry that starts with "${id}:" from EVERGRANT_KEYS and restart the processes.`);
    }
    say(io, 'Keep the key in a safe place as long as you keep older database backups.');
  });
}

async function refuseWhileUsed({ pool, ring }: KeyRingSource, id: string): Promise<void> {
  if (ring.sealing.id === id)
    throw new Failure(`${id} is the primary key.`, [
      'Make another key primary with `npx evergrant keys rotate`.',
    ]);
  const sealing = (await liveHolders(pool)).filter(({ sealingId }) => sealingId === id);
  if (sealing.length > 0)
    throw new Failure(
      `${id} is still the primary key in ${sealing.length === 1 ? 'a process' : 'processes'} with an older ring.`,
      [
        ...sealing.map(nameOf),
        'Give each process the new ring (restart it if the ring is in its environment).',
      ],
    );
}

/** @param file from which the key is removed; null: it is in none */
function question(id: string, file: string | null): string {
  const removed = file === null ? '' : ` and remove it from ${file}`;
  return `Retire ${id}${removed}? Database backups that were made with it cannot be used without it, and owner links signed with it stop working.`;
}

function refuseWhileNeeded(id: string, counted: Awaited<ReturnType<typeof countByKey>>): void {
  const counts = counted.get(id);
  if (!counts) return;
  const rows = SEALED_TABLES.map(({ name, title }) => `${title} ${counts[name] ?? 0}`);
  throw new Failure(`${id} is still needed to decrypt rows (${rows.join(', ')}).`, [
    'Re-encrypt them with `npx evergrant keys rewrap`.',
  ]);
}
