import { type Client } from '@temporalio/client';
import { type Pool } from 'pg';
import { type Clock } from '../../adapters/clock';
import { type Integration, factsOf } from '../../adapters/postgres/integrations/integration-row';
import { NOTHING_ASKED } from '../../core/lifecycle/facts';
import { SIGNALS, lifecycleWorkflowId } from '../../core/names';
import { lifetimeOf, nextAction } from '../../core/lifecycle/next-action';
import { LAST_REFRESH_GRACE_MS, warnAt } from '../../core/lifecycle/refresh-policy';
import { HOUR_MS, SECOND_MS } from '../../core/time';
import { type SandboxJourney } from '../../http/deps';
import { deliveriesSettled, wakeLanes } from './deliveries-in-time';
import { operationsSettled, wakeOperations } from './operations-in-time';
import { type LiveRows, createLiveRows } from './live-rows';
import { SETTLE_WITHIN_MS, arrival, fastForward, isBusy, knowsItsRow } from './runs-in-time';

/**
 * An activity that ends while the clock is being moved gives its lifecycle a wrong idea of the time, and so of what is
 * due. After this long the lifecycle is signalled to read its row again, which corrects it.
 */
const NUDGE_AFTER_MS = 3 * SECOND_MS;
/**
 * A timer is started a little after its length was computed. Moved to the computed instant, a workflow would sleep that
 * little while in real time, and the server rounds such rests up to a second. What is too much is made good by the next
 * activity, whose clock a lifecycle goes by.
 */
const OVERSHOOT_MS = 1_250;
/** Planned refreshes lie anywhere within a day, by a jitter: so close to each other they are moved together. */
const PLANNED_TOGETHER_MS = 2 * HOUR_MS;
/** Questions to the server at once. */
const ASKED_AT_ONCE = 16;

interface TravelParts {
  pool: Pool;
  rows: LiveRows;
  client: Client;
  /** The sandbox's clock, which the simulator owns and every other part reads. */
  clock: Clock & { advance(milliseconds: number): number };
}

export interface Arrival {
  /** Epoch ms. */
  now: number;
  steps: number;
}

/**
 * Moves the sandbox's clock and every lifecycle forward together, from one due instant to the next, be it a lifecycle's,
 * a delivery's or a bulk operation's, so that nothing is jumped over. Only the sandbox has this: time skipping is a feature of the development server's.
 */
export function createTimeTravel(given: Omit<TravelParts, 'rows'>) {
  const parts: TravelParts = { ...given, rows: createLiveRows(given.pool) };
  let underWay: Promise<unknown> = Promise.resolve();
  let last: SandboxJourney | null = null;

  /** One journey at a time; a second one waits for the first. */
  function advance(totalMs: number): Promise<Arrival> {
    const arrival = underWay.then(() => {
      const now = parts.clock.now();
      last = { number: (last?.number ?? 0) + 1, from: now, to: now + totalMs, now, ended: null };
      return follow(last);
    });
    underWay = arrival.catch(() => undefined);
    return arrival;
  }

  async function follow(journey: SandboxJourney): Promise<Arrival> {
    try {
      const arrival = await travel(parts, journey.to, (now) => (journey.now = now));
      journey.ended = { failed: null };
      return arrival;
    } catch (error) {
      journey.ended = { failed: (error as Error).message };
      throw error;
    } finally {
      journey.now = parts.clock.now();
    }
  }

  /** The next instant at which a connection is due; null: none is. */
  async function nextActionAt(): Promise<number | null> {
    const now = parts.clock.now();
    const due = Math.min(...(await settled(parts)).map((row) => wakesAt(row, now)));
    return Number.isFinite(due) ? due : null;
  }

  return { advance, nextActionAt, journey: (): SandboxJourney | null => last };
}

export type TimeTravel = ReturnType<typeof createTimeTravel>;

/** How far each lifecycle is behind the sandbox's clock, in ms: one that sleeps is moved only when it is to wake. */
type Lag = Map<string, number>;

async function travel(parts: TravelParts, end: number, onStep: (now: number) => void): Promise<Arrival> {
  const lag: Lag = new Map();
  let steps = 0;
  let resting = await settled(parts);
  let otherwise = await othersSettled(parts);
  try {
    for (let now = parts.clock.now(); now < end; now = parts.clock.now()) {
      const target = Math.min(end, Math.max(otherwise, now + 1), nextStop(resting, now));
      parts.clock.advance(target - now);
      onStep(target);
      for (const { id } of resting) lag.set(id, (lag.get(id) ?? 0) + target - now);
      const due = resting.filter((row) => wakesAt(row, now) <= target);
      const moved = target === end ? resting : due;
      await Promise.all(
        moved.map((row) => {
          const lateMs = due.includes(row) ? target - wakesAt(row, now) : null;
          return catchUp(parts.client, row.id, lag, lateMs);
        }),
      );
      resting = target === end ? await settled(parts) : await settled(parts, due);
      otherwise = await othersSettled(parts);
      steps += 1;
    }
  } finally {
    // Also when a step failed: who stays behind would be late for ever after.
    await Promise.all(
      [...lag.keys()].map((id) => catchUp(parts.client, id, lag, null).catch(() => undefined)),
    );
    await wakeLanes(parts).catch(() => undefined);
    await wakeOperations(parts).catch(() => undefined);
  }
  return { now: parts.clock.now(), steps };
}

