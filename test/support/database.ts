import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { published, TEMPLATE_DATABASE } from './servers';
import { until } from './until';

const RELEASE_MS = 2_000;

export interface TestDatabase {
  readonly url: string;
  /** Removes the database. Throws when the test left connections open: close every pool first. */
  drop(): Promise<void>;
}

/** A fresh database with the newest schema: a copy of the migrated template. One per test file. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin((admin) => admin.query(`create database ${name} template ${TEMPLATE_DATABASE}`));
  const url = new URL(published('postgresUrl'));
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asAdmin((admin) => drop(admin, name)) };
}

async function drop(admin: Client, name: string): Promise<void> {
  const openSessions = async () => {
    const found = await admin.query<{ query: string }>(
      `select query from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
      [name],
    );
    return found.rows.map(({ query }) => query);
  };
  // A pool's end returns a moment before the server has seen it.
  await until(async () => (await openSessions()).length === 0, { timeoutMs: RELEASE_MS }).catch(
    () => undefined,
  );
  const leaked = await openSessions();
  await admin.query(`drop database ${name} with (force)`);
  if (leaked.length > 0)
    throw new Error(`the test left connections open; their last queries:\n${leaked.join('\n')}`);
}

async function asAdmin<T>(work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client(published('postgresUrl'));
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
