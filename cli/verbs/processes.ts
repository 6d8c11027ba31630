import { setFlagsFromString } from 'node:v8';
import { Failure, UsageError } from '../failures';
import { SECOND_MS } from '../../core/time';
import { load } from '../load';
import { type Io } from '../output/io';
import { note, say } from '../output/output';
import { withLocalServers } from '../settings';
import { type Verb } from '../verb';

/** Calls to Instagram that are under way may go on for 45 s, so that their answers are stored. Platforms are to wait 60 s. */
const WORKER_ENDS_WITHIN_MS = 55 * SECOND_MS;

export const workerVerb: Verb = (program, io) => {
  program
    .command('worker')
    .description(
      'Run the worker (lifecycles, calls to Instagram, the audit) until SIGTERM or SIGINT; metrics on EVERGRANT_METRICS_PORT.',
    )
    .action(async () => {
      collectGarbageEarly();
      const { startWorker } = load.startWorker();
      await load
        .runProcess()
        .runProcess(io, 'worker', (services, started) => startWorker(io, services, started), {
          endWithinMs: WORKER_ENDS_WITHIN_MS,
        });
    });
};

/**
 * A worker sleeps nearly always, and V8 would let it grow to twice its size before it looks for garbage.
 * @see https://nodejs.org/api/v8.html#v8setflagsfromstringflags
 */
function collectGarbageEarly(): void {
  for (const flag of ['--optimize-for-size', '--max-semi-space-size=4', '--semi-space-growth-factor=1'])
    setFlagsFromString(flag);
}

export const apiVerb: Verb = (program, io) => {
  program
    .command('api')
    .description(
      'Run the HTTP API on EVERGRANT_HTTP_HOST and EVERGRANT_HTTP_PORT until SIGTERM or SIGINT; metrics on EVERGRANT_METRICS_PORT.',
    )
    .action(async () => {
      const { runApi } = load.http();
      await load.runProcess().runProcess(io, 'API', async (services, started) => {
        started(await runApi(services));
      });
    });
};

interface Options {
  port?: string;
  host?: string;
  state?: string;
  seed?: string;
  redirectUris?: string;
}

export const simulatorVerb: Verb = (program, io) => {
  program
    .command('simulator')
    .description('Run the Instagram simulator until SIGTERM or SIGINT.')
    .option('--port <n>', 'port to listen on; 0: any free port (default: EVERGRANT_SIMULATOR_PORT, 4010)')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--state <file>', 'store accounts, tokens and messages in this file')
    .option('--seed <text>', 'generate the same IDs and tokens every time')
    .option(
      '--redirect-uris <urls>',
      'exact addresses that a consent may return to, separated by commas (default: EVERGRANT_SIMULATOR_REDIRECT_URIS, or any address on this machine)',
    )
    .action(async (options: Options) => simulate(io, options));
};

async function simulate(io: Io, options: Options): Promise<void> {
  const { readOptions, runSimulator } = load.simulator();
  const { redirectUris, ...named } = options;
  const given = { ...named, ...(redirectUris !== undefined && { 'redirect-uris': redirectUris }) };
  const args = Object.entries(given).map(([name, value]) => `--${name}=${value}`);
  const stop = io.stopSignal();
  const running = await runSimulator(wrongUsage(() => readOptions(args, io.env)));
  say(io, `Instagram simulator: ${running.url}`);
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
  await running.close();
}

function wrongUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

export const migrateVerb: Verb = (program, io) => {
  program
    .command('migrate')
    .description(
      'Migrate the database to the latest schema. Uses DATABASE_DIRECT_URL if it is set, else DATABASE_URL.',
    )
    .option(
      '--runtime-role <name>',
      'also grant this role what the other processes need, without rights on the schema; creates it (default: EVERGRANT_DATABASE_RUNTIME_ROLE)',
    )
    .action(async ({ runtimeRole }: { runtimeRole?: string }) => bringUp(io, runtimeRole));
};

async function bringUp(io: Io, role?: string): Promise<void> {
  const named = role === undefined ? {} : { EVERGRANT_DATABASE_RUNTIME_ROLE: role };
  const settings = load.config().loadSettings(withLocalServers({ ...io.env, ...named }), ['DATABASE_URL']);
  const url = (settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL)?.reveal() ?? '';
  const done = await load
    .migrate()
    .migrate(url, (name) => note(io, `${name} …`))
    .catch((error: unknown) => {
      throw load.databaseFailure().databaseFailure(error);
    });
  say(
    io,
    done.length === 0
      ? 'The schema is up to date.'
      : `The schema is up to date: ${done.length} migration${done.length === 1 ? '' : 's'} ran.`,
  );
  const runtimeRole = settings.EVERGRANT_DATABASE_RUNTIME_ROLE;
  if (runtimeRole !== undefined) await grantRole(io, url, runtimeRole);
}

async function grantRole(io: Io, url: string, role: string): Promise<void> {
  const { grantRuntimeRole, RuntimeRoleRefused } = load.runtimeRole();
  const { created } = await grantRuntimeRole(url, role).catch((error: unknown) => {
    if (error instanceof RuntimeRoleRefused) throw new Failure(error.message);
    throw load.databaseFailure().databaseFailure(error);
  });
  say(io, `The role ${role} may read and write rows, and nothing else.`);
  if (created)
    say(io, `It is new. Set its password with psql, by \\password ${role}, and use it in DATABASE_URL.`);
}
