import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type Account, State } from './state';
import { type Changed } from './world';

const SAVE_DELAY_MS = 200;
/** Changes that follow each other are gathered for so long. */
const SAVE_WITHIN_MS = 5_000;
const MAX_CHANGES_BYTES = 16 * 1024 * 1024;

/** Reads a snapshot. Throws when it is none. */
export function parseSnapshot(snapshot: unknown): State {
  return State.parse(structuredClone(snapshot));
}

/** The state in a file; `undefined` where there is no file. Throws an error that names a file that is unreadable. */
export function loadSnapshot(file: string): State | undefined {
  const text = read(file);
  const changes = read(changesOf(file));
  if (text === undefined && changes === undefined) return undefined;
  try {
    const state = text === undefined ? undefined : (JSON.parse(text) as State);
    return parseSnapshot(withChanges(state, changes ?? '', digestOf(text)));
  } catch (cause) {
    throw new Error(`${file} does not hold the state of a simulator; remove it to start over`, { cause });
  }
}

/** Keeps a file up to date: the whole of it soon after changes, and what changed beside it at once. */
export interface Saver {
  changed(what: Changed): void;
  /** Writes the whole file if anything changed. */
  flush(): void;
}

/** One line of the changes: the numbers that change all the time, and what else did. */
type Line = Pick<State, 'counter' | 'clockOffsetMs' | 'messageSeq'> & {
  account?: Account;
  settings?: Omit<State, 'accounts'>;
  everything?: State;
};

/**
 * A process that is killed loses nothing: what was written is the kernel's. Only the whole file is also forced to the
 * disk, which takes longer than most answers, so it waits until nothing has changed for a moment.
 */
export function createSaver(file: string, state: State, onError: (error: Error) => void): Saver {
  let timer: NodeJS.Timeout | undefined;
  let firstAt = 0;
  let changes: { handle: number; bytes: number } | undefined;
  /** Whether the file was written by this process: else it may hold another state. */
  let isOurs = false;

  function flush(): void {
    if (!timer) return;
    clearTimeout(timer);
    timer = undefined;
    writeAtomically(file, JSON.stringify(state));
    isOurs = true;
    if (changes) closeSync(changes.handle);
    changes = undefined;
    rmSync(changesOf(file), { force: true });
  }

  function reportingErrors(write: () => void): void {
    try {
      write();
    } catch (error) {
      onError(error as Error);
    }
  }

  function append(what: Changed): void {
    const { counter, clockOffsetMs, messageSeq } = state;
    const content = contentOf(state, changes || isOurs ? what : 'everything');
    const line = `${JSON.stringify({ counter, clockOffsetMs, messageSeq, ...content } satisfies Line)}\n`;
    if (changes) changes.bytes += writeSync(changes.handle, line);
    else changes = beginChanges(file, line);
  }

  return {
    flush,
    changed(what) {
      reportingErrors(() => append(what));
      const now = Date.now();
      if (timer) clearTimeout(timer);
      else firstAt = now;
      const isFull = changes !== undefined && changes.bytes > MAX_CHANGES_BYTES;
      const waitMs = isFull ? 0 : Math.max(0, Math.min(SAVE_DELAY_MS, firstAt + SAVE_WITHIN_MS - now));
      timer = setTimeout(() => reportingErrors(flush), waitMs).unref();
    },
  };
}

function contentOf(state: State, what: Changed): Partial<Line> {
  if (what === 'everything') return { everything: state };
  if (what !== 'settings') return { account: what };
  const { accounts: _, ...settings } = state;
  return { settings };
}

/** Those of another version of the file are of no use: it was written after them. */
function withChanges(state: State | undefined, changes: string, of: string): unknown {
  const [head, ...lines] = changes.split('\n');
  if (head !== of) return state;
  // The last one may have been cut off by a kill: it was not answered.
  return lines.slice(0, -1).reduce(apply, state);
}

function apply(state: State | undefined, text: string): State {
  const { account, settings, everything, ...numbers } = JSON.parse(text) as Line;
  if (everything) return everything;
  const accounts = state?.accounts ?? [];
  if (account) {
    const at = accounts.findIndex(({ id }) => id === account.id);
    accounts[at === -1 ? accounts.length : at] = account;
  }
  return { ...(state as State), ...settings, ...numbers, accounts };
}

/** At no instant is there less than there was: the changes of an earlier process may be all that is left of it. */
function beginChanges(file: string, line: string): { handle: number; bytes: number } {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${changesOf(file)}.${process.pid}.tmp`;
  const handle = openSync(temporary, 'w', 0o600);
  const bytes = writeSync(handle, `${digestOf(read(file))}\n${line}`);
  renameSync(temporary, changesOf(file));
  return { handle, bytes };
}

const changesOf = (file: string): string => `${file}.changes`;

function digestOf(text: string | undefined): string {
  return text === undefined ? 'none' : createHash('sha256').update(text).digest('hex');
}

function read(file: string): string | undefined {
  return statSync(file, { throwIfNoEntry: false }) && readFileSync(file, 'utf8');
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
