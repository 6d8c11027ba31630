import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Client } from 'pg';
import { MINUTE_MS, SECOND_MS } from '../../core/time';
import { createClient } from './connection';
import { type Db, isDirect } from './pool';

export const MIGRATIONS_TABLE = 'evergrant_migrations';
/** From the sources, and from `dist`, beside which the SQL files stay. */
const FOLDERS = [join(__dirname, '..', '..', 'migrations'), join(__dirname, '..', '..', '..', 'migrations')];
const STEP = /^### MIGRATION (\S+) \(UP\) ###$/;
const LOCK_NOT_AVAILABLE = '55P03';
/** By which processes that migrate keep each other waiting: node-pg-migrate's own, as in earlier releases. */
const LOCK = 7_241_865_325_823_964;
const LOCK_AGAIN_MS = 200;

interface Patience {
  /** Everyone else queues behind a statement that waits for a table: it gives up after this, and tries again. */
  lockTimeoutMs: number;
  retryEveryMs: number;
  giveUpAfterMs: number;
}
const PATIENCE: Patience = {
  lockTimeoutMs: 3 * SECOND_MS,
  retryEveryMs: 2 * SECOND_MS,
  giveUpAfterMs: 10 * MINUTE_MS,
};

/**
 * Brings a database to the newest schema, while others use it. Processes that do so at the same time wait for each
 * other.
 * @param onStep called with a migration's name before it runs, and again before it is tried again
 * @returns the names of those that ran; none when the schema was the newest
 */
export async function migrate(
  databaseUrl: string,
  onStep: (name: string) => void = () => undefined,
  patience: Patience = PATIENCE,
): Promise<string[]> {
  const deadline = Date.now() + patience.giveUpAfterMs;
  const ran = new Set<string>();
  const step = (name: string) => {
    ran.add(name);
    onStep(name);
  };
  for (;;) {
    try {
      await migrateOnce(databaseUrl, step, patience.lockTimeoutMs);
      return [...ran];
    } catch (error) {
      const isLocked = (error as { code?: string }).code === LOCK_NOT_AVAILABLE;
      if (!isLocked || Date.now() > deadline) throw error;
      await pause(patience.retryEveryMs);
    }
  }
}

async function migrateOnce(
  databaseUrl: string,
  onStep: (name: string) => void,
  lockTimeoutMs: number,
): Promise<void> {
  // An ES module: loaded when needed, so that CommonJS programs and tests can import this file.
  const { runner } = await import('node-pg-migrate');
  const dbClient = createClient(databaseUrl);
  const holder = createClient(databaseUrl);
  // Their errors reject the query under way.
  for (const client of [dbClient, holder]) client.on('error', () => undefined);
  await dbClient.connect();
  try {
    const direct = await isDirect(dbClient);
    // A pooler lends its sessions from statement to statement: what is set would stay with one of them.
    if (direct) await dbClient.query(`set lock_timeout = ${lockTimeoutMs}`);
    await lockOut(holder);
    await runner({
      dbClient,
      dir: migrationsFolder(),
      direction: 'up',
      migrationsTable: MIGRATIONS_TABLE,
      noLock: true,
      // One that was numbered earlier may arrive later, from a branch that was merged after another.
      checkOrder: false,
      logger: {
        info: (text) => {
          const name = STEP.exec(text)?.[1];
          if (name !== undefined) onStep(name);
        },
        // Its lines repeat what the error that it throws says, with whole SQL files.
        warn: () => undefined,
        error: () => undefined,
      },
    });
  } finally {
    await holder.end();
    await dbClient.end();
  }
}

/**
 * Keeps others from migrating for as long as the connection lasts: a pooler, too, leaves a transaction its session. Who
 * has to wait asks again and again: a statement that waits would hold a snapshot, for whose end `create index
 * concurrently` of the other one waits.
 */
async function lockOut(holder: Client): Promise<void> {
  await holder.connect();
  await holder.query('begin; set local idle_in_transaction_session_timeout = 0');
  for (;;) {
    const { rows } = await holder.query<{ mine: boolean }>(
      `select pg_try_advisory_xact_lock(${LOCK}) as mine`,
    );
    if (rows[0]?.mine) return;
    await pause(LOCK_AGAIN_MS);
  }
}

/** The names of migrations that the database has not run, oldest first. */
export async function pendingMigrations(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(`select name from ${MIGRATIONS_TABLE}`);
  const done = new Set(rows.map(({ name }) => name));
  return readdirSync(migrationsFolder())
    .map((file) => file.replace(/\.(sql|js)$/, ''))
    .filter((name) => !done.has(name))
    .sort();
}

function migrationsFolder(): string {
  const found = FOLDERS.find((folder) => existsSync(folder));
  if (!found) throw new Error(`The migrations are missing: there is no folder ${FOLDERS.join(' or ')}.`);
  return found;
}
