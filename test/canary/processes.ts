import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { freePorts } from '../../dev/process/ports';
import { type Everything } from '../support/everything';
import { afterwards } from '../support/temporary-folder';

const ROOT = join(__dirname, '..', '..');
const FIXTURES = join(__dirname, 'fixtures');

export interface Ran {
  child: ChildProcess;
  output(): string;
  ended: Promise<unknown>;
}

/** Runs a program of this repository with these settings, and keeps all that it prints. */
export function runNode(args: string[], env: NodeJS.ProcessEnv): Ran {
  const child = spawn(process.execPath, ['-r', 'tsx/cjs', ...args], { cwd: ROOT, env });
  afterwards(() => child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text, ended: new Promise((resolve) => child.once('close', resolve)) };
}

/** A process of its own beside `npm start`, on the same database and the same Temporal. */
export async function runBeside(everything: Everything, verb: 'api' | 'worker', preload?: string) {
  const { env, dataDir, simulator } = everything;
  const [http, metrics] = await freePorts(2);
  const settings = {
    PATH: process.env.PATH,
    DATABASE_URL_FILE: join(dataDir, 'database-url'),
    EVERGRANT_KEYS_FILE: join(dataDir, 'encryption-keys'),
    EVERGRANT_API_KEY_FILE: join(dataDir, 'api-key'),
    TEMPORAL_ADDRESS: `127.0.0.1:${env.EVERGRANT_TEMPORAL_PORT}`,
    EVERGRANT_HTTP_PORT: String(http),
    EVERGRANT_METRICS_PORT: String(metrics),
    INSTAGRAM_APP_ID: env.INSTAGRAM_APP_ID,
    INSTAGRAM_APP_SECRET: env.INSTAGRAM_APP_SECRET,
    INSTAGRAM_AUTHORIZE_URL: `${simulator}/oauth/authorize`,
    INSTAGRAM_API_URL: simulator,
    INSTAGRAM_GRAPH_URL: simulator,
    LOG_LEVEL: 'trace',
  };
  const preloads = preload ? ['-r', join(FIXTURES, preload)] : [];
  const ran = runNode([...preloads, 'cli/main.ts', verb], settings);
  return { ...ran, url: `http://127.0.0.1:${http}` };
}

export function crash(token: string): Ran {
  return runNode([join(FIXTURES, 'crash.ts')], { PATH: process.env.PATH, CANARY_TOKEN: token });
}

/** The command line against `npm start`. */
export function cli({ env, dataDir, api }: Everything, args: string[]): Ran {
  const settings = { PATH: env.PATH, EVERGRANT_URL: api, EVERGRANT_DATA_DIR: dataDir };
  return runNode(['cli/main.ts', ...args], settings);
}
