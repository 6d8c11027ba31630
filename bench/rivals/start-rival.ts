import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createPool } from '../../adapters/postgres/pool';
import { DAY_MS } from '../../core/time';
import { type Deployment, KEY_RING } from '../deployment';
import { cpuMsOf } from '../processor-time';
import { type Contestant } from './contest';
import { type RedisServer } from './redis';
import { type Job, type Surroundings } from './rival';
import { createTokenJob } from './token-job';

/** What a rival's process is told. */
export interface Start extends Omit<Surroundings, 'refresh'> {
  simulator: Pick<Deployment['simulator'], 'url' | 'settings'>;
  keys: string;
}

/** The file of each, by the name that the page shows. */
const FILES = {
  'pg loop': 'pg-loop',
  'pg-boss': 'pg-boss',
  'Graphile Worker': 'graphile-worker',
  BullMQ: 'bullmq',
  'Temporal alone': 'temporal',
} as const;
export type RivalName = keyof typeof FILES;

/** Starts a rival over a database of its own, with a token of its own for each account. */
export async function startRival(
  name: RivalName,
  deployment: Deployment,
  redis: RedisServer | null,
  accounts: readonly { id: string; username: string }[],
): Promise<Contestant & { stop(): Promise<void> }> {
  const { simulator } = deployment;
  const databaseUrl = await createDatabase(deployment, name.toLowerCase().replaceAll(/\W/g, '_'));
  const pool = createPool(databaseUrl, { max: 2 });
  const issuedAt = Date.now();
  const tokens = await simulator.call(
    'generateTokens',
    accounts.map(({ username }) => username),
  );
  await simulator.call('advance', 2 * DAY_MS);
  const usesTemporal = name === 'Temporal alone';
  const usesRedis = name === 'BullMQ' ? redis : null;
  const stored = async () => {
    const { rows } = await pool.query<{ bytes: string }>(
      'select pg_database_size(current_database()) as bytes',
    );
    const temporal = usesTemporal ? statSync(deployment.temporalFile).size : 0;
    return Number(rows[0]!.bytes) + temporal + ((await usesRedis?.bytes()) ?? 0);
  };
  const before = await stored();
  await createTokenJob(pool, simulator, KEY_RING).fill(
    accounts.map(({ id }, n) => ({ id, token: tokens[n]!, refreshAt: issuedAt + 46 * DAY_MS })),
    issuedAt + 60 * DAY_MS,
  );
  const child = await startProcess(FILES[name], {
    ...{ databaseUrl, keys: KEY_RING, redisPort: redis?.port ?? null },
    simulator: { url: simulator.url, settings: simulator.settings },
    temporalAddress: deployment.temporalAddress,
  });
  return {
    name,
    msToSchedule: usesTemporal ? 30 : 3,
    async schedule(instants) {
      const jobs: Job[] = accounts.map(({ id }, n) => ({ id, at: instants[n]! }));
      child.send(jobs);
      await heard(child, 'asleep');
    },
    async refreshed() {
      const { rows } = await pool.query<{ count: string }>('select count(*) from tokens where version = 2');
      return Number(rows[0]!.count);
    },
    cpuMs() {
      const { postgres, temporal } = deployment.serversCpuMs();
      return (
        cpuMsOf(child.pid!) +
        postgres +
        (usesTemporal ? temporal : 0) +
        (usesRedis ? cpuMsOf(usesRedis.pid) : 0)
      );
    },
    keptBytes: async () => (await stored()) - before,
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
      await pool.end();
    },
  };
}

async function createDatabase({ pool, databaseUrl }: Deployment, name: string): Promise<string> {
  await pool.query(`create database ${name}`);
  const url = new URL(databaseUrl);
  url.pathname = name;
  return url.href;
}

async function startProcess(file: string, start: Start): Promise<ChildProcess> {
  const child = fork(join(__dirname, `${file}.ts`), [JSON.stringify(start)], {
    execArgv: ['-r', 'tsx/cjs'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await heard(child, 'ready');
  return child;
}

async function heard(child: ChildProcess, word: 'ready' | 'asleep'): Promise<void> {
  const ended = new AbortController();
  const exit = (code: number | null) => ended.abort(new Error(`a rival's process ended with ${code}`));
  child.once('exit', exit);
  try {
    const [message] = (await once(child, 'message', { signal: ended.signal })) as [string];
    if (message !== word) throw new Error(`a rival says ${message} instead of ${word}`);
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    child.off('exit', exit);
  }
}
