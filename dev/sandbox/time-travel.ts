import { type Client } from '@temporalio/client';
import { type Pool } from 'pg';
import { type Clock } from '../../adapters/clock';
import {
  type Integration,
  factsOf,
  integrationOf,
} from '../../adapters/postgres/integrations/integration-row';
import { NOTHING_ASKED } from '../../core/lifecycle/facts';
import { SIGNALS, lifecycleWorkflowId } from '../../core/names';
import { lifetimeOf, nextAction } from '../../core/lifecycle/next-action';
import { LAST_REFRESH_GRACE_MS, warnAt } from '../../core/lifecycle/refresh-policy';
import { SECOND_MS } from '../../core/time';
import { type SandboxJourney } from '../../http/deps';
import { deliveriesSettled, tellLanes } from './deliveries-in-time';
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
export interface TravelParts {
  pool: Pool;
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
 * Moves the sandbox's clock and every lifecycle forward together, from one due instant to the next, be it a lifecycle's
 * or a delivery's, so that nothing is jumped over. Only the sandbox has this: time skipping is a feature of the development server's.
 */
export function createTimeTravel(parts: TravelParts) {
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
  let delivery = await deliveriesSettled(parts);
  try {
    for (let now = parts.clock.now(); now < end; now = parts.clock.now()) {
      const target = Math.min(end, Math.max(delivery, now + 1), ...resting.map((row) => latestFor(row, now)));
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
      delivery = await deliveriesSettled(parts);
      steps += 1;
    }
  } finally {
    // Also when a step failed: who stays behind would be late for ever after.
    await Promise.all(
      [...lag.keys()].map((id) => catchUp(parts.client, id, lag, null).catch(() => undefined)),
    );
    await tellLanes(parts).catch(() => undefined);
  }
  return { now: parts.clock.now(), steps };
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

/**
 * The latest instant that it may be moved to. A retry may come later by a tenth of its wait, which is the ladder's own
 * jitter: connections that fail in an outage are moved several at a time, instead of one after the other.
 */
function latestFor(row: Integration, now: number): number {
  const at = wakesAt(row, now);
  const retryAt = row.recovery?.nextAttemptAt ?? row.nextAttemptAt;
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
  const deadline = Date.now() + SETTLE_WITHIN_MS;
  let waiting = { on: '', since: Date.now() };
  let asked = moved?.map(({ id }) => id) ?? null;
  for (;;) {
    const rows = await liveRows(parts.pool, asked);
    const restless = await (moved ? restlessOnTheWay(parts, rows) : restlessAtAStop(parts, rows));
    const [first] = restless;
    if (first === undefined) return moved ? liveRows(parts.pool, null) : rows;
    // Whoever rests on the way goes on resting until it is moved again.
    if (moved) asked = restless;
    if (Date.now() > deadline)
      throw new Error(`The lifecycle of ${first} did not come to rest. Is the worker running?`);
    if (first !== waiting.on) waiting = { on: first, since: Date.now() };
    if (Date.now() - waiting.since >= NUDGE_AFTER_MS) {
      const handle = parts.client.workflow.getHandle(lifecycleWorkflowId(first));
      await handle.signal(SIGNALS.rowChanged).catch(() => undefined);
      waiting.since = Date.now();
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** @param ids only these; null: all */
async function liveRows(pool: Pool, ids: string[] | null): Promise<Integration[]> {
  const { rows } = await pool.query(
    `select * from integrations
     where state not in ('pending', 'disconnected') and ($1::text[] is null or id = any ($1)) order by id`,
    [ids],
  );
  return rows.map(integrationOf);
}

/** While a row tells that there is work, neither the server nor a worker has to be asked. */
async function restlessOnTheWay({ client, clock }: TravelParts, rows: Integration[]): Promise<string[]> {
  const now = clock.now();
  const restless: string[] = [];
  for (const row of rows) if (hasWork(row, now) || (await isBusy(client, row.id))) restless.push(row.id);
  return restless;
}

/** At the beginning and the end of a journey each is also asked whether it knows its row. */
async function restlessAtAStop({ client, clock }: TravelParts, rows: Integration[]): Promise<string[]> {
  const now = clock.now();
  const working = rows.find((row) => hasWork(row, now));
  if (working) return [working.id];
  for (const row of rows)
    if ((await isBusy(client, row.id)) || !(await knowsItsRow(client, row))) return [row.id];
  return [];
}

function hasWork(row: Integration, now: number): boolean {
  return row.lifecycleRevision < row.revision || nextAction(factsOf(row), NOTHING_ASKED, now).type !== 'wait';
}