/** What lifecycles do makes deliveries, and so do operations. @returns when something of either is due next */
async function othersSettled(parts: TravelParts): Promise<number> {
  const operation = await operationsSettled(parts);
  return Math.min(operation, await deliveriesSettled(parts));
}

/**
 * @param lateMs how long it has been due, and its row will show that it arrived; null: it has nothing to do there. It is
 * moved to the instant that it sleeps to, and learns from the clock of its activity how late it is.
 */
async function catchUp(
  client: Client,
  integrationId: string,
  lag: Lag,
  lateMs: number | null,
): Promise<void> {
  const byMs = lag.get(integrationId) ?? 0;
  lag.delete(integrationId);
  if (byMs === 0) return;
  if (lateMs === null) await arrival(client, integrationId, await fastForward(client, integrationId, byMs));
  else await fastForward(client, integrationId, Math.max(0, byMs - lateMs) + OVERSHOOT_MS);
}

/** The next instant at which a lifecycle is due; never earlier than a moment from now. */
function wakesAt(row: Integration, now: number): number {
  const action = nextAction(factsOf(row), NOTHING_ASKED, now);
  if (action.type !== 'wait') return now + 1;
  return action.until === null ? Infinity : Math.max(action.until, now + 1);
}

/** The last instant at which something is due before anything would be too late: what is alone is exactly in time. */
function nextStop(rows: Integration[], now: number): number {
  let latest = Infinity;
  for (const row of rows) latest = Math.min(latest, latestFor(row, now));
  let stop = -Infinity;
  for (const row of rows) {
    const at = wakesAt(row, now);
    if (at <= latest) stop = Math.max(stop, at);
  }
  return stop === -Infinity ? latest : stop;
}

/**
 * The latest instant that it may be moved to. A retry may come later by a tenth of its wait, which is the ladder's own
 * jitter, and a planned refresh by two of its jitter's 24 hours: connections are moved several at a time, instead of one
 * after the other.
 */
function latestFor(row: Integration, now: number): number {
  const at = wakesAt(row, now);
  const retryAt = row.recovery?.nextAttemptAt ?? row.nextAttemptAt;
  if (retryAt === null && at === row.refreshAt && at > now + 1) return at + PLANNED_TOGETHER_MS;
  if (at !== retryAt || row.lastError === null) return at;
  const slackMs = (at - row.lastError.at) / 10;
  const life = lifetimeOf(factsOf(row));
  const exact = [warnAt(life), life.expiresAt, life.expiresAt + LAST_REFRESH_GRACE_MS].filter(
    (due) => due > at,
  );
  return Math.min(at + slackMs, ...exact);
}

/**
 * Waits until every lifecycle has done what was due and rests, and gives their rows.
 * @param moved those to wait for on the way; the others keep sleeping, according to their rows
 */
async function settled(parts: TravelParts, moved?: Integration[]): Promise<Integration[]> {
  const { client, clock, rows } = parts;
  const deadline = Date.now() + SETTLE_WITHIN_MS;
  let waiting = { on: '', since: Date.now() };
  let live = await rows.live();
  let asked = moved ? new Set(moved.map(({ id }) => id)) : null;
  for (;;) {
    const now = clock.now();
    const watched = asked ? live.filter(({ id }) => asked!.has(id)) : live;
    // While a row tells that there is work, neither the server nor a worker has to be asked.
    const isRestless = async (row: Integration) =>
      hasWork(row, now) || (await isBusy(client, row.id)) || !(moved || (await knowsItsRow(client, row)));
    const restless = await those(watched, isRestless);
    const [first] = restless;
    live = await rows.live();
    if (first === undefined && (moved || !asked)) return live;
    // On the way, one that rests goes on resting until it is moved again. At a stop all are asked once more.
    if (first === undefined) {
      asked = null;
      continue;
    }
    asked = new Set(restless.map(({ id }) => id));
    if (Date.now() > deadline)
      throw new Error(`The lifecycle of ${first.id} did not come to rest. Is the worker running?`);
    if (first.id !== waiting.on) waiting = { on: first.id, since: Date.now() };
    if (Date.now() - waiting.since >= NUDGE_AFTER_MS) {
      const handle = client.workflow.getHandle(lifecycleWorkflowId(first.id));
      await handle.signal(SIGNALS.rowChanged).catch(() => undefined);
      waiting.since = Date.now();
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Those of the rows, in their order, of which it is true. */
async function those(
  rows: readonly Integration[],
  isTrue: (row: Integration) => Promise<boolean>,
): Promise<Integration[]> {
  const found: Integration[] = [];
  for (let at = 0; at < rows.length; at += ASKED_AT_ONCE) {
    const batch = rows.slice(at, at + ASKED_AT_ONCE);
    const answers = await Promise.all(batch.map(isTrue));
    found.push(...batch.filter((_, index) => answers[index]));
  }
  return found;
}

function hasWork(row: Integration, now: number): boolean {
  return row.lifecycleRevision < row.revision || nextAction(factsOf(row), NOTHING_ASKED, now).type !== 'wait';
}
