import { writeFileSync } from 'node:fs';
import { migrate } from '../adapters/postgres/migrate';
import { ConfigError, type Settings, loadSettings } from '../adapters/config';
import { sha256 } from '../adapters/digest';
import { isLoopbackUrl } from '../adapters/outgoing/loopback';
import { OAUTH_CALLBACK } from '../core/names';
import { NEEDED_SETTINGS, createServices } from '../services/services';
import { createSignInLink } from '../http/console/sign-in-links';
import { runApi } from '../http/run';
import { SANDBOX_APP_ID, SANDBOX_APP_SECRET, runSimulator } from '../simulator/index';
import { installRuntime, runWorker } from '../worker/run';
import { setUpCallbacks } from './sandbox/callbacks';
import { type DataFolder, openDataFolder } from './data-folder';
import { ensureDatabase, startEmbeddedPostgres } from './postgres/embedded-postgres';
import { connectFirstAccount } from './sandbox/first-account';
import { requireFreePorts } from './process/ports';
import { stopLeftover } from './process/processes';
import { sandboxControls } from './sandbox/sandbox-controls';
import { sandboxRoutes } from './sandbox/sandbox-routes';
import { startTemporalServer } from './temporal/temporal-server';
import { createTimeTravel } from './sandbox/time-travel';
import { Undo } from './process/undo';

const WORKER_GRACE = '4s';

/** Runs everything on this machine: what `npm start` does. */
async function start(undo: Undo): Promise<void> {
  const wanted = loadSettings(process.env);
  refuseOtherHosts(wanted);
  const data = openDataFolder(wanted.EVERGRANT_DATA_DIR);
  undo.add('data folder', async () => data.unlock());
  // A Temporal server that outlived a killed run still holds its ports.
  await stopLeftover(data.file('temporal.pid'), 'SIGTERM');
  await requireFreePorts(portsOf(wanted));

  say('starting PostgreSQL and Temporal');
  const [database, temporal] = await Promise.all([
    startDatabase(undo, wanted, data),
    startTemporal(undo, wanted, data),
  ]);
  const simulator = await startSimulator(undo, wanted, data);

  const env = {
    ...process.env,
    ...environmentOf(wanted, data, {
      database,
      temporal: temporal.address,
      temporalUi: temporal.uiUrl,
      simulator: simulator.url,
    }),
  };
  const services = createServices(loadSettings(env, NEEDED_SETTINGS), {
    name: 'evergrant',
    clock: simulator.simulator.clock,
    env,
  });
  undo.add('connections', () => services.close());
  installRuntime(services);

  say('starting worker and API');
  const worker = await runWorker(services, { env, shutdownGrace: WORKER_GRACE });
  undo.add('worker', () => worker.stop());
  undo.failOn('The worker', worker.ended);
  const travel = createTimeTravel({
    ...services,
    client: services.temporal,
    clock: simulator.simulator.clock,
  });
  const api = await runApi(services, {
    controls: sandboxControls(simulator.simulator, travel),
    extend: (app, deps) => app.route('/sandbox', sandboxRoutes(deps, simulator.simulator, travel)),
  });
  undo.add('API', () => api.stop());

  await setUpCallbacks(services.settings, simulator.url);
  await connectFirstAccount(services, simulator.simulator, api.url, env.EVERGRANT_API_KEY);
  const signIn = await createSignInLink(api.deps, {
    keyHash: sha256(env.EVERGRANT_API_KEY),
    actor: { kind: 'cli', id: 'bootstrap', name: 'npm start', user: null, address: null },
  });
  tell(api.url, signIn.url, simulator.url, temporal.uiUrl, data);
}

async function startDatabase(undo: Undo, settings: Settings, data: DataFolder): Promise<string> {
  if (settings.DATABASE_URL) {
    await migrate((settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL).reveal());
    return settings.DATABASE_URL.reveal();
  }
  const postgres = await startEmbeddedPostgres({
    dataDir: data.file('postgres'),
    logFile: data.file('logs/postgres.log'),
    password: data.secrets.postgresPassword,
  });
  undo.add('PostgreSQL', () => postgres.stop());
  undo.failOn('PostgreSQL', postgres.exited);
  // For the verbs of the CLI that use the database.
  writeFileSync(data.file('database-url'), `${postgres.url('evergrant')}\n`, { mode: 0o600 });
  await ensureDatabase(postgres, 'evergrant');
  await migrate(postgres.url('evergrant'));
  return postgres.url('evergrant');
}

async function startTemporal(undo: Undo, settings: Settings, data: DataFolder) {
  const given = process.env.TEMPORAL_ADDRESS;
  if (given) return { address: given, uiUrl: undefined };
  const server = await startTemporalServer({
    dbFile: data.file('temporal.db'),
    logFile: data.file('logs/temporal.log'),
    pidFile: data.file('temporal.pid'),
    port: settings.EVERGRANT_TEMPORAL_PORT,
    uiPort: settings.EVERGRANT_TEMPORAL_UI_PORT,
  });
  undo.add('Temporal', () => server.stop());
  undo.failOn('Temporal', server.exited);
  return server;
}

