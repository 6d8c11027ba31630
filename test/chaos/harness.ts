import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Pool } from 'pg';
import { createKeyChecks } from '../../adapters/encryption/key-check';
import { parseKeyRing } from '../../adapters/encryption/key-ring';
import { type Sealer, createSealer } from '../../adapters/encryption/sealer';
import { REQUIRED_SCOPES } from '../../adapters/instagram/settings';
import { storeGrant } from '../../adapters/postgres/integrations/grants';
import { createIntegration } from '../../adapters/postgres/integrations/integrations';
import { createPool } from '../../adapters/postgres/pool';
import { openTemporal } from '../../adapters/temporal/connect';
import { Secret } from '../../core/access/secret';
import { DAY_MS } from '../../core/time';
import { freePorts } from '../../dev/process/ports';
import { type Simulator, runSimulator } from '../../simulator/index';
import { type NetworkPath, openNetworkPath } from '../support/network-path';
import { type FaultPoint } from './fault-point';
import { keepRunning, startProcess } from './processes';
import { startServers } from './servers';
import { instagramSettings } from '../support/instagram-settings';
import { keyBytes } from '../support/key-bytes';

const KEY = 'evg_chaos_0123456789abcdef012345';
const KEYS = `test:${keyBytes(7).toString('base64')}`;
/** Tokens are this old, and so may be refreshed at once. */
const AGE_MS = 2 * DAY_MS;
const CONNECTED_AT_ONCE = 5;

const PAIRS = [
  'worker-postgres',
  'worker-temporal',
  'worker-instagram',
  'api-postgres',
  'api-temporal',
] as const;
export type Pair = (typeof PAIRS)[number];

export interface Account {
  username: string;
  /** Of the integration. */
  id: string;
  /** At Instagram. */
  accountId: string;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  tookMs: number;
}

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/**
 * The product as real processes, an API and some workers, on a PostgreSQL and a Temporal of their own, with a go-between
 * on every way. Instagram is the simulator, in this process.
 * @param size `accounts`: how many connections, none of which has met a fault yet
 * @param options `hasSmallDisk`: PostgreSQL's tables are on a volume that can be filled
 */
