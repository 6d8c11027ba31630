import { type Pool } from 'pg';
import { addAuditEntry } from '../../adapters/postgres/access/audit-log';
import { liveHolders } from '../../adapters/postgres/keys/key-holders';
import { countByKey } from '../../adapters/postgres/keys/sealed-tables';
import { Failure } from '../failures';
import { cliActor } from '../user';
import { type Io } from '../output/io';
import { note, say, sayJson } from '../output/output';
import { paceText, withProgress } from '../output/progress';
import { inWords } from '../../core/text/human-time';
import { type KeyRingSource } from '../../services/keys/report';
import { withKeys } from './open';
import { nameOf } from '../../services/keys/report';
import { type Unopened, resealAll } from './reseal-all';
import { startSealingThreads } from './sealing-threads';

const SHOWN_FAILURES = 20;
const TELL_EVERY_MS = 10_000;

interface Progress {
  done: number;
  total: number;
  startedAt: number;
}

/** Seals every row that an older key sealed with the one that seals now. Stopped in the middle it goes on next time. */
export async function rewrap(io: Io, json: boolean): Promise<void> {
  const stop = io.stopSignal();
  await withKeys(io, async (keys) => {
    const { pool, ring, checks } = keys;
    await checks.verify(ring);
    await refuseUnlessEverywhere(keys);
    const progress = {
      done: 0,
      total: await countOlder(pool, ring.sealing.id),
      startedAt: performance.now(),
    };
    const unopened = progress.total === 0 ? [] : await reseal(io, keys, progress, stop);
    const seconds = (performance.now() - progress.startedAt) / 1000;
    const result = {
      sealing: ring.sealing.id,
      rewrapped: progress.done,
      seconds: Math.round(seconds * 10) / 10,
      rowsPerSecond: Math.round(progress.done / seconds),
      left: await countOlder(pool, ring.sealing.id),
      unopened,
    };
    if (result.rewrapped > 0)
      await addAuditEntry(
        pool,
        cliActor(),
        { action: 'encryption_key.rewrap', target: result.sealing, changes: { rows: result.rewrapped } },
        Date.now(),
      );
    if (json) sayJson(io, result);
    else
      say(
        io,
        `${result.rewrapped} ${result.rewrapped === 1 ? 'row was' : 'rows were'} re-encrypted with ${result.sealing} (${inWords(seconds * 1000)}, ${result.rowsPerSecond} a second).`,
      );
    if (unopened.length > 0) throw notOpened(unopened);
    if (stop.aborted && result.left > 0)
      throw new Failure(`Stopped. ${result.left} rows remaining.`, ['Run the command again to continue.']);
  });
}

async function reseal(
  io: Io,
  { pool, ring }: KeyRingSource,
  progress: Progress,
  stop: AbortSignal,
): Promise<Unopened[]> {
  const threads = startSealingThreads(ring);
  // Without a terminal a progress line is written now and then.
  const timer = io.err.isTTY ? undefined : setInterval(() => note(io, textOf(progress)), TELL_EVERY_MS);
  try {
    return await withProgress(
      io,
      () => textOf(progress),
      () =>
        resealAll(pool, ring.sealing.id, threads, {
          stop,
          onDone: (count) => (progress.done += count),
          pause: () => io.pause(100, stop),
        }),
    );
  } finally {
    clearInterval(timer);
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

function textOf({ done, total, startedAt }: Progress): string {
  const share = Math.min(1, done / total);
  return `Re-encrypting: ${done} of ${total} rows${paceText(done, share, performance.now() - startedAt)}`;
}

/** What one process seals the others must open: a key that some do not have must not spread. */
async function refuseUnlessEverywhere({ pool, ring: { sealing } }: KeyRingSource): Promise<void> {
  const without = (await liveHolders(pool)).filter(({ keyIds }) => !keyIds.includes(sealing.id));
  if (without.length === 0) return;
  throw new Failure(`Not every process has ${sealing.id}.`, [
    ...without.map(nameOf),
    'Give each process the new ring (restart it if the ring is in its environment), then try again.',
  ]);
}

async function countOlder(pool: Pool, sealing: string): Promise<number> {
  let count = 0;
  for (const [id, rows] of await countByKey(pool))
    if (id !== sealing) for (const one of Object.values(rows)) count += one;
  return count;
}

function notOpened(unopened: Unopened[]): Failure {
  const shown = unopened.slice(0, SHOWN_FAILURES);
  return new Failure(
    `${unopened.length} ${unopened.length === 1 ? 'row' : 'rows'} could not be decrypted and were not changed.`,
    [
      ...shown.map(({ table, key, keyId, problem }) => `${table} ${key.join(' ')}: ${problem} (${keyId})`),
      ...(shown.length < unopened.length
        ? [`and ${unopened.length - shown.length} more; --json lists all`]
        : []),
    ],
  );
}
