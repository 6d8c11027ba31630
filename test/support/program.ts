import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterwards } from './temporary-folder';

const ROOT = join(__dirname, '..', '..');

export interface Program {
  readonly pid: number;
  /** Settles with the exit code or the signal's name. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** The next line that it prints; rejects with all of its output when it ends first. */
  line(): Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a TypeScript file as a program of its own, to be killed as a user or a machine would. */
export function startProgram(file: string, args: string[], env: Record<string, string> = {}): Program {
  const child = spawn(process.execPath, ['-r', 'tsx/cjs', file, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  afterwards(() => child.kill('SIGKILL'));
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 0));
  });
  return { pid: child.pid!, ended, line: lineReader(child, ended), kill: (signal) => child.kill(signal) };
}

function lineReader(child: ChildProcess, ended: Promise<unknown>): () => Promise<string> {
  let unread = '';
  let errors = '';
  let wake: () => void = () => undefined;
  child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout!.on('data', (chunk: Buffer) => {
    unread += chunk.toString();
    wake();
  });
  return async () => {
    while (!unread.includes('\n')) {
      const more = new Promise<'more'>((resolve) => (wake = () => resolve('more')));
      if ((await Promise.race([more, ended])) !== 'more') throw new Error(`ended early:\n${unread}${errors}`);
    }
    const end = unread.indexOf('\n');
    const line = unread.slice(0, end);
    unread = unread.slice(end + 1);
    return line;
  };
}
