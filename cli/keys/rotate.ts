import { randomBytes } from 'node:crypto';
import { type Pool } from 'pg';
import { type Key, type KeyRing, keyRing } from '../../adapters/encryption/key-ring';
import { createRingFile, readRingFile, replaceRingFile } from '../../adapters/encryption/ring-file';
import { addAuditEntry } from '../../adapters/postgres/access/audit-log';
import { type KeyHolder, liveHolders } from '../../adapters/postgres/keys/key-holders';
import { knownKeys } from '../../adapters/postgres/keys/known-keys';
import { countByKey } from '../../adapters/postgres/keys/sealed-tables';
import { MINUTE_MS } from '../../core/time';
import { type KeyRingSource, nameOf, nextPrimaryKey } from '../../services/keys/report';
import { Failure } from '../failures';
import { cliActor } from '../user';
import { type Io } from '../output/io';
import { say } from '../output/output';
import { withProgress } from '../output/progress';
import { withKeysAlone } from './open';

export interface RotateOptions {
  /** Both steps, each as soon as every process is ready for it. */
  wait?: true;
  /** Puts the new key first although some processes do not have it. */
  force?: true;
  /** A new file for the new ring, instead of the one the ring came from. */
  out?: string;
}

/**
 * One step of a rotation: adds a key that seals nothing yet, or, when there is one, lets it seal. Between the two every
 * process has to get it, for what one seals the others must open.
 */
export async function rotate(io: Io, options: RotateOptions): Promise<void> {
  await withKeysAlone(io, async (keys) => {
    if (options.out === undefined && keys.file === null)
      throw new Failure('The key ring is set in EVERGRANT_KEYS, which this command cannot change.', [
        'Write the new ring to a file with `--out <file>`, or keep the ring in a file (EVERGRANT_KEYS_FILE).',
      ]);
    const waiting = nextPrimaryKey(keys.ring, await knownKeys(keys.pool));
    if (!options.wait) {
      if (waiting) await promote(io, keys, waiting, options);
      else await add(io, keys, options);
      return;
    }
    const key = waiting ?? (await add(io, keys, options));
    await waitForProcesses(io, keys.pool, `have ${key.id}`, ({ keyIds }) => keyIds.includes(key.id));
    // Read once more: the wait may have been long enough for an editor.
    const ring = await readRingFile(keys.file!);
    await promote(io, { ...keys, ring }, key, options);
    await waitForProcesses(io, keys.pool, `seal with ${key.id}`, ({ sealingId }) => sealingId === key.id);
  });
}

async function add(io: Io, keys: KeyRingSource, options: RotateOptions): Promise<Key> {
  const { checks, ring: before } = keys;
  const key = { id: await nextFreeId(keys), bytes: randomBytes(32) };
  const ring = keyRing([...before.keys, key]);
  await write(keys, ring, options);
  await checks.verify(ring);
  await addAuditEntry(keys.pool, cliActor(), { action: 'encryption_key.add', target: key.id }, Date.now());
  say(io, `Added ${key.id}. The primary key is still ${before.sealing.id}.`);
  if (options.out !== undefined) say(io, useOf(options.out));
  else if (!options.wait)
    say(io, 'Processes that read this file load it within seconds. Copy it to all others.');
  if (!options.wait)
    say(io, 'When `npx evergrant keys status` says so, run `npx evergrant keys rotate` again.');
  return key;
}

async function promote(io: Io, keys: KeyRingSource, key: Key, options: RotateOptions): Promise<void> {
  const { pool, ring } = keys;
  const without = (await liveHolders(pool)).filter(({ keyIds }) => !keyIds.includes(key.id));
  if (without.length > 0 && !options.force) throw notEverywhere(key, without);
  await write(keys, keyRing([key, ...ring.keys.filter(({ id }) => id !== key.id)]), options);
  await addAuditEntry(pool, cliActor(), { action: 'encryption_key.promote', target: key.id }, Date.now());
  say(io, `${key.id} is now the primary key.`);
  if (options.out !== undefined) say(io, useOf(options.out));
  say(io, 'Next, re-encrypt existing data with `npx evergrant keys rewrap`.');
}

function notEverywhere(key: Key, without: KeyHolder[]): Failure {
  return new Failure(
    `${key.id} cannot become the primary key yet: ${without.length === 1 ? 'a process does' : `${without.length} processes do`} not have it.`,
    [
      ...without.map(nameOf),
      'Give each process the new ring (restart it if the ring is in its environment), then try again.',
      'A process that was killed is dropped after a minute. Use `--force` to continue anyway.',
    ],
  );
}

async function write({ file }: KeyRingSource, ring: KeyRing, { out }: RotateOptions): Promise<void> {
  if (out !== undefined) await createRingFile(out, ring);
  else if (file !== null) await replaceRingFile(file, ring);
}

function useOf(file: string): string {
  return `The new ring is in ${file}. Give it to every process (EVERGRANT_KEYS_FILE, or its content as EVERGRANT_KEYS) and restart those that read it from the environment.`;
}

/** An id is never used twice: what an old backup holds under it would not open. */
async function nextFreeId({ pool, ring }: KeyRingSource): Promise<string> {
  const used = [
    ...ring.keys.map(({ id }) => id),
    ...(await knownKeys(pool)).keys(),
    ...(await countByKey(pool)).keys(),
    ...(await liveHolders(pool)).flatMap(({ keyIds }) => keyIds),
  ];
  const numbers = used.map((id) => Number(/^k(\d{1,9})$/.exec(id)?.[1] ?? 0));
  return `k${Math.max(...numbers) + 1}`;
}

const LOOK_EVERY_MS = 500;
const GIVE_UP_AFTER_MS = 3 * MINUTE_MS;

/** Waits until all running processes are so. @param what for people: "all processes <what>" */
async function waitForProcesses(
  io: Io,
  pool: Pool,
  what: string,
  isSo: (holder: KeyHolder) => boolean,
): Promise<void> {
  const stop = io.stopSignal();
  let missing: KeyHolder[] = [];
  await withProgress(
    io,
    () => `Waiting until all processes ${what}${missing.length > 0 ? ` (${missing.length} remaining)` : ''}`,
    async () => {
      const deadline = Date.now() + GIVE_UP_AFTER_MS;
      for (;;) {
        missing = (await liveHolders(pool)).filter((holder) => !isSo(holder));
        if (missing.length === 0) return;
        if (stop.aborted || Date.now() >= deadline)
          throw new Failure(`Not all processes ${what} yet.`, [
            ...missing.map(nameOf),
            'Give each process the key file, then run the command again to continue.',
          ]);
        await io.pause(LOOK_EVERY_MS, stop);
      }
    },
  );
}
