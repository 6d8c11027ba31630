import { keyRing } from '../../adapters/encryption/key-ring';
import { replaceRingFile } from '../../adapters/encryption/ring-file';
import { liveHolders } from '../../adapters/postgres/keys/key-holders';
import { knownKeys, markRetired } from '../../adapters/postgres/keys/known-keys';
import { SEALED_TABLES, countByKey } from '../../adapters/postgres/keys/sealed-tables';
import { withTransaction } from '../../adapters/postgres/pool';
import { Failure } from '../failures';
import { type Io } from '../output/io';
import { say } from '../output/output';
import { type KeyRingSource } from '../../services/keys/report';
import { withKeysAlone } from './open';
import { nameOf } from '../../services/keys/report';

/** Takes a key out of use, when nothing needs it any more. */
export async function retireKey(io: Io, id: string): Promise<void> {
  await withKeysAlone(io, async (keys) => {
    const { pool, ring, file } = keys;
    if (!ring.find(id) && !(await knownKeys(pool)).has(id))
      throw new Failure(`There is no key "${id}".`, ['`npx evergrant keys status` lists the keys.']);
    await refuseWhileUsed(keys, id);
    await withTransaction(pool, async (db) => {
      await markRetired(db, id);
      // Looked at after the mark, so that no row slips between the two.
      const needed = (await countByKey(db)).get(id);
      if (needed) throw stillNeeded(id, needed);
    });
    say(io, `${id} is retired: nothing is sealed with it any more.`);
    if (ring.find(id) && file !== null) {
      await replaceRingFile(file, keyRing(ring.keys.filter((key) => key.id !== id)));
      say(io, `It is no longer in ${file}; take it out of other copies as well.`);
    } else if (ring.find(id)) {
      say(io, `Take the entry that begins with "${id}:" out of EVERGRANT_KEYS, and restart the processes.`);
    }
    say(io, 'Keep it in a safe place for as long as there are backups of the database from before.');
  });
}

async function refuseWhileUsed({ pool, ring }: KeyRingSource, id: string): Promise<void> {
  if (ring.sealing.id === id)
    throw new Failure(`${id} is the key that seals.`, [
      'Put another one first with `npx evergrant keys rotate`.',
    ]);
  const sealing = (await liveHolders(pool)).filter(({ sealingId }) => sealingId === id);
  if (sealing.length > 0)
    throw new Failure(
      `${id} still seals, in ${sealing.length === 1 ? 'a process' : 'processes'} that ${sealing.length === 1 ? 'has' : 'have'} an older ring.`,
      [
        ...sealing.map(nameOf),
        'Give each the new ring (and restart it where the ring is in its environment).',
      ],
    );
}

function stillNeeded(id: string, counts: Record<string, number>): Failure {
  const rows = SEALED_TABLES.map(({ name, title }) => `${title} ${counts[name] ?? 0}`);
  return new Failure(`${id} is still needed: it seals rows (${rows.join(', ')}).`, [
    'Seal them anew with `npx evergrant keys rewrap`.',
  ]);
}
