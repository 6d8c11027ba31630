import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '../../adapters/postgres/migrate';
import {
  type EmbeddedPostgres,
  ensureDatabase,
  startEmbeddedPostgres,
} from '../../dev/postgres/embedded-postgres';
import { freePorts } from '../../dev/process/ports';
import { startTemporalServer, type TemporalServer } from '../../dev/temporal/temporal-server';
import { type SmallDisk, moveToSmallDisk } from './small-disk';

export interface Servers {
  databaseUrl: string;
  postgresPort: number;
  temporalPort: number;
  startPostgres(): Promise<void>;
  startTemporal(): Promise<void>;
  /** SIGKILL, to the server and its helpers. */
  killPostgres(): Promise<void>;
  killTemporal(): Promise<void>;
  /** Stops a server in the middle of what it does. @returns lets it go on, with all its connections */
  freeze(which: 'postgres' | 'temporal'): () => void;
  /** While it is down. */
  loseTemporalData(): void;
  /** Of PostgreSQL's tables; null unless there is to be one. */
  disk: SmallDisk | null;
  postgresLog(): string;
  stop(): Promise<void>;
}

/**
 * A PostgreSQL and a Temporal that nothing else uses, so that they can be killed. They keep ports and data.
 * @param hasSmallDisk the tables are on a volume that can be filled, which takes the right to mount one
 */
export async function startServers(
  folder: string,
  { hasSmallDisk = false }: { hasSmallDisk?: boolean } = {},
): Promise<Servers> {
  const [postgresPort, temporalPort] = (await freePorts(2)) as [number, number];
  const password = randomBytes(16).toString('hex');
  let postgres: EmbeddedPostgres | null = null;
  let temporal: TemporalServer | null = null;

  const logFile = join(folder, 'postgres.log');
  async function startPostgres(): Promise<void> {
    // Commits wait for the disk: what a killed server had confirmed is there when it is back.
    const dataDir = join(folder, 'postgres');
    postgres = await startEmbeddedPostgres({ dataDir, logFile, password, port: postgresPort });
  }
  async function startTemporal(): Promise<void> {
    temporal = await startTemporalServer({
      dbFile: join(folder, 'temporal.db'),
      logFile: join(folder, 'temporal.log'),
      pidFile: join(folder, 'temporal.pid'),
      port: temporalPort,
    });
  }
  const kill = async (server: { pid: number; exited: Promise<string> } | null) => {
    if (!server) return;
    killGroup(server.pid);
    await server.exited;
  };

  let disk: SmallDisk | null = null;
  process.prependOnceListener('exit', () => {
    for (const server of [postgres, temporal]) if (server) killGroup(server.pid);
    disk?.unmount();
  });
  await Promise.all([startPostgres(), startTemporal()]);
  await ensureDatabase(postgres!, 'evergrant');
  if (hasSmallDisk) disk = await moveToSmallDisk(folder, postgres!, 'evergrant');
  const databaseUrl = postgres!.url('evergrant');
  await migrate(databaseUrl);
  return {
    databaseUrl,
    postgresPort,
    temporalPort,
    startPostgres,
    startTemporal,
    killPostgres: () => kill(postgres),
    killTemporal: () => kill(temporal),
    freeze(which) {
      const { pid } = { postgres, temporal }[which]!;
      // Each of PostgreSQL's helpers has a group of its own. The server is first: it starts no others then.
      send(pid, 'SIGSTOP');
      const frozen = [pid, ...childrenOf(pid)];
      for (const one of frozen) send(one, 'SIGSTOP');
      return () => {
        for (const one of frozen.reverse()) send(one, 'SIGCONT');
      };
    },
    loseTemporalData: () => {
      for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `temporal.db${end}`), { force: true });
    },
    disk,
    postgresLog: () => readFileSync(logFile, 'utf8'),
    stop: async () => {
      await Promise.all([postgres?.stop(), temporal?.stop()]);
      disk?.unmount();
      disk = null;
    },
  };
}

/** @see https://man7.org/linux/man-pages/man5/proc_tid_children.5.html */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

const killGroup = (leader: number) => send(-leader, 'SIGKILL');

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}
