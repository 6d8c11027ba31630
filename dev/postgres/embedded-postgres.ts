import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { freePorts } from '../process/ports';
import {
  clearLeftovers,
  ensureCluster,
  pidFileOf,
  postgresEnvironment,
  postgresProgram,
  SUPERUSER,
} from './postgres-cluster';
import { clusterUser, giveTo, type User } from './privileges';
import { startChild, type Child } from '../process/processes';

const START_DEADLINE_MS = 60_000; // recovery after a crash may have a long log to replay
const POLL_MS = 30;
const BIND_ATTEMPTS = 3;
const WRONG_PASSWORD = '28P01';

export interface EmbeddedPostgresOptions {
  /** The cluster's own folder; created on first use. Its parents may be closed to other users. */
  dataDir: string;
  logFile: string;
  /** Chosen by the caller on first use, and the same ever after. */
  password: string;
  /** Without it, any free one. */
  port?: number;
  /** False only for throw-away clusters: commits then do not wait for the disk. */
  durable?: boolean;
  /** Server settings beside our own. */
  settings?: Record<string, string>;
}

export interface EmbeddedPostgres {
  readonly port: number;
  readonly pid: number;
  /** Settles with the cause when the server has ended. */
  readonly exited: Promise<string>;
  url(database: string): string;
  /** Ends sessions and writes a checkpoint; at most a few seconds. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on loopback, creating the cluster on first use, and returns once it answers.
 * What an earlier, killed run left behind (server, helpers, lock file) is cleared away first.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, password, durable = true } = options;
  const user = clusterUser(dataDir);
  await clearLeftovers(dataDir);
  await ensureCluster({ dataDir, password, durable, user });
  if (user && statSync(dataDir).uid !== user.uid) giveTo(user, dataDir);

  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePorts(1))[0]!;
    const server = startServer({ ...options, durable, port, user });
    const url = (database: string) =>
      `postgres://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
    try {
      await answering(server, url('postgres'), dataDir);
      return { port, pid: server.pid, exited: server.exited, url, stop: () => server.stop() };
    } catch (error) {
      await server.stop();
      // Another process took the free port before PostgreSQL started.
      const portLost = server.lastLog().includes('could not create any TCP/IP sockets');
      if (options.port === undefined && portLost && attempt < BIND_ATTEMPTS) continue;
      throw error;
    }
  }
}

/** Creates a database unless it exists. */
export async function ensureDatabase(postgres: EmbeddedPostgres, name: string): Promise<void> {
  const client = new Client(postgres.url('postgres'));
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

function startServer(
  options: EmbeddedPostgresOptions & { durable: boolean; port: number; user: User | undefined },
): Child {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port: options.port,
    unix_socket_directories: '',
    max_connections: 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    jit: 'off', // costs more than it gains in short queries
    wal_level: 'minimal',
    max_wal_senders: 0,
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...options.settings,
  };
  return startChild({
    command: postgresProgram('postgres'),
    args: [
      '-D',
      options.dataDir,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    env: postgresEnvironment(),
    logFile: options.logFile,
    pidFile: pidFileOf(options.dataDir),
    stopSignal: 'SIGINT', // PostgreSQL's "fast": ends sessions, writes a checkpoint, leaves nothing to recover
    user: options.user,
  });
}

async function answering(server: Child, url: string, dataDir: string): Promise<void> {
  const deadline = Date.now() + START_DEADLINE_MS;
  let ended: string | undefined;
  void server.exited.then((how) => (ended = how));
  for (;;) {
    const problem = await connectionProblem(url);
    if (!problem) return;
    if (problem.code === WRONG_PASSWORD) {
      throw new Error(
        `The PostgreSQL data in ${dataDir} was created with another password than the one stored beside it.`,
      );
    }
    if (ended) throw new Error(`PostgreSQL ${ended}:\n${server.lastLog()}`);
    if (Date.now() > deadline)
      throw new Error(`PostgreSQL did not answer (${problem.message}):\n${server.lastLog()}`);
    await pause(POLL_MS);
  }
}

async function connectionProblem(url: string): Promise<{ code?: string; message: string } | null> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined); // the server may end while we ask
  try {
    await client.connect();
    return null;
  } catch (error) {
    return error as { code?: string; message: string };
  } finally {
    await client.end().catch(() => undefined);
  }
}
