import pino from 'pino';
import { createPool } from '../../../adapters/postgres/pool';
import { watchPool } from '../../../adapters/postgres/pool-watch';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { until } from '../../support/until';

const logger = pino({ level: 'silent' });
const soon = { everyMs: 10, deadAfterMs: 100 };
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('a pool that fails while new connections are answered is dead, and one that answers again is not', async () => {
  let asked = 0;
  let fails = true;
  const pool = {
    on: () => pool,
    query: () => {
      asked += 1;
      return fails ? Promise.reject(new Error('Query read timeout')) : Promise.resolve({ rows: [] });
    },
  };
  const watch = watchPool(pool as never, database.url, logger, soon);
  await until(() => watch.isDead());
  fails = false;
  await until(() => !watch.isDead());
  expect(asked).toBeGreaterThan(2);
  watch.stop();
});

test('a database that is away is no reason to restart, however long', async () => {
  const nowhere = 'postgres://evergrant@127.0.0.1:1/evergrant';
  const pool = createPool(nowhere);
  let asked = 0;
  const counting = { on: () => pool, query: (text: string) => ((asked += 1), pool.query(text)) };
  const watch = watchPool(counting as never, nowhere, logger, soon);
  await until(() => asked > 30);
  expect(watch.isDead()).toBe(false);
  watch.stop();
  await pool.end();
});

test('a pool so busy that the question waits, while others are answered, is not dead', async () => {
  let asked = 0;
  let answer = () => {};
  const pool = {
    on: (_: string, listener: () => void) => ((answer = listener), pool),
    query: () => {
      asked += 1;
      return Promise.reject(new Error('timeout exceeded when trying to connect'));
    },
  };
  const watch = watchPool(pool as never, database.url, logger, soon);
  await until(
    () => {
      answer();
      return asked > 30;
    },
    { everyMs: 1 },
  );
  expect(watch.isDead()).toBe(false);
  watch.stop();
});
