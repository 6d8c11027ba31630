import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { State } from './state';

const SAVE_DELAY_MS = 200;

/** Reads a snapshot. Throws when it is none. */
export function parseSnapshot(snapshot: unknown): State {
  return State.parse(structuredClone(snapshot));
}

/** The snapshot in a file; `undefined` where there is no file. Throws an error that names a file that is unreadable. */
export function loadSnapshot(file: string): State | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return parseSnapshot(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${file} does not hold the state of a simulator; remove it to start over`, { cause });
  }
}

/** Keeps a file up to date: soon after each change, and at once on request. */
export interface Saver {
  changed(): void;
  flush(): void;
}

export function createSaver(file: string, snapshot: () => State, onError: (error: Error) => void): Saver {
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    if (!timer) return;
    clearTimeout(timer);
    timer = undefined;
    writeAtomically(file, JSON.stringify(snapshot()));
  };
  const flushInBackground = () => {
    try {
      flush();
    } catch (error) {
      onError(error as Error);
    }
  };
  return {
    flush,
    changed() {
      timer ??= setTimeout(flushInBackground, SAVE_DELAY_MS).unref();
    },
  };
}

/** A reader always finds the whole file, old or new. It holds tokens, so other users cannot read it. */
function writeAtomically(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = openSync(temporary, 'w', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
}
