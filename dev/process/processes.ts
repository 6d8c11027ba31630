import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { alive, identityOf, signalGroup, until } from './process-table';
import { confine, type User } from '../postgres/privileges';

const KILL_AFTER_MS = 5_000;
const LOG_LIMIT_BYTES = 20 * 1024 * 1024;
const LOG_TAIL_LINES = 12;

interface Program {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  /** The user to run as; without it, the user of this process. */
  user?: User | undefined;
}

export interface ChildOptions extends Program {
  logFile: string;
  /** Remembers the child for the next start, should this process be killed before it could stop it. */
  pidFile: string;
  /** Asks the program for its quick, clean end. */
  stopSignal: 'SIGINT' | 'SIGTERM';
}

export interface Child {
  readonly pid: number;
  /** Settles when the program has ended, with how it ended; never rejects. */
  readonly exited: Promise<string>;
  /** Ends the program, kindly first, by force after five seconds. Repeatable. */
  stop(): Promise<void>;
  /** The end of what it has logged in this run, to be shown when it failed. */
  lastLog(): string;
}

/**
 * Starts a program in its own process group: Ctrl-C reaches only us, and we stop our children in order.
 * Its output goes straight to the log file, so nothing is lost when we are killed.
 */
export function startChild(options: ChildOptions): Child {
  const log = openLog(options.logFile);
  const logStart = fstatSync(log).size;
  const child = spawnConfined(options, options.stopSignal, ['ignore', log, log]);
  closeSync(log);
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(signal ? `was ended by ${signal}` : `exited with ${code}`));
  });
  const pid = child.pid ?? 0;
  if (pid) writePidFile(options.pidFile, pid);

  const stop = async () => {
    const running = pid !== 0 && child.exitCode === null && child.signalCode === null;
    if (running) {
      signalGroup(pid, options.stopSignal, 'leader');
      const timer = setTimeout(() => signalGroup(pid, 'SIGKILL', 'all'), KILL_AFTER_MS);
      await exited;
      clearTimeout(timer);
    }
    rmSync(options.pidFile, { force: true });
  };
  return { pid, exited, stop, lastLog: () => tail(options.logFile, logStart) };
}

/** Runs a program to its end; throws with its output unless it succeeds. */
export async function runToEnd(program: Program): Promise<void> {
  const child = spawnConfined(program, 'SIGTERM', ['ignore', 'pipe', 'pipe']);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${program.command} exited with ${code}:\n${output.trim()}`);
}

/** Stops the child of an earlier run that was killed before it could do so itself. */
export async function stopLeftover(pidFile: string, stopSignal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  const left = readPidFile(pidFile);
  if (!left) return;
  // A number alone proves nothing: the system may have given it to a stranger since.
  const gone = () => !alive(left.pid) || identityOf(left.pid) !== left.identity;
  if (!gone()) {
    signalGroup(left.pid, stopSignal, 'leader');
    if (!(await until(gone, KILL_AFTER_MS))) signalGroup(left.pid, 'SIGKILL', 'all');
    await until(gone, KILL_AFTER_MS);
  }
  rmSync(pidFile, { force: true });
}

function spawnConfined(
  program: Program,
  stopSignal: 'SIGINT' | 'SIGTERM',
  stdio: ['ignore', 'pipe' | number, 'pipe' | number],
) {
  const { command, args, ids } = confine({ ...program, stopSignal });
  // Not in our folder, which the other user may be unable to enter.
  return spawn(command, args, { ...ids, env: program.env, cwd: '/', stdio, detached: true });
}

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  const log = openSync(file, 'a', 0o600);
  if (fstatSync(log).size < LOG_LIMIT_BYTES) return log;
  closeSync(log);
  return openSync(file, 'w', 0o600);
}

function tail(file: string, from: number): string {
  return readFileSync(file).subarray(from).toString().trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}

interface PidFile {
  pid: number;
  identity: string | null;
}

function writePidFile(file: string, pid: number): void {
  writeFileSync(file, JSON.stringify({ pid, identity: identityOf(pid) } satisfies PidFile), { mode: 0o600 });
}

function readPidFile(file: string): PidFile | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PidFile;
  } catch {
    return null;
  }
}
