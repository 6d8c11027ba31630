// Loaded into a worker before its own code: ends the process by SIGKILL at one point of what it does. Which point is in
// a file, so that it can be set while workers run; the first process that gets there takes the file away, and dies.
import { readFileSync, renameSync } from 'node:fs';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import { isMainThread } from 'node:worker_threads';
import { Client } from 'pg';

/** A point in what a process does with the outside world. Patterns are regular expressions. */
export interface FaultPoint {
  when: 'before' | 'after';
  /** Statements of one connection, in this order: the last one is the point. */
  queries?: string[];
  /** `GET /path` of a request; `after`: its answer has arrived, and is not read yet. */
  request?: string;
  /** Which one of those, in this process. Default: the first. */
  nth?: number;
  /** Distinguishes it from one before. */
  id: string;
}

const FILE = process.env.CHAOS_FAULT_POINT;
let text = '';
let met = 0;
let progress = new WeakMap<object, number>();

function armed(): FaultPoint | null {
  let now: string;
  try {
    now = readFileSync(FILE!, 'utf8');
  } catch {
    return null;
  }
  if (now !== text) {
    text = now;
    met = 0;
    progress = new WeakMap();
  }
  return JSON.parse(text) as FaultPoint;
}

function dieAsArmed(): void {
  try {
    renameSync(FILE!, `${FILE}.reached`);
  } catch {
    return; // another process got there first
  }
  process.kill(process.pid, 'SIGKILL');
}

const isTheOne = ({ nth = 1 }: FaultPoint) => ++met === nth;

function pointAt(client: object, statement: string): FaultPoint | null {
  const point = armed();
  if (!point?.queries) return null;
  const at = /^begin/.test(statement) ? 0 : (progress.get(client) ?? 0);
  const isNext = new RegExp(point.queries[at]!).test(statement);
  const then = isNext ? at + 1 : at;
  const isReached = then === point.queries.length;
  progress.set(client, isReached ? 0 : then);
  return isReached && isTheOne(point) ? point : null;
}

type Query = (this: Client, ...args: unknown[]) => unknown;

function watchQueries(): void {
  const query = Client.prototype.query as unknown as Query;
  const watched: Query = function (...args) {
    const [first] = args;
    const statement = typeof first === 'string' ? first : ((first as { text?: string } | null)?.text ?? '');
    const point = pointAt(this, statement);
    if (point?.when === 'before') dieAsArmed();
    if (point?.when !== 'after') return query.apply(this, args);
    const callback = args.at(-1);
    if (typeof callback !== 'function')
      return (query.apply(this, args) as Promise<unknown>).finally(dieAsArmed);
    return query.call(this, ...args.slice(0, -1), (...answer: unknown[]) => {
      dieAsArmed();
      callback(...answer);
    });
  };
  Client.prototype.query = watched as typeof Client.prototype.query;
}

function watchRequests(): void {
  const request = http.request as (...args: unknown[]) => ClientRequest;
  const watched = (...args: unknown[]) => {
    const { method = 'GET', path = '' } = args[0] as { method?: string; path?: string };
    const point = armed();
    const isMet = point?.request && new RegExp(point.request).test(`${method} ${path.split('?')[0]}`);
    const reached = isMet && isTheOne(point) ? point : null;
    if (reached?.when === 'before') dieAsArmed();
    const made = request(...args);
    if (reached?.when === 'after')
      made.prependOnceListener('response', (answer: IncomingMessage) => {
        const emit = answer.emit.bind(answer);
        answer.emit = (name: string, ...rest: unknown[]) => {
          if (name === 'end') dieAsArmed();
          return emit(name, ...rest);
        };
      });
    return made;
  };
  http.request = watched as typeof http.request;
}

if (FILE && isMainThread) {
  watchQueries();
  watchRequests();
}
