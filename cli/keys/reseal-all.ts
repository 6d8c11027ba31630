import { type Pool } from 'pg';
import {
  SEALED_TABLES,
  type SealedRow,
  type SealedTable,
  findSealedOtherwise,
  replaceSealed,
} from '../../adapters/postgres/keys/sealed-tables';
import { type SealingThread } from './sealing-threads';

const BATCH = 200;
/** One batch is sealed while the other one is read or written. */
const LANES_PER_THREAD = 2;

/** A row that no key of the ring opens. */
export interface Unopened {
  table: string;
  key: unknown[];
  keyId: string;
  problem: string;
}

interface Options {
  stop: AbortSignal;
  onDone(count: number): void;
  pause(): Promise<void>;
}

/**
 * Seals with `sealingId` what other keys have sealed, until nothing is left but what cannot be opened. Rows that change
 * meanwhile are met again in the next round.
 */
export async function resealAll(
  pool: Pool,
  sealingId: string,
  threads: readonly SealingThread[],
  { stop, onDone, pause }: Options,
): Promise<Unopened[]> {
  for (;;) {
    const unopened: Unopened[] = [];
    let read = 0;
    let replaced = 0;
    const batches = readAll(pool, sealingId);
    const lane = async (thread: SealingThread) => {
      while (!stop.aborted) {
        const { value, done } = await batches.next();
        if (done) return;
        read += value.rows.length;
        const count = await resealBatch(pool, thread, value, unopened);
        replaced += count;
        onDone(count);
      }
    };
    const lanes = threads.flatMap((thread) => Array.from({ length: LANES_PER_THREAD }, () => lane(thread)));
    await Promise.all(lanes);
    if (stop.aborted || read === unopened.length) return unopened;
    if (replaced === 0) await pause();
  }
}

interface Batch {
  table: SealedTable;
  rows: SealedRow[];
}

async function resealBatch(
  pool: Pool,
  thread: SealingThread,
  { table, rows }: Batch,
  unopened: Unopened[],
): Promise<number> {
  const answers = await thread.reseal(rows);
  const sealed: Parameters<typeof replaceSealed>[2][number][] = [];
  rows.forEach(({ key, keyId, sealed: was }, index) => {
    const now = answers[index]!;
    if ('problem' in now) unopened.push({ table: table.name, key, keyId, problem: now.problem });
    else sealed.push({ key, was, now: { ...now, sealed: Buffer.from(now.sealed) } });
  });
  return sealed.length === 0 ? 0 : replaceSealed(pool, table, sealed);
}

/** Page after page of every table. Several may ask at once: a generator answers in order. */
async function* readAll(pool: Pool, sealingId: string): AsyncGenerator<Batch, void> {
  for (const table of SEALED_TABLES) {
    let after: unknown[] | null = null;
    for (;;) {
      const rows: SealedRow[] = await findSealedOtherwise(pool, table, sealingId, after, BATCH);
      if (rows.length === 0) break;
      yield { table, rows };
      after = rows.at(-1)!.key;
    }
  }
}
