import { parentPort, workerData } from 'node:worker_threads';
import { parseKeyRing } from '../../adapters/encryption/key-ring';
import { type SealContext, createSealer } from '../../adapters/encryption/sealer';
import { type Resealed } from './sealing-threads';

/** A thread of `keys rewrap`: opens values and seals them with the first key of the ring. Plain text stays in here. */
const sealer = createSealer(parseKeyRing((workerData as { ring: string }).ring));

async function reseal(row: { sealed: Uint8Array; keyId: string; context: SealContext }): Promise<Resealed> {
  try {
    const plain = await sealer.open({ sealed: Buffer.from(row.sealed), keyId: row.keyId }, row.context);
    return await sealer.seal(plain, row.context);
  } catch (error) {
    return { problem: (error as Error).name === 'KeyUnavailable' ? 'key_unavailable' : 'decrypt_failed' };
  }
}

parentPort!.on('message', async ({ id, rows }: { id: number; rows: Parameters<typeof reseal>[0][] }) => {
  const done: Resealed[] = [];
  for (const row of rows) done.push(await reseal(row));
  parentPort!.postMessage({ id, done });
});
