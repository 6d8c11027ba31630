import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { freePorts } from '../../../dev/process/ports';
import { alive } from '../../../dev/process/process-table';
import { startTemporalServer, type TemporalServer } from '../../../dev/temporal/temporal-server';
import { startProgram } from '../../support/program';
import { afterwards, temporaryFolder } from '../../support/temporary-folder';
import { until } from '../../support/until';

const RUNNER = require.resolve('./fixtures/run-temporal');

async function start(
  folder: string,
  ports: { port?: number; uiPort?: number } = {},
): Promise<TemporalServer> {
  const files = { dbFile: join(folder, 'temporal.db'), logFile: join(folder, 'temporal.log') };
  const server = await startTemporalServer({ ...files, pidFile: join(folder, 'temporal.pid'), ...ports });
  afterwards(() => server.stop());
  return server;
}

async function withClient<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

test('a workflow survives a kill -9 of the server', async () => {
  const folder = temporaryFolder();
  const runner = startProgram(RUNNER, [folder]);
  const { pid, address } = JSON.parse(await runner.line()) as { pid: number; address: string };
  await withClient(address, (client) =>
    client.workflow.start('any', { taskQueue: 'any', workflowId: 'kept' }),
  );
  process.kill(pid, 'SIGKILL');
  await until(() => !alive(pid));

  const server = await start(folder);
  const { status } = await withClient(server.address, (client) =>
    client.workflow.getHandle('kept').describe(),
  );
  expect(status.name).toBe('RUNNING');
});

test('ends when the process that started it is killed', async () => {
  const runner = startProgram(RUNNER, [temporaryFolder()]);
  const { pid } = JSON.parse(await runner.line()) as { pid: number };
  runner.kill('SIGKILL');
  await until(() => !alive(pid), { what: 'the Temporal server has ended' });
});

test('a server that outlived its run is stopped before a new one starts', async () => {
  const folder = temporaryFolder();
  const runner = startProgram(RUNNER, [folder]);
  const { pid } = JSON.parse(await runner.line()) as { pid: number };
  await start(folder);
  expect(alive(pid)).toBe(false);
});

test('the Web UI answers on its port', async () => {
  const [uiPort] = await freePorts(1);
  const server = await start(temporaryFolder(), { uiPort: uiPort! });
  expect(server.uiUrl).toBe(`http://127.0.0.1:${uiPort}`);
  const page = await until(() => fetch(server.uiUrl!), { what: 'the Web UI answers' });
  expect(page.status).toBe(200);
});

test('a taken port ends the start, naming port and setting', async () => {
  const { address } = await start(temporaryFolder());
  const port = Number(address.split(':')[1]);
  await expect(start(temporaryFolder(), { port })).rejects.toThrow(
    `Port ${port} (Temporal) on 127.0.0.1 is taken by another program: stop it, or set EVERGRANT_TEMPORAL_PORT to a free port.`,
  );
});

test('a server that cannot start ends the start with what it said', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'temporal.db'), 'not a database'.repeat(1_000));
  await expect(start(folder)).rejects.toThrow(/The Temporal server exited with 1:\n.*not a database/s);
});