export async function startHarness(
  size: { accounts: number; workers: number },
  options: { hasSmallDisk?: boolean } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-chaos-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', removeFolder);
  const faultFile = join(folder, 'fault-point.json');
  const servers = await startServers(folder, options);
  const [httpPort] = await freePorts(1);
  const pool = createPool(servers.databaseUrl, { max: 5 });
  const sealer = createSealer(parseKeyRing(KEYS), { checks: createKeyChecks(pool) });

  let behindMs = AGE_MS;
  const clock = { now: () => Date.now() - behindMs };
  const instagram = await runSimulator({ port: 0, seed: 'chaos', clock });
  const { simulator } = instagram;
  const unused = await connectAccounts(size.accounts, { pool, sealer, simulator });
  behindMs = 0;

  const portOf = {
    postgres: servers.postgresPort,
    temporal: servers.temporalPort,
    instagram: instagram.port,
  };
  const paths = {} as Record<Pair, NetworkPath>;
  for (const pair of PAIRS) {
    const [, server] = pair.split('-') as [string, keyof typeof portOf];
    paths[pair] = await openNetworkPath({ host: '127.0.0.1', port: portOf[server] });
  }

  function start(verb: 'api' | 'worker') {
    const database = new URL(servers.databaseUrl);
    database.port = String(paths[`${verb}-postgres`].port);
    const instagramUrl = `http://127.0.0.1:${paths['worker-instagram'].port}`;
    return startProcess(verb, {
      PATH: process.env.PATH ?? '',
      CHAOS_FAULT_POINT: faultFile,
      DATABASE_URL: database.href,
      TEMPORAL_ADDRESS: `127.0.0.1:${paths[`${verb}-temporal`].port}`,
      EVERGRANT_KEYS: KEYS,
      EVERGRANT_API_KEY: KEY,
      EVERGRANT_HTTP_PORT: String(httpPort),
      EVERGRANT_METRICS_PORT: '0',
      EVERGRANT_REFRESHES_PER_SECOND: '50',
      ...instagramSettings({ simulator, url: instagramUrl }),
      ...(hasSpool && { EVERGRANT_SPOOL_DIR: spool }),
    });
  }
  const spool = join(folder, 'spool');
  mkdirSync(spool);
  let hasSpool = false;
  const ended: string[] = [];
  const keep = (verb: 'api' | 'worker', count: number) =>
    keepRunning(
      count,
      () => start(verb),
      (one) => void ended.push(one.output()),
    );
  const api = keep('api', 1);
  const workers = keep('worker', size.workers);
  await Promise.all([api.ready(), workers.ready()]);

  async function request(method: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
    const began = performance.now();
    const answer = await fetch(`http://127.0.0.1:${httpPort}${path}`, {
      method,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const parsed = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
    return { status: answer.status, body: parsed, tookMs: performance.now() - began };
  }

  const temporal = openTemporal({
    connectionOptions: { address: `127.0.0.1:${servers.temporalPort}` },
    namespace: 'default',
  });
  return {
    size,
    pool,
    sealer,
    simulator,
    temporal: temporal.client,
    servers,
    paths,
    api,
    workers,
    request,
    /** Connections that no fault has met yet. */
    take(count: number): Account[] {
      if (unused.length < count) throw new Error('The harness was started with too few accounts.');
      return unused.splice(0, count);
    },
    /** The next worker to reach this point is killed there. */
    arm(point: Omit<FaultPoint, 'id'>): void {
      const id = randomBytes(4).toString('hex');
      // In one step: a worker must not read half of it.
      writeFileSync(`${faultFile}.new`, JSON.stringify({ ...point, id }));
      renameSync(`${faultFile}.new`, faultFile);
    },
    /** Replaces all workers by some with, or without, a spool directory. */
    async setSpool(isThere: boolean): Promise<void> {
      hasSpool = isThere;
      await workers.replace();
    },
    /** What all processes have printed, those that ended first. */
    output: () =>
      [...ended, ...[...workers.members(), ...api.members()].map((one) => one.output())].join('\n'),
    async stop(): Promise<void> {
      await Promise.all([api.dismiss('SIGKILL'), workers.dismiss('SIGKILL')]);
      for (const pair of PAIRS) await paths[pair].close();
      await temporal.close();
      await pool.end();
      await instagram.close();
      await servers.stop();
      removeFolder();
    },
  };
}

/** Connections as an owner's consent leaves them. */
async function connectAccounts(
  count: number,
  { pool, sealer, simulator }: { pool: Pool; sealer: Sealer; simulator: Simulator },
): Promise<Account[]> {
  const connect = async (n: number): Promise<Account> => {
    const username = `shop${n}`;
    const { id: accountId } = simulator.addAccount({ username, conversations: 1 });
    const token = new Secret(simulator.generateToken(username));
    const now = simulator.clock.now();
    const owner = { ownerRef: `owner-${n}`, externalId: null, contactEmail: null };
    const app = { provider: 'instagram', appId: simulator.settings.appId } as const;
    const { id, grantNo } = await createIntegration(pool, { ...app, ...owner }, now);
    const account = { id: accountId, scopedId: null, username };
    const life = { issuedAt: now, expiresAt: now + 60 * DAY_MS, lifetimeClamped: false };
    const grant = { token, ...life, scopes: [...REQUIRED_SCOPES], account };
    await storeGrant(pool, sealer, id, grantNo, grant, now, Math.random());
    return { username, id, accountId };
  };
  const connected: Account[] = [];
  for (let n = 0; n < count; n += CONNECTED_AT_ONCE) {
    const some = Array.from({ length: Math.min(CONNECTED_AT_ONCE, count - n) }, (_, at) =>
      connect(n + at + 1),
    );
    connected.push(...(await Promise.all(some)));
  }
  return connected;
}
