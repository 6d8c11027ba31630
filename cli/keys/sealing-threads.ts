import { availableParallelism } from 'node:os';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type KeyRing, keyRingText } from '../../adapters/encryption/key-ring';
import { type Sealed } from '../../adapters/encryption/sealer';
import { type SealedRow } from '../../adapters/postgres/keys/sealed-tables';

const AT_MOST = 8;

/** A value that was sealed again, or why it could not be opened. */
export type Resealed = Sealed | { problem: 'key_unavailable' | 'decrypt_failed' };

export interface SealingThread {
  reseal(rows: readonly SealedRow[]): Promise<Resealed[]>;
  end(): Promise<void>;
}

/** One thread per processor: sealing is all arithmetic, and one thread does no more than some 500 values a second. */
export function startSealingThreads(ring: KeyRing): SealingThread[] {
  const count = Math.min(AT_MOST, availableParallelism());
  return Array.from({ length: count }, () => startThread(ring));
}

function startThread(ring: KeyRing): SealingThread {
  const extension = extname(__filename);
  const thread = new Worker(join(__dirname, `sealing-thread${extension}`), {
    workerData: { ring: keyRingText(ring) },
    // From the sources; what was built needs nothing.
    execArgv: extension === '.ts' ? ['-r', 'tsx/cjs'] : [],
  });
  // Batches take turns within a thread, and so end in any order.
  const waiting = new Map<number, { resolve(done: Resealed[]): void; reject(error: Error): void }>();
  let lastId = 0;
  let ended: Error | null = null;
  const fail = (error: Error) => {
    ended = error;
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
  };
  thread.on('message', ({ id, done }: { id: number; done: Resealed[] }) => {
    waiting.get(id)?.resolve(done);
    waiting.delete(id);
  });
  thread.on('error', fail);
  thread.on('exit', () => fail(new Error('A thread that seals has ended.')));
  return {
    reseal(rows) {
      if (ended) return Promise.reject(ended);
      const id = ++lastId;
      thread.postMessage({
        id,
        rows: rows.map(({ sealed, keyId, context }) => ({ sealed, keyId, context })),
      });
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
    end: async () => void (await thread.terminate()),
  };
}
