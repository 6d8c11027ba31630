import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterwards } from './temporary-folder';
import { until } from './until';

const ROOT = join(__dirname, '..', '..');

export interface Child {
  process: ChildProcess;
  out: () => string;
  err: () => string;
  ended: Promise<number | null>;
}

/** Runs `npx evergrant` as users do. @param root of another checkout, to run its code */
export function evergrant(args: string[], env: Record<string, string>, root = ROOT): Child {
  const child = spawn(process.execPath, [join(root, 'cli', 'evergrant.js'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  afterwards(() => child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { process: child, out: () => out, err: () => err, ended };
}

/** @throws with its output when the process ends instead */
export async function isReady(child: Child): Promise<void> {
  await until(() => child.err().includes('"msg":"ready"') || child.process.exitCode !== null, {
    timeoutMs: 60_000,
    what: 'the process is ready',
  });
  if (child.process.exitCode !== null) throw new Error(`the process ended:\n${child.err()}`);
}
