import { type Pool } from 'pg';
import { listTokenUses } from '../../adapters/postgres/tokens/token-uses';
import { createTokenUses } from '../../services/token-uses';
import { MINUTE_MS } from '../../core/time';
import { createPool } from '../../adapters/postgres/pool';
import { type TestDatabase, createTestDatabase } from '../support/database';

const NOW = 50 * MINUTE_MS;
let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

function uses(now = NOW) {
  const warnings: object[] = [];
  const logger = { warn: (entry: object) => warnings.push(entry) };
  const db = {
    isDown: false,
    query: (...args: Parameters<typeof pool.query>) => {
      if (db.isDown) return Promise.reject(new Error('read only'));
      return pool.query(...args);
    },
  };
  const counter = createTokenUses({ pool: db as never, clock: { now: () => now }, logger: logger as never });
  return { ...counter, db, warnings };
}
const written = async (keyId: string) =>
  (await listTokenUses(pool, keyId, 10, null)).map(({ integrationId, uses: count }) => [
    integrationId,
    count,
  ]);

test('counts of two processes add up', async () => {
  const [one, other] = [uses(), uses()];
  for (const id of ['int_a', 'int_a', 'int_b']) one.count('key_1', id);
  other.count('key_1', 'int_a');
  await Promise.all([one.flush(), other.flush()]);
  expect(await written('key_1')).toEqual([
    ['int_b', 1],
    ['int_a', 3],
  ]);
});

test('what could not be written is kept, said, and written later', async () => {
  const counter = uses();
  counter.db.isDown = true;
  counter.count('key_2', 'int_a');
  await counter.flush();
  counter.count('key_2', 'int_a');
  expect(counter.warnings).toHaveLength(1);
  counter.db.isDown = false;
  await counter.flush();
  expect(await written('key_2')).toEqual([['int_a', 2]]);
});
