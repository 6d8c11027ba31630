import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { freePorts, requireFreePorts, type WantedPort } from '../process/ports';
import { temporalExecutable } from './executable';
import { startChild, stopLeftover, type Child } from '../process/processes';

const NAMESPACE = 'default';
const START_DEADLINE_MS = 60_000;
const ATTEMPT_MS = 2_000;
const POLL_MS = 50;

export interface TemporalServerOptions {
  /** SQLite file that keeps everything across restarts; without it, all is forgotten at the end. */
  dbFile?: string;
  logFile: string;
  pidFile: string;
  /** Without it, any free one. */
  port?: number;
  /** Without it, no Web UI. */
  uiPort?: number;
}

export interface TemporalServer {
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string | undefined;
  readonly pid: number;
  /** Settles with the cause when the server has ended. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

/** Starts Temporal's dev server on loopback and returns once its namespace can be used. */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  await stopLeftover(options.pidFile, 'SIGTERM');
  // Another Temporal server on our port would answer in our server's place.
  await requireFreePorts(portsAskedFor(options));
  const port = options.port ?? (await freePorts(1))[0]!;
  const address = `127.0.0.1:${port}`;
  const server = startChild({
    command: temporalExecutable(),
    args: serverArguments(options, port),
    env: cleanEnvironment(),
    logFile: options.logFile,
    pidFile: options.pidFile,
    stopSignal: 'SIGTERM',
  });
  try {
    await answering(server, address);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    address,
    namespace: NAMESPACE,
    uiUrl: options.uiPort === undefined ? undefined : `http://127.0.0.1:${options.uiPort}`,
    pid: server.pid,
    exited: server.exited,
    stop: () => server.stop(),
  };
}
function portsAskedFor({ port, uiPort }: TemporalServerOptions): WantedPort[] {
  const asked: WantedPort[] = [];
  if (port !== undefined) asked.push({ port, setting: 'EVERGRANT_TEMPORAL_PORT', purpose: 'Temporal' });
  if (uiPort !== undefined) {
    asked.push({ port: uiPort, setting: 'EVERGRANT_TEMPORAL_UI_PORT', purpose: 'Temporal Web UI' });
  }
  return asked;
}

function serverArguments({ dbFile, uiPort }: TemporalServerOptions, port: number): string[] {
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--namespace', NAMESPACE];
  args.push('--log-level', 'warn', '--disable-config-file', '--disable-config-env');
  // Lets the sandbox move running workflows forward in time.
  args.push('--dynamic-config-value', 'frontend.WorkflowTimeSkippingEnabled=true');
  // A journey goes from one due timer to the next: by default each would be noticed up to a second late, and a run could
  // continue as new only once a second.
  args.push('--dynamic-config-value', 'history.timerProcessorMaxTimeShift="20ms"');
  args.push('--dynamic-config-value', 'history.workflowIdReuseMinimalInterval="0s"');
  // All workflows share one shard here, whose queues are looked into 20 times a second by default: after the first steps
  // of a journey each one would wait for its turn.
  for (const queue of ['timer', 'transfer', 'visibility'])
    args.push('--dynamic-config-value', `history.${queue}ProcessorMaxPollRPS=2000`);
  // A queue in several parts has an order of urgency in each part alone.
  for (const side of ['Read', 'Write'])
    args.push('--dynamic-config-value', `matching.numTaskqueue${side}Partitions=1`);
  // A run is deleted only once the queues have noted how far they are, by default every minute.
  for (const queue of ['transfer', 'visibility'])
    args.push('--dynamic-config-value', `history.${queue}ProcessorUpdateAckInterval="500ms"`);
  args.push(
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
  );
  // A write-ahead log survives a killed process and spares a disk flush for every commit.
  if (dbFile)
    args.push(
      '--db-filename',
      dbFile,
      '--sqlite-pragma',
      'journal_mode=WAL',
      '--sqlite-pragma',
      'synchronous=NORMAL',
    );
  return args;
}

/** TEMPORAL_* settings are meant for clients and would reach the server's own command line parser. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

/** Returns once the namespace can be used. @throws when the server has ended, or takes too long */
export async function answering(server: Child, address: string): Promise<void> {
  const deadline = Date.now() + START_DEADLINE_MS;
  let ended: string | undefined;
  void server.exited.then((how) => (ended = how));
  for (;;) {
    const problem = await namespaceProblem(address);
    if (!problem) return;
    if (ended) throw new Error(`The Temporal server ${ended}:\n${server.lastLog()}`);
    if (Date.now() > deadline)
      throw new Error(`The Temporal server did not answer (${problem}):\n${server.lastLog()}`);
    await pause(POLL_MS);
  }
}

async function namespaceProblem(address: string): Promise<string | null> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: ATTEMPT_MS });
    await connection.withDeadline(Date.now() + ATTEMPT_MS, () =>
      connection!.workflowService.describeNamespace({ namespace: NAMESPACE }),
    );
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await connection?.close();
  }
}
