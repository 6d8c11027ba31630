import { randomUUID } from 'node:crypto';
import { type Client } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { type Pool } from 'pg';
import { type Clock } from '../../adapters/clock';
import {
  type Integration,
  factsOf,
  integrationOf,
} from '../../adapters/postgres/integrations/integration-row';
import { NOTHING_ASKED } from '../../core/lifecycle/facts';
import { SIGNALS, lifecycleWorkflowId } from '../../core/names';
import { nextAction } from '../../core/lifecycle/next-action';
import { SECOND_MS } from '../../core/time';
import { type LifecycleStatus, statusQuery } from '../../workflows/messages';
import { deliveriesSettled, tellLanes } from './deliveries-in-time';

const SETTLE_WITHIN_MS = 45 * SECOND_MS;
const QUERY_WITHIN_MS = 2 * SECOND_MS;
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
const {
  FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_COMPLETED: COMPLETED,
  FAST_FORWARD_POLLING_RESULT_POLL_TIMEOUT: AGAIN,
} = temporal.api.enums.v1.FastForwardPollingResult;

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

  /** One journey at a time; a second one waits for the first. @param onStep called after each step with the instant */
  function advance(totalMs: number, onStep: (now: number) => void = () => undefined): Promise<Arrival> {
    const journey = underWay.then(() => travel(parts, totalMs, onStep));
    underWay = journey.catch(() => undefined);
    return journey;
  }

  /** The next instant at which a connection is due; null: none is. */
  async function nextActionAt(): Promise<number | null> {
    const now = parts.clock.now();
    const due = Math.min(...(await settled(parts)).map((row) => wakesAt(row, now)));
    return Number.isFinite(due) ? due : null;
  }

  return { advance, nextActionAt };
}

export type TimeTravel = ReturnType<typeof createTimeTravel>;

/** How far each lifecycle is behind the sandbox's clock, in ms: one that sleeps is moved only when it is to wake. */
type Lag = Map<string, number>;

async function travel(parts: TravelParts, totalMs: number, onStep: (now: number) => void): Promise<Arrival> {
  const end = parts.clock.now() + totalMs;
  const lag: Lag = new Map();
  let steps = 0;
  let resting = await settled(parts);
  let delivery = await deliveriesSettled(parts);
  try {
    for (let now = parts.clock.now(); now < end; now = parts.clock.now()) {
      const target = Math.min(end, Math.max(delivery, now + 1), ...resting.map((row) => wakesAt(row, now)));
      parts.clock.advance(target - now);
      for (const { id } of resting) lag.set(id, (lag.get(id) ?? 0) + target - now);
      const due = resting.filter((row) => wakesAt(row, now) <= target);
      const moved = target === end ? resting : due;
      await Promise.all(moved.map((row) => catchUp(parts.client, row.id, lag, !due.includes(row))));
      resting = await settled(parts, moved);
      delivery = await deliveriesSettled(parts);
      steps += 1;
      onStep(parts.clock.now());
    }
  } finally {
    // Also when a step failed: who stays behind would be late for ever after.
    await Promise.all(
      [...lag.keys()].map((id) => catchUp(parts.client, id, lag, true).catch(() => undefined)),
    );
    await tellLanes(parts).catch(() => undefined);
  }
  return { now: parts.clock.now(), steps };
}

/** @param sleepsOn it has nothing to do there; of one that has, its row will show that it arrived */
async function catchUp(client: Client, integrationId: string, lag: Lag, sleepsOn: boolean): Promise<void> {
  const byMs = lag.get(integrationId) ?? 0;
  lag.delete(integrationId);
  if (byMs === 0) return;
  if (sleepsOn) await arrival(client, integrationId, await fastForward(client, integrationId, byMs));
  else await fastForward(client, integrationId, byMs + OVERSHOOT_MS);
}

/** The next instant at which a lifecycle is due; never earlier than a moment from now. */
function wakesAt(row: Integration, now: number): number {
  const action = nextAction(factsOf(row), NOTHING_ASKED, now);
  if (action.type !== 'wait') return now + 1;
  return action.until === null ? Infinity : Math.max(action.until, now + 1);
}

/**
 * Waits until every lifecycle has done what was due and rests, and gives their rows.
 * @param moved those to query; the others keep sleeping, according to their rows
 */
