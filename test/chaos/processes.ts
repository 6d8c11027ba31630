import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { until } from '../support/until';

const ROOT = join(__dirname, '..', '..');
const READY_MS = 90_000;

/** A process of the product. */
export interface Running {
  readonly pid: number;
  output(): string;
  /** Settles with the exit code or the signal's name. */
  readonly ended: Promise<number | NodeJS.Signals>;
  isReady(): boolean;
  /** Settles when it is ready, or has ended. */
  readonly ready: Promise<unknown>;
  kill(signal: NodeJS.Signals): void;
}

export function startProcess(verb: 'api' | 'worker', env: Record<string, string>): Running {
  const preload = verb === 'worker' ? ['-r', join(__dirname, 'fault-point.ts')] : [];
  const child = spawn(process.execPath, ['-r', 'tsx/cjs', ...preload, 'cli/main.ts', verb], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watch(child, verb);
}

function watch(child: ChildProcess, verb: string): Running {
  let text = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const kill = (signal: NodeJS.Signals) => void child.kill(signal);
  const onExit = () => kill('SIGKILL');
  process.once('exit', onExit);
  let isOver = false;
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('exit', (code, signal) => {
      isOver = true;
      process.off('exit', onExit);
      resolve(signal ?? code ?? 0);
    });
  });
  const isReady = () => !isOver && text.includes('"msg":"ready"');
  const ready = until(() => isOver || isReady(), { timeoutMs: READY_MS, what: `the ${verb} is ready` });
  ready.catch(() => undefined);
  return { pid: child.pid!, output: () => text, ended, isReady, ready, kill };
}

/** So many of one kind, each replaced when it ends, as a platform does. */
export interface Crew {
  members(): readonly Running[];
  /** @param count how many are enough; without it, all */
  ready(count?: number): Promise<unknown>;
  /** Kills all, and returns when others are ready in their place. */
  replace(): Promise<void>;
  /** Ends them all, without replacement. */
  dismiss(signal: NodeJS.Signals): Promise<void>;
}

export function keepRunning(count: number, start: () => Running, onEnd: (one: Running) => void): Crew {
  const members: Running[] = [];
  let isDismissed = false;
  const hire = () => {
    const one = start();
    members.push(one);
    void one.ended.then(() => {
      members.splice(members.indexOf(one), 1);
      onEnd(one);
      if (!isDismissed) hire();
    });
  };
  for (let n = 0; n < count; n++) hire();
  const ready = (wanted = count) =>
    until(() => members.filter((one) => one.isReady()).length >= wanted, {
      timeoutMs: READY_MS,
      what: `${wanted} processes are ready`,
    });
  return {
    members: () => members,
    ready,
    async replace() {
      const old = [...members];
      for (const one of old) one.kill('SIGKILL');
      await Promise.all(old.map((one) => one.ended));
      await ready();
    },
    async dismiss(signal) {
      isDismissed = true;
      const last = [...members];
      for (const one of last) one.kill(signal);
      await Promise.all(last.map(({ ended }) => ended));
    },
  };
}
