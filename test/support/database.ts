import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { isPublished, published, TEMPLATE_DATABASE } from './servers';
import { until } from './until';

const RELEASE_MS = 2_000;

export interface TestDatabase {
  readonly url: string;
  /** Without a pooler in between. */
  readonly directUrl: string;
  /** Removes the database. Throws when the test left connections open: close every pool first. */
  drop(): Promise<void>;
}

/**
 * A fresh database with the newest schema: a copy of the migrated template. One per test file.
 * @param via its address through a pooler of the test's own
 */
export async function createTestDatabase(via?: (directUrl: string) => string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin((admin) => admin.query(`create database ${name} template ${TEMPLATE_DATABASE}`));
  const at = (server: string) => Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const directUrl = at(published('postgresUrl'));
  const isPooled = via !== undefined || isPublished('poolerUrl');
  const url = via?.(directUrl) ?? (isPooled ? at(published('poolerUrl')) : directUrl);
  // A pooler keeps connections open after their clients are gone.
  const remove = isPooled ? dropAtOnce : drop;
  return { url, directUrl, drop: () => asAdmin((admin) => remove(admin, name)) };
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
  await dropAtOnce(admin, name);
  if (leaked.length > 0)
    throw new Error(`the test left connections open; their last queries:\n${leaked.join('\n')}`);
}

async function dropAtOnce(admin: Client, name: string): Promise<void> {
  await admin.query(`drop database ${name} with (force)`);
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
