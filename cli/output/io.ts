import { type StdioOptions } from 'node:child_process';
import { type Readable } from 'node:stream';
import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';

interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  /** Characters per line, on a terminal. */
  columns?: number;
}

/** What a command has of the world around it; tests bring their own. */
export interface Io {
  env: NodeJS.ProcessEnv;
  /** Standard input. */
  in: Readable;
  /** What was asked for. */
  out: Output;
  /** Progress, hints and errors. */
  err: Output;
  /** Asks the user at the terminal; null when there is none. */
  ask(question: string): Promise<string | null>;
  /** Aborted when the process is asked to end. Until it is called, a signal ends the process at once. */
  stopSignal(): AbortSignal;
  /** Where a program that a command runs writes; absent: where this one does. */
  stdio?: StdioOptions;
  /** Waits so many milliseconds, less when `signal` is aborted. */
  pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export function processIo(): Io {
  let stop: AbortController | undefined;
  return {
    env: process.env,
    // Opened when it is read: a terminal that nobody reads from must not keep the process alive.
    get in() {
      return process.stdin;
    },
    out: process.stdout,
    err: process.stderr,
    async ask(question) {
      if (!process.stdin.isTTY) return null;
      const terminal = createInterface({ input: process.stdin, output: process.stderr });
      return terminal.question(question).finally(() => terminal.close());
    },
    stopSignal() {
      stop ??= abortedBySignals();
      return stop.signal;
    },
    pause: async (milliseconds, signal) => {
      await pause(milliseconds, undefined, signal && { signal }).catch(() => undefined);
    },
  };
}

/** The second signal ends the process at once: the user does not want to wait for a clean stop. */
function abortedBySignals(): AbortController {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(1);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller;
}
