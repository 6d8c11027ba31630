import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../dev/process/ports';
import { until } from './until';

const ROOT = join(__dirname, '..', '..');
const READY_MS = 120_000;

export interface Run {
  child: ChildProcess;
  output(): string;
  exited: Promise<number | null>;
}

/** `npm start` on ports and a data folder of its own. */
export interface Everything {
  dataDir: string;
  env: NodeJS.ProcessEnv;
  api: string;
  simulator: string;
  /** The API key that it made. */
  key(): string;
  start(settings?: NodeJS.ProcessEnv): Run;
  ready(run: Run): Promise<unknown>;
  kill(signal: NodeJS.Signals): void;
  /** Command lines that name the data folder: both servers are started with files in it. */
  processes(): string[];
  remove(): Promise<void>;
}

export async function prepareEverything(): Promise<Everything> {
  const dataDir = mkdtempSync(join(tmpdir(), 'evergrant-start-'));
  const [http, metrics, simulator, temporal, ui] = await freePorts(5);
  const env = {
    ...process.env,
    EVERGRANT_DATA_DIR: dataDir,
    EVERGRANT_HTTP_PORT: String(http),
    EVERGRANT_METRICS_PORT: String(metrics),
    EVERGRANT_SIMULATOR_PORT: String(simulator),
    EVERGRANT_TEMPORAL_PORT: String(temporal),
    EVERGRANT_TEMPORAL_UI_PORT: String(ui),
  };
  let last: Run | undefined;

  function kill(signal: NodeJS.Signals): void {
    if (last?.child.exitCode !== null || !last.child.pid) return;
    process.kill(-last.child.pid, signal);
  }

  return {
    dataDir,
    env,
    api: `http://127.0.0.1:${http}`,
    simulator: `http://127.0.0.1:${simulator}`,
    key: () => readFileSync(join(dataDir, 'api-key'), 'utf8').trim(),
    start(settings = {}) {
      // As the script behind `npm start` does, in a process group of its own.
      const child = spawn('node', ['-r', 'tsx/cjs', 'dev/start.ts'], {
        cwd: ROOT,
        env: { ...env, ...settings },
        detached: true,
      });
      let text = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
      last = { child, output: () => text, exited };
      return last;
    },
    ready: (run) =>
      until(() => /^evergrant is ready$/m.test(run.output()), {
        timeoutMs: READY_MS,
        what: 'evergrant is ready',
      }),
    kill,
    processes: () =>
      readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
        .map((pid) =>
          existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '',
        )
        .filter((line) => line.includes(dataDir)),
    async remove() {
      kill('SIGKILL');
      await last?.exited;
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}
