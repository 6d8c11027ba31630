import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type Pool } from 'pg';
import { migrate } from '../../../adapters/postgres/migrate';
import { createPool, withTransaction } from '../../../adapters/postgres/pool';
import { DAY_MS } from '../../../core/time';
import { type TestDatabase, createTestDatabase } from '../../support/database';
import { type PgBouncer, startPgBouncer } from '../../support/pgbouncer';
import { published } from '../../support/servers';
import { startStack } from '../../support/stack';
import { until } from '../../support/until';
import { startRelay } from '../../../worker/relay';

const logger = { warn: () => undefined } as never;
const NO_MAIL = { owners: false, operators: false };

const folder = mkdtempSync(join(tmpdir(), 'evergrant-pgbouncer-'));
let pooler: PgBouncer;
let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  pooler = await startPgBouncer(published('postgresUrl'), folder);
  database = await createTestDatabase(pooler.url);
  pool = createPool(database.url, { max: 4, statementTimeoutMs: 300 });
});
afterAll(async () => {
  await pool.end();
  await pooler.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

test('a pool connects, and what others of the pooler use is left as it was', async () => {
  await Promise.all([1, 2, 3, 4].map(() => pool.query('select pg_sleep(0.05)')));
  const { rows } = await pool.query('show statement_timeout');
  expect(rows).toEqual([{ statement_timeout: '0' }]);
});

test('a statement of a transaction is limited by the server, and one alone by its client', async () => {
  const slow = withTransaction(pool, (db) => db.query('select pg_sleep(5)'));
  await expect(slow).rejects.toMatchObject({ code: '57014' });
  await expect(pool.query('select pg_sleep(5)')).rejects.toThrow('Query read timeout');
  expect((await pool.query('show statement_timeout')).rows).toEqual([{ statement_timeout: '0' }]);
});

test('without a pooler every statement is limited by the server', async () => {
  const direct = createPool(database.directUrl, { max: 1, statementTimeoutMs: 300 });
  await expect(direct.query('select pg_sleep(5)')).rejects.toMatchObject({ code: '57014' });
  await direct.end();
});

test('two that migrate through the pooler wait for each other, and leave no lock behind', async () => {
  const admin = new Client(database.directUrl);
  await admin.connect();
  await admin.query('drop schema public cascade; create schema public');
  const ran = await Promise.all([migrate(database.url), migrate(database.url)]);
  expect(ran.map(({ length }) => length > 0).sort()).toEqual([false, true]);
  const locks = () => admin.query(`select 1 from pg_locks where locktype = 'advisory'`);
  await until(async () => (await locks()).rowCount === 0, { what: 'the lock is released' });
  await admin.end();
});

test('a connection is made, read, recovered and refreshed behind it', async () => {
  const stack = await startStack({ via: pooler.url });
  try {
    const { id, version } = await stack.connect('pooled');
    await stack.travel.advance(47 * DAY_MS);
    expect((await stack.row(id)).version).toBe(version + 1);
    stack.simulator.invalidate('pooled', 460);
    const report = { version: version + 1, code: 190, subcode: 460, source: 'test' };
    expect(await stack.lifecycles.recover(id, report)).toBe('expired');
  } finally {
    await stack.stop();
  }
});

test('a relay behind it looks by itself, and listens where it has a direct address', async () => {
  const parts = { pool, temporal: {} as never, clock: { now: Date.now }, logger, reach: NO_MAIL };
  const listening = () =>
    pool.query(`select 1 from pg_stat_activity where datname = current_database() and query like 'listen %'`);
  const relay = startRelay(parts);
  const direct = startRelay({ ...parts, directUrl: database.directUrl });
  await until(async () => (await listening()).rowCount === 1, { what: 'one listens' });
  await Promise.all([relay.stop(), direct.stop()]);
});
