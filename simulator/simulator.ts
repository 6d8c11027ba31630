import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { type Hono } from 'hono';
import type { z } from 'zod';
import { AccountInput, addAccount, findAccount, invalidate, restore } from './accounts';
import {
  generateToken,
  InboundInput,
  LoginInput,
  ModeInput,
  receive,
  reset,
  ResetInput,
  scriptLogin,
  setMode,
  TokenInput,
} from './actions';
import { createApp } from './app';
import { type Clock, createVirtualClock, systemClock, type VirtualClock } from './clock';
import { createFaults, type Fault, FaultInput } from './faults';
import { type SimulatorEnv } from './http';
import { createLedger, type LedgerRow } from './ledger';
import { createSaver, loadSnapshot, parseSnapshot } from './persistence';
import { createRandom } from './random';
import { type Account, emptyState, type Mode, type State } from './state';
import { accountView, type AccountView, messageViews, type MessageView } from './views';
import { createIndex, createTracer, type World } from './world';

/** The app of a sandbox, where nothing else is set. */
export const SANDBOX_APP_ID = '1029384756102938';
export const SANDBOX_APP_SECRET = 'sandbox-app-secret-of-the-simulator';

export interface SimulatorOptions {
  appId?: string;
  appSecret?: string;
  /** Exact addresses the authorize page may return to. Default: any loopback address. */
  redirectUris?: readonly string[];
  /** What the virtual clock runs on. Default: the system's. */
  clock?: Clock;
  /** Identifiers follow from it. Default: random. A snapshot goes on with its own. */
  seed?: string;
  /** A former state to go on from. */
  snapshot?: unknown;
  /** A file that holds the state across restarts; read at once unless `snapshot` is given, written within 200 ms of a change. */
  saveTo?: string;
  /** Called after every change of the state. */
  onChange?: () => void;
  /** Called when `saveTo` could not be written. Default: a process warning. */
  onSaveError?: (error: Error) => void;
}

/** Instagram in this process. Accounts are named by professional account id or username; an unknown one throws. */
export interface Simulator {
  /** Hono application: `app.request(path)` in tests, `app.fetch` behind a server. */
  readonly app: Hono<SimulatorEnv>;
  readonly clock: VirtualClock;
  readonly settings: { readonly appId: string; readonly appSecret: string };
  addAccount(input: AccountInput): AccountView;
  accounts(): AccountView[];
  account(name: string): AccountView;
  /** Kills the account's tokens so far; `subcode` (default 460) as their refusals carry it, `null` for none. */
  invalidate(name: string, subcode?: number | null): void;
  /** Revives tokens that were invalidated with 459, 464, 465 or 490. */
  restore(name: string): void;
  /** A token without OAuth; long-lived, for reading and messaging, unless told otherwise. */
  generateToken(name: string, input?: z.input<typeof TokenInput>): string;
  receive(name: string, message: z.input<typeof InboundInput>): MessageView;
  /** Both ways, oldest first. */
  messages(name: string): MessageView[];
  scriptLogin(input: z.input<typeof LoginInput>): void;
  addFault(fault: FaultInput): Fault;
  clearFaults(): void;
  setMode(mode: Partial<Mode>): Mode;
  /** The ledger after a sequence number, oldest first. */
  requests(since?: number): LedgerRow[];
  reset(input?: z.input<typeof ResetInput>): void;
  /** Everything but faults and ledger, as JSON. */
  snapshot(): State;
  /** Writes what is unwritten. Throws when that fails. */
  flush(): void;
  /** Ends delayed answers and writes what is unwritten. */
  close(): void;
}

export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const { saveTo } = options;
  const state =
    options.snapshot !== undefined
      ? parseSnapshot(options.snapshot)
      : (saveTo !== undefined && loadSnapshot(saveTo)) || emptyState(options.seed ?? randomUUID());
  const snapshot = () => structuredClone(state);
  const onSaveError = options.onSaveError ?? ((error) => process.emitWarning(error));
  const saver = saveTo === undefined ? undefined : createSaver(saveTo, snapshot, onSaveError);
  const changed = () => {
    saver?.changed();
    options.onChange?.();
  };
  const world: World = {
    settings: {
      appId: options.appId ?? SANDBOX_APP_ID,
      appSecret: options.appSecret ?? SANDBOX_APP_SECRET,
      redirectUris: options.redirectUris ?? null,
    },
    clock: savedClock(createVirtualClock(options.clock ?? systemClock, state), changed),
    random: createRandom(state.seed, state),
    state,
    index: createIndex(state.accounts),
    faults: createFaults(),
    ledger: createLedger(),
    trace: createTracer(state.seed),
    changed,
  };
  const closing = new AbortController();
  // One listener per delayed request.
  setMaxListeners(0, closing.signal);
  return {
    ...worldMethods(world),
    app: createApp(world, closing.signal),
    clock: world.clock,
    settings: world.settings,
    snapshot,
    flush: () => saver?.flush(),
    close() {
      closing.abort();
      saver?.flush();
    },
  };
}

/** Whoever moves the clock, it is saved. */
function savedClock(clock: VirtualClock, changed: () => void): VirtualClock {
  return {
    now: clock.now,
    advance(milliseconds) {
      const now = clock.advance(milliseconds);
      changed();
      return now;
    },
  };
}

function worldMethods(world: World) {
  const named = (name: string): Account => {
    const account = findAccount(world, name);
    if (!account) throw new Error(`the simulator has no account ${name}`);
    return account;
  };
  return {
    addAccount: (input) => accountView(world, addAccount(world, AccountInput.parse(input))),
    accounts: () => world.state.accounts.map((account) => accountView(world, account)),
    account: (name) => accountView(world, named(name)),
    invalidate: (name, subcode = 460) => invalidate(world, named(name), subcode),
    restore: (name) => restore(world, named(name)),
    generateToken: (name, input = {}) => generateToken(world, named(name), TokenInput.parse(input)).value,
    receive: (name, message) => receive(world, named(name), InboundInput.parse(message)),
    messages: (name) => messageViews(named(name)),
    scriptLogin: (input) => void scriptLogin(world, LoginInput.parse(input)),
    addFault: (fault) => world.faults.add(FaultInput.parse(fault)),
    clearFaults: () => world.faults.clear(),
    setMode: (mode) => setMode(world, ModeInput.parse(mode)),
    requests: (since = 0) => world.ledger.since({ seq: since }),
    reset: (input = {}) => reset(world, ResetInput.parse(input)),
  } satisfies Partial<Simulator>;
}
