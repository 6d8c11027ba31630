import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openTemporal } from '../adapters/temporal/connect';
import { migrate } from '../adapters/postgres/migrate';
import { createPool } from '../adapters/postgres/pool';
import { ensureDatabase, startEmbeddedPostgres } from '../dev/postgres/embedded-postgres';
import { freePorts } from '../dev/process/ports';
import { startTemporalServer } from '../dev/temporal/temporal-server';
import { instagramSettings } from '../test/support/instagram-settings';
import { keyBytes } from '../test/support/key-bytes';
import { startTemporalOnPostgres } from './temporal-on-postgres';
import { cpuMsOf } from './processor-time';
import { startRemoteSimulator } from './remote-simulator';

const COMMAND = join(__dirname, '..', 'cli', 'evergrant.js');
export const KEY_RING = `bench:${keyBytes(7).toString('base64')}`;

const PASSWORD = 'bench';

/** Of a worker and an API: what is measured is how fast they can go. */
export const WITHOUT_LIMITS = {
  EVERGRANT_REFRESHES_PER_SECOND: '1000',
  EVERGRANT_REQUESTS_PER_MINUTE: '100000000',
};

export const API_KEY = 'evg_bench_0123456789abcdef012345';

export interface ServiceProcess {
  /** The processor time that it has used so far, in ms. */
  cpuMs(): number;
  /** The most memory that it has held so far, in MiB. */
  peakMemoryMiB(): number;
  memoryMiB(): number;
  stop(): Promise<void>;
  /** As if the machine had failed. */
  kill(): Promise<void>;
}

export type Deployment = Awaited<ReturnType<typeof startDeployment>>;

/**
 * PostgreSQL, Temporal, workers, API and Instagram's simulator, each a process of its own as in production.
 * @param temporalOn `sqlite`: Temporal's development server; `postgresql`: its own server, in databases beside ours
 */
export async function startDeployment({
  temporalOn = 'sqlite',
}: { temporalOn?: 'sqlite' | 'postgresql' } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-bench-'));
  const file = (name: string) => join(folder, name);
  const postgres = await startEmbeddedPostgres({
    ...{ dataDir: file('postgres'), logFile: file('postgres.log'), password: PASSWORD },
    settings: { shared_preload_libraries: 'pg_stat_statements' },
  });
  const startTemporal = () =>
    temporalOn === 'postgresql'
      ? startTemporalOnPostgres(folder, postgres, PASSWORD)
      : startTemporalServer({
          dbFile: file('temporal.db'),
          logFile: file('temporal.log'),
          pidFile: file('temporal.pid'),
        });
  const temporalServer = await startTemporal().catch(async (error: unknown) => {
    await postgres.stop();
    throw error;
  });
  await ensureDatabase(postgres, 'evergrant');
  const databaseUrl = postgres.url('evergrant');
  await migrate(databaseUrl);
  const servers = { postgres: postgres.pid, temporal: temporalServer.pid };
  const simulator = await startRemoteSimulator();
  const pool = createPool(databaseUrl);
  const temporal = openTemporal({
    connectionOptions: { address: temporalServer.address },
    namespace: temporalServer.namespace,
  });

  const running = new Set<ChildProcess>();
  const startWorker = (settings: NodeJS.ProcessEnv = {}) => startProcess('worker', settings);

  async function startApi(settings: NodeJS.ProcessEnv = {}) {
    const [port = 0] = await freePorts(1);
    const api = await startProcess('api', {
      EVERGRANT_HTTP_PORT: String(port),
      EVERGRANT_API_KEY: API_KEY,
      ...settings,
    });
    return { ...api, url: `http://127.0.0.1:${port}` };
  }

  const settingsOf = (more: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
    PATH: process.env.PATH,
    MALLOC_ARENA_MAX: '2', // as in the image
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalServer.address,
    TEMPORAL_NAMESPACE: temporalServer.namespace,
    EVERGRANT_KEYS: KEY_RING,
    ...instagramSettings({ simulator, url: simulator.url }),
    ...more,
  });

  async function startProcess(verb: 'worker' | 'api', settings: NodeJS.ProcessEnv): Promise<ServiceProcess> {
    const [metricsPort] = await freePorts(1);
    const child = spawn(process.execPath, [COMMAND, verb], {
      env: settingsOf({ EVERGRANT_METRICS_PORT: String(metricsPort), ...settings }),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    await ready(child, verb);
    return {
      peakMemoryMiB: () => memoryOf(child.pid!, 'VmHWM'),
      memoryMiB: () => memoryOf(child.pid!, 'VmRSS'),
      cpuMs: () => cpuMsOf(child.pid!),
      async stop() {
        child.kill('SIGTERM');
        if (child.exitCode === null) await once(child, 'exit');
      },
      async kill() {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      },
    };
  }

  return {
    pool,
    client: temporal.client,
    simulator,
    /** The processor time of the servers so far, in ms. */
    serversCpuMs: () => ({
      postgres: cpuMsOf(servers.postgres),
      temporal: cpuMsOf(servers.temporal),
      simulator: cpuMsOf(simulator.pid),
    }),
    /** Of the development server. */
    temporalFile: file('temporal.db'),
    databaseUrl,
    temporalAddress: temporalServer.address,
    startWorker,
    startApi,
    /** Starts a verb that ends by itself. */
    begin(args: string[], settings: NodeJS.ProcessEnv = {}) {
      const options = { env: settingsOf(settings), stdio: 'ignore' } as const;
      const child = spawn(process.execPath, [COMMAND, ...args], options);
      running.add(child);
      child.once('exit', () => running.delete(child));
      const ended = once(child, 'exit').then(([code]) => code as number | null);
      return { ended, kill: () => child.kill('SIGKILL'), memoryMiB: () => memoryOf(child.pid!, 'VmRSS') };
    },
    /** Runs a verb to its end. @returns what it wrote */
    async run(args: string[], settings: NodeJS.ProcessEnv = {}): Promise<string> {
      const options = { env: settingsOf(settings), maxBuffer: 64 * 2 ** 20 };
      return (await promisify(execFile)(process.execPath, [COMMAND, ...args], options)).stdout;
    },
    async stop() {
      const ended = [...running].map((child) => once(child, 'exit'));
      for (const child of running) child.kill('SIGKILL');
      await Promise.all(ended);
      await temporal.close();
      await pool.end();
      await simulator.stop();
      await Promise.all([postgres.stop(), temporalServer.stop()]);
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

/** In MiB; 0 of a process that has just ended. @param field of `/proc/<pid>/status` */
function memoryOf(pid: number, field: 'VmHWM' | 'VmRSS'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
}

function ready(child: ChildProcess, verb: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      if (process.env.SHOW) process.stderr.write(chunk);
      if (text.length < 100_000) text += chunk.toString();
      if (text.includes('"msg":"ready"')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the ${verb} ended with ${code}:\n${text}`)));
  });
}
