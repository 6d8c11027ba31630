import { Readable } from 'node:stream';
import { type Io } from '../../cli/output/io';
import { runCli } from '../../cli/program';
import { systemClock } from '../../adapters/clock';
import { Secret } from '../../core/access/secret';
import { sandboxRoutes } from '../../dev/sandbox/sandbox-routes';
import { startApi } from './api';
import { type Stack } from './stack';

const KEY = 'evg_test_0123456789abcdef01234567';

/** What a command printed, and how it ended. */
export interface Ran {
  code: number;
  out: string;
  err: string;
}

export interface World {
  env?: NodeJS.ProcessEnv;
  /** What standard input gives. */
  input?: Iterable<string | Buffer>;
  /** What the person at the terminal answers; without it nobody is there. */
  answer?: string;
  onAsk?: (question: string) => unknown;
  /** Called in place of every wait, so that no test waits by the clock. */
  onPause?: () => unknown;
  stop?: AbortController;
  /** Output is a terminal of so many columns. */
  columns?: number;
}

/** Runs a command in this process. */
export async function evergrant(args: string[], world: World = {}): Promise<Ran> {
  const ran: Ran = { code: -1, out: '', err: '' };
  const terminal = world.columns === undefined ? {} : { isTTY: true, columns: world.columns };
  const io: Io = {
    env: world.env ?? {},
    in: Readable.from(world.input ?? []),
    out: { write: (text) => (ran.out += text), ...terminal },
    err: { write: (text) => (ran.err += text), ...terminal },
    async ask(question) {
      if (world.answer !== undefined) world.onAsk?.(question);
      return world.answer ?? null;
    },
    stopSignal: () => (world.stop ?? new AbortController()).signal,
    pause: async () => void (await world.onPause?.()),
  };
  ran.code = await runCli(args, io);
  return ran;
}

export interface TestApi {
  url: string;
  env: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

/** The real API over a stack, with or without the sandbox's own routes. */
export async function serveApi(stack: Stack, { sandbox = true } = {}): Promise<TestApi> {
  const api = await startApi(
    stack,
    { apiKey: new Secret(KEY), wallClock: systemClock, site: { productName: 'Evergrant' } },
    (app, deps) => {
      if (sandbox) app.route('/sandbox', sandboxRoutes(deps, stack.simulator, stack.travel));
    },
  );
  const { url } = api;
  return { url, close: () => api.stop(), env: { EVERGRANT_URL: url, EVERGRANT_API_KEY: KEY } };
}

/** What the API itself answers. */
export async function ask(api: TestApi, path: string): Promise<unknown> {
  const response = await fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${KEY}` } });
  return response.json();
}
