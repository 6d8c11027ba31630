import { Client } from 'pg';
import { migrate } from '../../../adapters/postgres/migrate';
import { type TestDatabase, createTestDatabase } from '../../support/database';
import { until } from '../../support/until';

let database: TestDatabase;
let user: Client;
beforeAll(async () => {
  database = await createTestDatabase();
  user = new Client(database.url);
  await user.connect();
});
afterAll(async () => {
  await user.end();
  await database.drop();
});

const NEWEST = '0017_console';
const patience = { lockTimeoutMs: 100, retryEveryMs: 50, giveUpAfterMs: 30_000 };

beforeEach(async () => {
  await user.query('drop index integrations_by_urgency');
  await user.query('drop function urgency');
  await user.query('delete from evergrant_migrations where name = $1', [NEWEST]);
});

test('a migration that meets a locked table steps aside for others, and tries again until it is free', async () => {
  const holder = new Client(database.url);
  await holder.connect();
  await holder.query('begin');
  await holder.query('lock table integrations in row exclusive mode');
  const steps: string[] = [];
  const migrated = migrate(database.url, (name) => steps.push(name), patience);
  await until(() => steps.length >= 3);
  expect(new Set(steps)).toEqual(new Set([NEWEST]));
  // Who writes meanwhile waits for no longer than one try.
  await user.query(`set statement_timeout = 1000`);
  await user.query('update integrations set paused = false');
  await user.query(`set statement_timeout = 0`);
  await holder.query('commit');
  await holder.end();
  expect(await migrated).toEqual([NEWEST]);
  expect(await migrate(database.url)).toEqual([]);
});

test('a table that stays locked ends the migration with PostgreSQL’s code, and changes nothing', async () => {
  await user.query('begin');
  await user.query('lock table integrations in row exclusive mode');
  const migrated = migrate(database.url, undefined, { ...patience, giveUpAfterMs: 300 });
  await expect(migrated).rejects.toMatchObject({ code: '55P03' });
  await user.query('commit');
  expect(await migrate(database.url)).toEqual([NEWEST]);
});
