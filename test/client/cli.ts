import { type Io } from '../../client/cli/io';
import { runCli } from '../../client/cli/program';
import { Secret } from '../../core/secret';
import { type HttpDeps } from '../../http/deps';
import { createApp } from '../../http/app';
import { createLimits } from '../../http/limits';
import { type Listening, listen } from '../../http/server';
import { createMetrics } from '../../adapters/metrics';
import { createOutgoing } from '../../adapters/outgoing/post';
import { sandboxRoutes } from '../../dev/sandbox-routes';
import { type Stack } from '../support/stack';

const KEY = 'evg_test';

/** What a command printed, and how it ended. */
export interface Ran {
  code: number;
  out: string;
  err: string;
}

export interface World {
  env?: NodeJS.ProcessEnv;
  /** What the person at the terminal answers; without it nobody is there. */
  answer?: string;
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
    out: { write: (text) => (ran.out += text), ...terminal },
    err: { write: (text) => (ran.err += text), ...terminal },
    ask: async () => world.answer ?? null,
    stopSignal: () => (world.stop ?? new AbortController()).signal,
    pause: async () => void (await world.onPause?.()),
  };
  ran.code = await runCli(args, io);
  return ran;
}

export interface TestApi extends Listening {
  url: string;
  env: NodeJS.ProcessEnv;
}

/** The real API over a stack, with or without the sandbox's own routes. */
export async function serveApi(stack: Stack, { sandbox = true } = {}): Promise<TestApi> {
  const deps: HttpDeps = {
    ...stack.deps,
    wallClock: stack.simulator.clock,
    metrics: createMetrics(),
    outgoing: createOutgoing({ development: true }),
    lifecycles: stack.lifecycles,
    temporal: stack.client,
    site: {
      publicUrl: 'http://127.0.0.1:3000',
      productName: 'Evergrant',
      supportUrl: null,
      appOrigins: [],
      isTrustedProxy: () => false,
      trustedUserHeader: null,
      loopbackOnly: true,
    },
    forwardMessageText: false,
    limits: createLimits({ requestsPerMinute: 1_000_000, failuresPerMinute: 1_000_000 }),
    apiKey: new Secret(KEY),
    console: { messages: false, temporalUiUrl: null, sandbox: null },
  };
  const app = createApp(deps);
  if (sandbox) app.route('/sandbox', sandboxRoutes(deps, stack.simulator, stack.travel));
  const listening = await listen(app, { host: '127.0.0.1', port: 0, setting: 'none' });
  const url = `http://127.0.0.1:${listening.port}`;
  return { ...listening, url, env: { EVERGRANT_URL: url, EVERGRANT_API_KEY: KEY } };
}

/** What the API itself answers. */
export async function ask(api: TestApi, path: string): Promise<unknown> {
  const response = await fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${KEY}` } });
  return response.json();
}
