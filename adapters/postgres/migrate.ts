import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Db } from './pool';

const TABLE = 'evergrant_migrations';
/** From the sources, and from `dist`, beside which the SQL files stay. */
const FOLDERS = [join(__dirname, '..', '..', 'migrations'), join(__dirname, '..', '..', '..', 'migrations')];
const STEP = /^### MIGRATION (\S+) \(UP\) ###$/;

/**
 * Brings a database to the newest schema. Processes that do so at the same time wait for each other.
 * @param onStep called with a migration's name before it runs
 * @returns the names of those that ran; none when the schema was the newest
 */
export async function migrate(
  databaseUrl: string,
  onStep: (name: string) => void = () => undefined,
): Promise<string[]> {
  // An ES module: loaded when needed, so that CommonJS programs and tests can import this file.
  const { runner } = await import('node-pg-migrate');
  const done = await runner({
    databaseUrl,
    dir: migrationsFolder(),
    direction: 'up',
    migrationsTable: TABLE,
    advisoryLockMode: 'wait',
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
  return done.map(({ name }) => name);
}

/** The names of migrations that the database has not run, oldest first. */
export async function pendingMigrations(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(`select name from ${TABLE}`);
  const done = new Set(rows.map(({ name }) => name));
  return readdirSync(migrationsFolder())
    .map((file) => file.replace(/\.sql$/, ''))
    .filter((name) => !done.has(name))
    .sort();
}

function migrationsFolder(): string {
  const found = FOLDERS.find((folder) => existsSync(folder));
  if (!found) throw new Error(`The migrations are missing: there is no folder ${FOLDERS.join(' or ')}.`);
  return found;
}
