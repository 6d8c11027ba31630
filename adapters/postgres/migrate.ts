import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { MINUTE_MS, SECOND_MS } from '../../core/time';
import { type Db } from './pool';

const TABLE = 'evergrant_migrations';
/** From the sources, and from `dist`, beside which the SQL files stay. */
const FOLDERS = [join(__dirname, '..', '..', 'migrations'), join(__dirname, '..', '..', '..', 'migrations')];
const STEP = /^### MIGRATION (\S+) \(UP\) ###$/;
const LOCK_NOT_AVAILABLE = '55P03';

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
  const dbClient = new Client({ connectionString: databaseUrl });
  // Its errors reject the query under way.
  dbClient.on('error', () => undefined);
  await dbClient.connect();
  try {
    await dbClient.query(`set lock_timeout = ${lockTimeoutMs}`);
    await runner({
      dbClient,
      dir: migrationsFolder(),
      direction: 'up',
      migrationsTable: TABLE,
      advisoryLockMode: 'wait',
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
    await dbClient.end();
  }
}

/** The names of migrations that the database has not run, oldest first. */
export async function pendingMigrations(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(`select name from ${TABLE}`);
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
