import { Connection, Client as TemporalClient } from '@temporalio/client';
import { Client } from 'pg';
import { createTestDatabase } from '../support/database';
import { createTestNamespace } from '../support/temporal';

test('a test database comes with the whole schema', async () => {
  const database = await createTestDatabase();
  const client = new Client(database.url);
  await client.connect();
  const { rows } = await client.query<{ count: string }>('select count(*) from evergrant_migrations');
  await client.end();
  await database.drop();
  expect(Number(rows[0]?.count)).toBeGreaterThan(0);
});

test('two test databases are apart from each other', async () => {
  const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  expect(one.url).not.toBe(two.url);
  await Promise.all([one.drop(), two.drop()]);
});

test('a connection left open fails the test that left it', async () => {
  const database = await createTestDatabase();
  const forgotten = new Client(database.url);
  forgotten.on('error', () => undefined);
  await forgotten.connect();
  await forgotten.query('select 42 as forgotten');
  await expect(database.drop()).rejects.toThrow(/left connections open[^]*select 42 as forgotten/);
});

test('a new namespace can be used at once', async () => {
  const { address, namespace, drop } = await createTestNamespace();
  const connection = await Connection.connect({ address });
  const client = new TemporalClient({ connection, namespace });
  const handle = await client.workflow.start('anything', {
    taskQueue: 'any',
    workflowId: 'not-unique-elsewhere',
  });
  const { status } = await handle.describe();
  await connection.close();
  await drop();
  expect(status.name).toBe('RUNNING');
});
