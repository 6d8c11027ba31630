import { type Pool, type PoolClient } from 'pg';
import { closePool, createPool, withTransaction } from '../../../adapters/postgres/pool';
import { type TestDatabase, createTestDatabase } from '../../support/database';
import { type DatabasePath, openDatabasePath } from '../../support/database-path';

let database: TestDatabase;
let path: DatabasePath;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  path = await openDatabasePath(database.url);
  pool = createPool(path.url, { max: 4, statementTimeoutMs: 200 });
});
afterAll(async () => {
  await pool.end();
  await path.close();
  await database.drop();
});
afterEach(() => path.restore());

const fill = () => Promise.all([1, 2, 3, 4].map(() => pool.query('select pg_sleep(0.05)')));

test('a path that went silent is noticed, and every connection of the pool is replaced', async () => {
  await fill();
  path.silence();
  const asked = await Promise.allSettled([1, 2, 3, 4].map(() => pool.query('select 1')));
  expect(asked.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
  const { rows } = await pool.query('select 2 as two');
  expect(rows).toEqual([{ two: 2 }]);
});

test('a transaction whose path goes silent in the middle fails, and its connection is not used again', async () => {
  const pids: number[] = [];
  const pidOf = async (db: { query: Pool['query'] }) => {
    const { rows } = await db.query('select pg_backend_pid() as pid');
    return rows[0].pid as number;
  };
  const cut = withTransaction(pool, async (db) => {
    pids.push(await pidOf(db as never));
    path.silence();
    await db.query('select 1');
  });
  await expect(cut).rejects.toThrow();
  for (let n = 0; n < 4; n++) expect(pids).not.toContain(await pidOf(pool as never));
});

test('a connection that breaks between two queries of a transaction fails it, and ends no process', async () => {
  const broken = withTransaction(pool, async (db) => {
    await db.query('select 1');
    const closed = new Promise((resolve) => (db as PoolClient).once('end', resolve));
    path.refuse();
    await closed;
    path.restore();
    await db.query('select 1');
  });
  await expect(broken).rejects.toThrow();
  expect((await pool.query('select 3 as three')).rows).toEqual([{ three: 3 }]);
});

test('of two transactions that wait for each other, both are done', async () => {
  await pool.query('create table if not exists locks (id int primary key, n int not null)');
  await pool.query('insert into locks values (1, 0), (2, 0) on conflict do nothing');
  const patient = createPool(database.url, { max: 4 });
  let first = 0;
  const bothHaveOne = () =>
    new Promise<void>((resolve) => {
      const check = () => (first >= 2 ? resolve() : setImmediate(check));
      check();
    });
  const raise = (order: [number, number]) =>
    withTransaction(patient, async (db) => {
      await db.query('update locks set n = n + 1 where id = $1', [order[0]]);
      first += 1;
      await bothHaveOne();
      await db.query('update locks set n = n + 1 where id = $1', [order[1]]);
    });
  await Promise.all([raise([1, 2]), raise([2, 1])]);
  const { rows } = await patient.query('select n from locks order by id');
  expect(rows).toEqual([{ n: 2 }, { n: 2 }]);
  await patient.end();
});

test('a pool closes in time although its path is silent, and its queries fail', async () => {
  const leaving = createPool(path.url, { max: 1, statementTimeoutMs: 10_000 });
  const client = await leaving.connect();
  path.silence();
  const asked = client
    .query('select 1')
    .catch((error: Error) => error)
    .finally(() => client.release(true));
  const began = performance.now();
  await closePool(leaving, 100);
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(await asked).toBeInstanceOf(Error);
});
