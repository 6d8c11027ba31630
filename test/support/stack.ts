import { type Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { type Pool } from 'pg';
import { createActivities } from '../../activities';
import { type Deps } from '../../activities/deps';
import { createKeyChecks } from '../../adapters/encryption/key-check';
import { parseKeyRing } from '../../adapters/encryption/key-ring';
import { createSealer } from '../../adapters/encryption/sealer';
import { type Clock } from '../../adapters/clock';
import { createInstagram, type Instagram } from '../../adapters/instagram/client';
import { createProviderHttp } from '../../adapters/instagram/http';
import { REQUIRED_SCOPES } from '../../adapters/instagram/settings';
import { createLogger } from '../../adapters/logger';
import { createMetrics } from '../../adapters/metrics';
import { storeGrant } from '../../adapters/postgres/integrations/grants';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { createIntegration, findIntegration } from '../../adapters/postgres/integrations/integrations';
import { createOutgoing } from '../../adapters/outgoing/post';
import { createClockCheck } from '../../adapters/postgres/clock-check';
import { createPool } from '../../adapters/postgres/pool';
import { openTemporal } from '../../adapters/temporal/connect';
import { countProviderCalls } from '../../services/provider-calls';
import { createProviderGate } from '../../services/provider-gate';
import { createLifecycles } from '../../services/lifecycles';
import { registerSearchAttributes } from '../../adapters/temporal/search-attributes';
import { type LifecycleClient, createLifecycleClient } from '../../client/lifecycle-client';
import { Secret } from '../../core/access/secret';
import { DEFAULT_RETENTION } from '../../core/fleet/retention-policy';
import { createNexusService } from '../../nexus/handlers';
import { createTimeTravel, type TimeTravel } from '../../dev/sandbox/time-travel';
import { runSimulator, type RunningSimulator, type Simulator } from '../../simulator/index';
import { startRelay } from '../../worker/relay';
import { createWorkers } from '../../worker/worker';
import { createTestDatabase } from './database';
import { published } from './servers';
import { createTestNamespace } from './temporal';
import { quietTemporal } from './temporal-runtime';
import { keyBytes } from './key-bytes';

/** What the stack seals with. */
export const KEYS = parseKeyRing(`test:${keyBytes(7).toString('base64')}`);
quietTemporal();

/** Everything real but Instagram: database, Temporal, workers, and the simulator whose clock all of it reads. */
export interface Stack {
  pool: Pool;
  databaseUrl: string;
  /** Without a pooler in between. */
  directDatabaseUrl: string;
  temporalAddress: string;
  client: Client;
  simulator: Simulator;
  simulatorUrl: string;
  instagram: Instagram;
  deps: Deps;
  lifecycles: LifecycleClient;
  travel: TimeTravel;
  /** Connects a new account by a real consent, exchange and probe, and starts its lifecycle. */
  connect(username: string, options?: { start?: boolean }): Promise<Integration>;
  row(id: string): Promise<Integration>;
  events(id: string): Promise<string[]>;
  /** Ledger rows of refreshes since the beginning. */
  refreshCalls(username?: string): number;
  /** Instagram is as always again: no faults, and nobody waits for what it asked before. */
  calm(): Promise<void>;
  startWorkers(activities?: Partial<ReturnType<typeof createActivities>>): Promise<void>;
  stopWorkers(): Promise<void>;
  stop(): Promise<void>;
}

export async function startStack(
  options: {
    workers?: boolean;
    via?: (databaseUrl: string) => string;
    searchAttributes?: boolean;
    /** What the sandbox's clock runs on; absent: the machine's. */
    clock?: Clock;
    deps?: Partial<Pick<Deps, 'mailer' | 'operatorEmail'>>;
  } = {},
): Promise<Stack> {
  const database = await createTestDatabase(options.via);
  const { address, namespace, drop } = await createTestNamespace();
  const running: RunningSimulator = await runSimulator({
    port: 0,
    seed: 'tests',
    ...(options.clock && { clock: options.clock }),
  });
  const { simulator } = running;
  const pool = createPool(database.url);
  const temporal = openTemporal({ connectionOptions: { address }, namespace });
  const { client } = temporal;
  if (options.searchAttributes ?? true) await registerSearchAttributes(client);
  const metrics = createMetrics();
  const gate = createProviderGate(pool, simulator.clock, simulator.settings.appId);
  const logger = createLogger(process.env.LOG_LEVEL ?? 'silent', 'test');
  const providerCalls = countProviderCalls(
    { pool, clock: simulator.clock, logger },
    simulator.settings.appId,
  );
  const instagram = createInstagram(
    createProviderHttp(simulator.clock, {
      counters: metrics.counters,
      gate,
      noteCall: (error) => providerCalls.note(error),
    }),
    {
      ...simulator.settings,
      appSecret: new Secret(simulator.settings.appSecret),
      authorizeUrl: `${running.url}/oauth/authorize`,
      apiUrl: running.url,
      graphUrl: running.url,
      graphVersion: 'v25.0',
      scopes: REQUIRED_SCOPES,
    },
  );
  const deps: Deps = {
    pool,
    sealer: createSealer(KEYS, { checks: createKeyChecks(pool) }),
    instagram,
    clock: simulator.clock,
    clockCheck: createClockCheck(pool),
    random: Math.random,
    logger,
    counters: metrics.counters,
    lifecycles: createLifecycles(client),
    outgoing: createOutgoing({ development: true }),
    spool: null,
    retention: DEFAULT_RETENTION,
    searchAttributesAreKnown: () => true,
    mailer: null,
    operatorEmail: null,
    site: { publicUrl: 'http://127.0.0.1:3000', productName: 'Shopdesk', accent: null },
    ...options.deps,
  };
  const lifecycles = createLifecycleClient(client, simulator.clock);
  let workers: { stop(): Promise<void> } | undefined;

  const stack: Stack = {
    pool,
    databaseUrl: database.url,
    directDatabaseUrl: database.directUrl,
    temporalAddress: address,
    client,
    simulator,
    simulatorUrl: running.url,
    instagram,
    deps,
    lifecycles,
    travel: createTimeTravel({ pool, client, clock: simulator.clock }),
    async connect(username, { start = true } = {}) {
      if (!simulator.accounts().some((account) => account.username === username))
        simulator.addAccount({ username });
      const pending = await createIntegration(
        pool,
        {
          provider: 'instagram',
          appId: instagram.settings.appId,
          ownerRef: 'owner-1',
          externalId: null,
          contactEmail: null,
        },
        simulator.clock.now(),
      );
      const connected = await grant(deps, pending, username, simulator);
      if (start) await lifecycles.start(connected.id);
      return connected;
    },
    async row(id) {
      const row = await findIntegration(pool, id);
      if (!row) throw new Error(`no integration ${id}`);
      return row;
    },
    async events(id) {
      const { rows } = await pool.query<{ type: string }>(
        'select type from events where integration_id = $1 order by seq',
        [id],
      );
      return rows.map(({ type }) => type);
    },
    refreshCalls: (username) =>
      simulator
        .requests()
        .filter((call) => call.path === '/refresh_access_token')
        .filter((call) => username === undefined || call.account === simulator.account(username).id).length,
    async calm() {
      simulator.clearFaults();
      await pool.query('delete from provider_parks');
    },
    async startWorkers(changed = {}) {
      const native = await NativeConnection.connect({ address });
      const created = await createWorkers({
        connection: native,
        namespace,
        activities: { ...createActivities(deps), ...changed },
        workflowBundle: { codePath: published('workflowBundle') },
        nexusServices: [createNexusService({ ...deps, asker: lifecycles })],
        shutdownGrace: '1s',
      });
      const ended = created.run();
      const reach = { owners: deps.mailer !== null, operators: deps.operatorEmail !== null };
      const relay = startRelay({ ...deps, directUrl: database.directUrl, temporal: client, reach });
      workers = {
        async stop() {
          await relay.stop();
          created.shutdown();
          await ended;
          await native.close();
        },
      };
    },
    async stopWorkers() {
      await workers?.stop();
      workers = undefined;
    },
    async stop() {
      await stack.stopWorkers();
      await temporal.close();
      await drop();
      await providerCalls.save();
      await pool.end();
      await running.close();
      await database.drop();
    },
  };
  if (options.workers !== false) await stack.startWorkers();
  return stack;
}

/** The owner's way through the consent page and what follows it, without the pages. */
export async function grant(
  deps: Deps,
  integration: Integration,
  username: string,
  simulator: Simulator,
): Promise<Integration> {
  const { instagram, clock, sealer, pool } = deps;
  simulator.scriptLogin({ account: username, decision: 'allow' });
  const redirectUri = 'http://127.0.0.1/oauth/instagram/callback';
  const consent = await fetch(instagram.authorizeUrl({ state: 'x', redirectUri, force: false }), {
    redirect: 'manual',
  });
  const code = new URL(consent.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const short = await instagram.exchangeCode({ code: new Secret(code), redirectUri });
  const long = await instagram.exchangeForLongLived(short.token);
  const account = await instagram.probe(long.token);
  return storeGrant(
    pool,
    sealer,
    integration.id,
    integration.grantNo,
    { ...long, scopes: short.scopes, account },
    clock.now(),
    Math.random(),
  );
}