async function startSimulator(undo: Undo, settings: Settings, data: DataFolder) {
  const running = await runSimulator({
    port: settings.EVERGRANT_SIMULATOR_PORT,
    appId: settings.INSTAGRAM_APP_ID ?? SANDBOX_APP_ID,
    appSecret: settings.INSTAGRAM_APP_SECRET?.reveal() ?? SANDBOX_APP_SECRET,
    ...redirectUrisOf(settings),
    saveTo: data.file('simulator.json'),
  });
  undo.add('simulator', () => running.close());
  return running;
}

/** Where a consent may return to: what is set, else the API's own address, else any address on this machine. */
function redirectUrisOf(settings: Settings): { redirectUris?: readonly string[] } {
  const { EVERGRANT_SIMULATOR_REDIRECT_URIS: given, EVERGRANT_PUBLIC_URL: url } = settings;
  if (given.length > 0) return { redirectUris: given };
  return url === undefined || isLoopbackUrl(url) ? {} : { redirectUris: [url + OAUTH_CALLBACK] };
}

/** The settings of worker and API: what the user set, and our own parts for the rest. */
function environmentOf(
  settings: Settings,
  data: DataFolder,
  parts: { database: string; temporal: string; temporalUi: string | undefined; simulator: string },
) {
  return {
    DATABASE_URL: parts.database,
    TEMPORAL_ADDRESS: parts.temporal,
    // As a file, so that `evergrant keys` can change it while all of this runs.
    ...(settings.EVERGRANT_KEYS === undefined && { EVERGRANT_KEYS_FILE: data.file('encryption-keys') }),
    EVERGRANT_SPOOL_DIR: settings.EVERGRANT_SPOOL_DIR ?? data.file('spool'),
    EVERGRANT_API_KEY: settings.EVERGRANT_API_KEY?.reveal() ?? data.secrets.apiKey,
    EVERGRANT_PUBLIC_URL: settings.EVERGRANT_PUBLIC_URL ?? `http://127.0.0.1:${settings.EVERGRANT_HTTP_PORT}`,
    INSTAGRAM_APP_ID: settings.INSTAGRAM_APP_ID ?? SANDBOX_APP_ID,
    INSTAGRAM_APP_SECRET: settings.INSTAGRAM_APP_SECRET?.reveal() ?? SANDBOX_APP_SECRET,
    INSTAGRAM_AUTHORIZE_URL: process.env.INSTAGRAM_AUTHORIZE_URL ?? `${parts.simulator}/oauth/authorize`,
    INSTAGRAM_API_URL: process.env.INSTAGRAM_API_URL ?? parts.simulator,
    INSTAGRAM_GRAPH_URL: process.env.INSTAGRAM_GRAPH_URL ?? parts.simulator,
    INSTAGRAM_WEBHOOK_VERIFY_TOKEN:
      settings.INSTAGRAM_WEBHOOK_VERIFY_TOKEN?.reveal() ?? data.secrets.webhookVerifyToken,
    ...(parts.temporalUi !== undefined &&
      settings.EVERGRANT_TEMPORAL_UI_URL === undefined && { EVERGRANT_TEMPORAL_UI_URL: parts.temporalUi }),
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
  };
}

function portsOf(settings: Settings) {
  const ports = [
    { port: settings.EVERGRANT_HTTP_PORT, setting: 'EVERGRANT_HTTP_PORT', purpose: 'the API' },
    { port: settings.EVERGRANT_METRICS_PORT, setting: 'EVERGRANT_METRICS_PORT', purpose: 'metrics' },
    {
      port: settings.EVERGRANT_SIMULATOR_PORT,
      setting: 'EVERGRANT_SIMULATOR_PORT',
      purpose: 'the Instagram simulator',
    },
  ];
  return ports;
}

function refuseOtherHosts(settings: Settings): void {
  if (['127.0.0.1', 'localhost', '::1'].includes(settings.EVERGRANT_HTTP_HOST)) return;
  throw new ConfigError([
    'EVERGRANT_HTTP_HOST must be 127.0.0.1 under npm start, whose sandbox is for this machine alone',
  ]);
}

function tell(
  api: string,
  signIn: string,
  simulator: string,
  temporalUi: string | undefined,
  data: DataFolder,
): void {
  say(`API            ${api}  (docs: ${api}/docs)`);
  say(`Console        ${signIn}  (once, within 10 minutes; later: npx evergrant console)`);
  say(`API key        ${data.file('api-key')}`);
  say(`Instagram      ${simulator}  (simulator)`);
  if (temporalUi) say(`Temporal UI    ${temporalUi}`);
  say('evergrant is ready');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const undo = new Undo();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undo.exit(0));
start(undo).catch((error: unknown) => {
  if (undo.isUnderWay) return;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  undo.exit(1);
});
