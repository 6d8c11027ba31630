import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { DAY_MS, SECOND_MS } from '../core/time';
import { type EmbeddedPostgres, ensureDatabase } from '../dev/postgres/embedded-postgres';
import { SUPERUSER } from '../dev/postgres/postgres-cluster';
import { requireFreePorts } from '../dev/process/ports';
import { type Child, startChild } from '../dev/process/processes';
import { answering } from '../dev/temporal/temporal-server';
import { until } from '../test/support/until';

/** The newest release whose modules Go's public mirror holds, all of them. */
const VERSION = 'v1.30.6';
const MODULE = 'go.temporal.io/server';
const BUILT = join(__dirname, '..', '.cache', 'temporal-server', VERSION);
const NAMESPACE = 'default';
const DATABASES = { store: 'temporal', visibility: 'temporal_visibility' };
const run = promisify(execFile);

/**
 * Temporal's own server on PostgreSQL, as in production, in place of the development server on SQLite. Built from its Go
 * module at the first time, which takes minutes.
 * @see https://docs.temporal.io/self-hosted-guide/deployment
 */
export async function startTemporalOnPostgres(
  folder: string,
  postgres: EmbeddedPostgres,
  password: string,
): Promise<{ address: string; namespace: string; pid: number; stop(): Promise<void> }> {
  await build();
  for (const [kind, name] of Object.entries(DATABASES)) {
    await ensureDatabase(postgres, name);
    await createSchema(kind === 'store' ? 'temporal' : 'visibility', name, postgres, password);
  }
  const ports = await lowPorts(8);
  mkdirSync(join(folder, 'config'), { recursive: true });
  writeFileSync(join(folder, 'config', 'dynamic.yaml'), DYNAMIC_CONFIG);
  writeFileSync(
    join(folder, 'config', 'bench.yaml'),
    JSON.stringify(configOf(ports, folder, postgres, password)),
  );
  const server = startChild({
    command: join(BUILT, 'server'),
    args: ['--root', folder, '--config', 'config', '--env', 'bench', '--allow-no-auth', 'start'],
    env: { PATH: process.env.PATH },
    logFile: join(folder, 'temporal.log'),
    pidFile: join(folder, 'temporal.pid'),
    stopSignal: 'SIGTERM',
  });
  const address = `127.0.0.1:${ports[0]}`;
  try {
    await registerNamespace(address, server);
    await answering(server, address);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { address, namespace: NAMESPACE, pid: server.pid, stop: () => server.stop() };
}

async function build(): Promise<void> {
  if (existsSync(join(BUILT, 'schema'))) return;
  const env = { ...process.env, GOBIN: BUILT };
  const options = { env, maxBuffer: 64 * 2 ** 20 };
  for (const program of ['cmd/server', 'cmd/tools/sql'])
    await run('go', ['install', `${MODULE}/${program}@${VERSION}`], options);
  const { stdout } = await run('go', ['mod', 'download', '-json', `${MODULE}@${VERSION}`], options);
  const { Dir: sources } = JSON.parse(stdout) as { Dir: string };
  cpSync(join(sources, 'schema', 'postgresql', 'v12'), join(BUILT, 'schema'), { recursive: true });
}

/** Temporal keeps the ports of its members in a column of two bytes, with a sign. */
async function lowPorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let port = 15_000 + (process.pid % 1_500) * 10; ports.length < count; port++)
    await requireFreePorts([{ port, setting: '', purpose: 'Temporal' }]).then(
      () => ports.push(port),
      () => undefined,
    );
  return ports;
}

async function createSchema(
  kind: 'temporal' | 'visibility',
  database: string,
  { port }: EmbeddedPostgres,
  password: string,
): Promise<void> {
  const tool = (...args: string[]) =>
    run(join(BUILT, 'sql'), [
      ...['--plugin', 'postgres12', '--endpoint', '127.0.0.1', '--port', String(port)],
      ...['--user', SUPERUSER, '--password', password, '--database', database],
      ...args,
    ]);
  await tool('setup-schema', '--version', '0.0');
  await tool('update-schema', '--schema-dir', join(BUILT, 'schema', kind, 'versioned'));
}

async function registerNamespace(address: string, server: Child): Promise<void> {
  let ended: string | undefined;
  void server.exited.then((how) => (ended = how));
  const registered = async () => {
    if (ended) return true;
    const connection = await Connection.connect({ address, connectTimeout: 2 * SECOND_MS });
    try {
      await connection.workflowService.registerNamespace({
        namespace: NAMESPACE,
        workflowExecutionRetentionPeriod: msToTs(DAY_MS),
      });
      return true;
    } finally {
      await connection.close();
    }
  };
  await until(registered, { timeoutMs: 60_000, everyMs: 200, what: 'Temporal has its namespace' });
  if (ended) throw new Error(`The Temporal server ${ended}:\n${server.lastLog()}`);
}

function configOf(
  [frontend, history, matching, worker, ...membership]: number[],
  folder: string,
  { port }: EmbeddedPostgres,
  password: string,
) {
  const store = (databaseName: string) => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: `127.0.0.1:${port}`,
      connectProtocol: 'tcp',
      user: SUPERUSER,
      password,
      maxConns: 20,
      maxIdleConns: 20,
    },
  });
  const service = (grpcPort: number, membershipPort: number) => ({
    rpc: { grpcPort, membershipPort, bindOnLocalHost: true },
  });
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'store',
      visibilityStore: 'visibility',
      numHistoryShards: 4,
      datastores: { store: store(DATABASES.store), visibility: store(DATABASES.visibility) },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: {
      frontend: service(frontend!, membership[0]!),
      history: service(history!, membership[1]!),
      matching: service(matching!, membership[2]!),
      worker: service(worker!, membership[3]!),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `127.0.0.1:${frontend}`,
        },
      },
    },
    dynamicConfigClient: { filepath: join(folder, 'config', 'dynamic.yaml'), pollInterval: '10s' },
  };
}

/** A queue in several parts has an order of urgency in each part alone: as docs/temporal.md asks of operators. */
const DYNAMIC_CONFIG = `
matching.numTaskqueueReadPartitions: [{ value: 1 }]
matching.numTaskqueueWritePartitions: [{ value: 1 }]
`;
