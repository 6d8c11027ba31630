import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { type Hono } from 'hono';
import { createApp } from './app';
import { createCourier } from './callbacks/courier';
import { type Clock, createVirtualClock, systemClock, type VirtualClock } from './clock';
import { createFaults } from './faults/faults';
import { type SimulatorEnv } from './http';
import { createLedger } from './usage/ledger';
import { createMethods, type SimulatorMethods } from './graph/methods';
import { createSaver, loadSnapshot, parseSnapshot } from './world/persistence';
import { createRandom } from './world/random';
import { createRates } from './usage/rates';
import { emptyState, type State } from './world/state';
import { type Changed, createIndex, createTracer, type World } from './world/world';

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
  /**
   * A file that holds the state across restarts; read at once unless `snapshot` is given. Each change is written before
   * it is answered, to `<file>.changes` at first.
   */
  saveTo?: string;
  /** Called after every change of the state. */
  onChange?: () => void;
  /** Called when `saveTo` could not be written. Default: a process warning. */
  onSaveError?: (error: Error) => void;
}

/** Instagram in this process. */
export interface Simulator extends SimulatorMethods {
  /** Hono application: `app.request(path)` in tests, `app.fetch` behind a server. */
  readonly app: Hono<SimulatorEnv>;
  readonly clock: VirtualClock;
  readonly settings: { readonly appId: string; readonly appSecret: string };
  /** Everything but faults, ledger and deliveries, as JSON. */
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
  const saver = saveTo === undefined ? undefined : createSaver(saveTo, state, onSaveError);
  const changed = (what: Changed) => {
    saver?.changed(what);
    options.onChange?.();
  };
  const closing = new AbortController();
  // One listener per delayed request.
  setMaxListeners(0, closing.signal);
  const clock = createVirtualClock(options.clock ?? systemClock, state);
  const courier = createCourier(clock, closing.signal);
  const moved = () => {
    changed('settings');
    courier.clockMoved();
  };
  const world: World = {
    settings: {
      appId: options.appId ?? SANDBOX_APP_ID,
      appSecret: options.appSecret ?? SANDBOX_APP_SECRET,
      redirectUris: options.redirectUris ?? null,
    },
    clock: watchedClock(clock, moved),
    random: createRandom(state.seed, state),
    state,
    index: createIndex(state.accounts),
    faults: createFaults(clock),
    ledger: createLedger(),
    courier,
    rates: createRates(clock, state),
    trace: createTracer(state.seed),
    changed,
  };
  return {
    ...createMethods(world),
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

/** Every move of the clock is noticed. */
function watchedClock(clock: VirtualClock, moved: () => void): VirtualClock {
  return {
    now: clock.now,
    advance(milliseconds) {
      const now = clock.advance(milliseconds);
      moved();
      return now;
    },
  };
}