async function settled({ pool, client, clock }: TravelParts, moved?: Integration[]): Promise<Integration[]> {
  const deadline = Date.now() + SETTLE_WITHIN_MS;
  let waiting = { on: '', since: Date.now() };
  for (;;) {
    const { rows } = await pool.query(
      `select * from integrations where state not in ('pending', 'disconnected') order by id`,
    );
    const integrations = rows.map(integrationOf);
    const restless = await firstRestless(
      client,
      integrations,
      clock.now(),
      moved && new Set(moved.map(({ id }) => id)),
    );
    if (restless === null) return integrations;
    if (Date.now() > deadline)
      throw new Error(`The lifecycle of ${restless} did not come to rest. Is the worker running?`);
    if (restless !== waiting.on) waiting = { on: restless, since: Date.now() };
    if (Date.now() - waiting.since >= NUDGE_AFTER_MS) {
      const handle = client.workflow.getHandle(lifecycleWorkflowId(restless));
      await handle.signal(SIGNALS.rowChanged).catch(() => undefined);
      waiting.since = Date.now();
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function firstRestless(
  client: Client,
  integrations: Integration[],
  now: number,
  moved?: Set<string>,
): Promise<string | null> {
  // One that was not moved may be due by now: the sandbox's clock runs on meanwhile. The next step moves it.
  const asked = integrations.filter(({ id }) => moved?.has(id) ?? true);
  const due = asked.find((row) => nextAction(factsOf(row), NOTHING_ASKED, now).type !== 'wait');
  if (due) return due.id;
  for (const row of asked) {
    if (await isBusy(client, row.id)) return row.id;
    const status = await statusOf(client, row.id);
    if (!status || status.nextAction !== 'wait') return row.id;
    const { facts } = status;
    const same =
      facts?.version === row.version &&
      facts.state === row.state &&
      facts.nextAttemptAt === row.nextAttemptAt &&
      facts.paused === row.paused &&
      facts.reminder?.sent === factsOf(row).reminder?.sent &&
      facts.recovery?.nextAttemptAt === row.recovery?.nextAttemptAt;
    if (!same) return row.id;
  }
  return null;
}

/**
 * Whether an activity or a workflow task is pending. Its status does not show a second load of the same row; an activity
 * that reads the sandbox's clock after it was moved, but before its lifecycle was, would count the move twice.
 */
async function isBusy(client: Client, integrationId: string): Promise<boolean> {
  const handle = client.workflow.getHandle(lifecycleWorkflowId(integrationId));
  const described = await handle.describe().catch(() => null);
  if (!described) return true;
  const { pendingActivities, pendingWorkflowTask } = described.raw;
  return (pendingActivities?.length ?? 0) > 0 || Boolean(pendingWorkflowTask);
}

async function statusOf(client: Client, integrationId: string): Promise<LifecycleStatus | null> {
  const handle = client.workflow.getHandle(lifecycleWorkflowId(integrationId));
  // A query that meets a run just as it ends may be lost: asked again, it is answered.
  const deadline = Date.now() + QUERY_WITHIN_MS;
  return client.withDeadline(deadline, () => handle.query(statusQuery)).catch(() => null);
}

/** @see https://docs.temporal.io/develop/typescript/best-practices/testing-suite for what time skipping is for */
async function fastForward(client: Client, integrationId: string, byMs: number): Promise<string> {
  const { namespace } = client.options;
  const workflowExecution = { workflowId: lifecycleWorkflowId(integrationId) };
  const id = randomUUID();
  await client.workflowService.updateWorkflowExecutionOptions({
    namespace,
    workflowExecution,
    workflowExecutionOptions: {
      timeSkippingConfig: { enabled: true, fastForwardConfig: { id, duration: msToTs(byMs) } },
    },
    updateMask: { paths: ['time_skipping_config'] },
  });
  return id;
}

/** Waits until a workflow has been moved. A move under way holds off while an activity runs, so one may take a while. */
async function arrival(client: Client, integrationId: string, fastForwardId: string): Promise<void> {
  const deadline = Date.now() + SETTLE_WITHIN_MS;
  const { namespace } = client.options;
  const workflowExecution = { workflowId: lifecycleWorkflowId(integrationId) };
  for (;;) {
    const { fastForwardPollingResult: result, failedReason } =
      await client.workflowService.pollWorkflowExecutionTimeSkipping({
        namespace,
        workflowExecution,
        fastForwardId,
      });
    if (result === COMPLETED) return;
    if (result !== AGAIN || Date.now() > deadline)
      throw new Error(
        `The lifecycle of ${integrationId} could not be moved forward: ${failedReason || 'it took too long'}`,
      );
  }
}
