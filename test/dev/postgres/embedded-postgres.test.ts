import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import {
  type EmbeddedPostgres,
  ensureDatabase,
  startEmbeddedPostgres,
} from '../../../dev/postgres/embedded-postgres';
import { clusterUser } from '../../../dev/postgres/privileges';
import { alive, processesIn } from '../../../dev/process/process-table';
import { startProgram } from '../../support/program';
import { afterwards, temporaryFolder } from '../../support/temporary-folder';
import { until } from '../../support/until';

const RUNNER = require.resolve('./fixtures/run-postgres');

async function start(folder: string, password = 'secret'): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    logFile: join(folder, 'postgres.log'),
    password,
  });
  afterwards(() => postgres.stop());
  return postgres;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A cluster with one row in it, run by another process. */
async function runByAnother(folder: string) {
  const runner = startProgram(RUNNER, [folder]);
  const { pid, url } = JSON.parse(await runner.line()) as { pid: number; url: string };
  await query(url, "create table kept (word text); insert into kept values ('still here')");
  return { runner, pid, url };
}

const keptRows = (postgres: EmbeddedPostgres) => query(postgres.url('postgres'), 'select word from kept');

test('starts in a folder whose parents are closed to other users, and keeps its data over a restart', async () => {
  const folder = temporaryFolder();
  const first = await start(folder);
  await ensureDatabase(first, 'evergrant');
  await query(first.url('evergrant'), 'create table kept (word text)');
  await first.stop();
  expect(await first.exited).toBe('exited with 0');

  const second = await start(folder);
  await ensureDatabase(second, 'evergrant');
  expect(await query(second.url('evergrant'), 'select * from kept')).toEqual([]);
});

test('runs as an ordinary user and listens on loopback only', async () => {
  const postgres = await start(temporaryFolder());
  const status = readFileSync(`/proc/${postgres.pid}/status`, 'utf8');
  expect(Number(/^Uid:\s+(\d+)/m.exec(status)![1])).not.toBe(0);
  const setting = async (name: string) => query(postgres.url('postgres'), `show ${name}`);
  expect(await setting('listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  expect(await setting('unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
});

test('ends when the process that started it is killed, and what was committed is there afterwards', async () => {
  const folder = temporaryFolder();
  const { runner, pid } = await runByAnother(folder);
  runner.kill('SIGKILL');
  await runner.ended;
  await until(() => !alive(pid), { what: 'PostgreSQL has ended' });
  expect(await keptRows(await start(folder))).toEqual([{ word: 'still here' }]);
});

test('after a kill -9 of everything the next start finds all that was committed', async () => {
  const folder = temporaryFolder();
  const { runner, pid } = await runByAnother(folder);
  for (const process of processesIn(join(folder, 'postgres')) ?? []) kill(process);
  runner.kill('SIGKILL');
  await until(() => !alive(pid));
  expect(existsSync(join(folder, 'postgres', 'postmaster.pid'))).toBe(true);
  expect(await keptRows(await start(folder))).toEqual([{ word: 'still here' }]);
});

test('a server that outlived its run is stopped before a new one starts', async () => {
  const folder = temporaryFolder();
  const { pid, url } = await runByAnother(folder);
  const mine = await start(folder);
  expect(alive(pid)).toBe(false);
  expect(await keptRows(mine)).toEqual([{ word: 'still here' }]);
  await expect(query(url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
});

test('a lock file that names a living stranger does not stop the start', async () => {
  const folder = temporaryFolder();
  const dataDir = join(folder, 'postgres');
  await (await start(folder)).stop();
  // Of the same user: PostgreSQL does not fear the processes of others.
  const stranger = spawn('sleep', ['60'], { ...clusterUser(dataDir), cwd: '/' });
  afterwards(() => stranger.kill());
  writeFileSync(join(dataDir, 'postmaster.pid'), `${stranger.pid}\n${dataDir}\n`);
  await expect(start(folder)).resolves.toHaveProperty('port');
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
});

test('an interrupted first start is repeated', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'postgres.new'));
  writeFileSync(join(folder, 'postgres.new', 'PG_VERSION'), 'half');
  await expect(start(folder)).resolves.toHaveProperty('port');
});

test('another password than the first is refused at once, with the folder that it belongs to', async () => {
  const folder = temporaryFolder();
  await (await start(folder)).stop();
  await expect(start(folder, 'other')).rejects.toThrow(
    /data in .*postgres was created with another password/,
  );
  expect(processesIn(join(folder, 'postgres')) ?? []).toEqual([]);
});

test('data of another major version is refused with both versions', async () => {
  const folder = temporaryFolder();
  await (await start(folder)).stop();
  writeFileSync(join(folder, 'postgres', 'PG_VERSION'), '15\n');
  await expect(start(folder)).rejects.toThrow(/written by PostgreSQL 15, the installed one is 18/);
});

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // A helper may end with its server, before its turn.
  }
}
