import { heartbeat } from '@temporalio/activity';
import {
  type AuditKind,
  beginAudit,
  countLive,
  endAudit,
  findBehind,
  findOverdue,
  lastAudit,
  liveIntegrations,
  purge,
} from '../../adapters/postgres/fleet/audit';
import { endIdleIncidents, openIncidents } from '../../adapters/postgres/incidents/incidents';
import { requeueOverdueLanes } from '../../adapters/postgres/deliveries/outbox';
import { withTransaction } from '../../adapters/postgres/pool';
import { isAtItsLimit } from '../../client/lifecycle-client';
import { DAY_MS, MINUTE_MS } from '../../core/time';
import { controlIsAlive } from '../lifecycle/probe-token';
import { type Deps } from '../deps';
import { toApplicationFailure } from '../failures';
import { finishDeletions, subscribeMissing } from './finish-callbacks';

/** What is due longer than this has no workflow that knows of it. */
const DELIVERED_WITHIN_MS = 10 * MINUTE_MS;

export interface AuditResult {
  kind: AuditKind;
  /** Lifecycles whose row moved on without them: told. */
  behind: number;
  /** Integrations where something is late: woken. */
  overdue: number;
  /** Integrations without a lifecycle: started. Counted daily. */
  missing: number;
  /** Lifecycles without an integration: told, so that they end. Counted daily. */
  extra: number;
  /** Accounts whose messages are subscribed to now, where connecting them had not done it. */
  subscribed: number;
  /** Lanes of deliveries where something is late: handed over again. */
  deliveries: number;
  /** Deletions of somebody's data that are complete now. */
  deletions: number;
  /** Rows removed because their time was over. */
  purged: number;
  /** Incidents that are still open. */
  incidents: number;
}

/**
 * Compares what is with what should be running, and mends the difference. Repeating it changes nothing more. Every
 * hour the rows are looked at, and both sides counted; once a day, or when the counts differ, every lifecycle too.
 */
export async function auditFleet(deps: Deps): Promise<AuditResult> {
  try {
    const now = deps.clock.now();
    const kind = await kindDue(deps, now);
    const run = await beginAudit(deps.pool, kind, now);
    const result = {
      behind: await wakeAll(deps, await findBehind(deps.pool, now)),
      overdue: await wakeAll(deps, await findOverdue(deps.pool, now)),
      ...(kind === 'daily' ? await matchLifecycles(deps) : { missing: 0, extra: 0 }),
      subscribed: await subscribeMissing(deps),
      deliveries: await requeueOverdueLanes(deps.pool, now - DELIVERED_WITHIN_MS),
      deletions: await finishDeletions(deps),
      purged: await purge(deps.pool, now),
      incidents: await lookIntoIncidents(deps, now),
    };
    await endAudit(deps.pool, run, result, deps.clock.now());
    return { kind, ...result };
  } catch (error) {
    throw toApplicationFailure(error);
  }
}

/** The full comparison is due once a day, and whenever the two sides do not even count the same. */
async function kindDue(deps: Deps, now: number): Promise<AuditKind> {
  const lastDaily = await lastAudit(deps.pool, 'daily');
  if (!lastDaily || now - lastDaily.startedAt >= DAY_MS) return 'daily';
  return (await deps.lifecycles.countRunning()) === (await countLive(deps.pool)) ? 'hourly' : 'daily';
}

/** Incidents that nobody recovers from would last for ever: a healthy integration of the app finds out. */
async function lookIntoIncidents(deps: Deps, now: number): Promise<number> {
  await withTransaction(deps.pool, (db) => endIdleIncidents(db, now));
  for (const incident of await openIncidents(deps.pool)) await controlIsAlive(deps, incident);
  return (await openIncidents(deps.pool)).length;
}

async function wakeAll(deps: Deps, ids: string[]): Promise<number> {
  for (const id of ids) {
    await wake(deps, id);
    heartbeat();
  }
  return ids.length;
}

/** Every message starts a missing lifecycle. A run that takes none any more is at its limit: it alone is replaced. */
async function wake(deps: Deps, id: string): Promise<void> {
  try {
    await deps.lifecycles.rowChanged(id);
  } catch (error) {
    if (!isAtItsLimit(error)) throw error;
    deps.logger.error({ integrationId: id }, 'lifecycle at its message limit; restarting it');
    await deps.lifecycles.terminate(id, 'The run reached its message limit.');
    await deps.lifecycles.start(id);
  }
}

async function matchLifecycles(deps: Deps): Promise<{ missing: number; extra: number }> {
  const running = new Set<string>();
  for await (const id of deps.lifecycles.running()) {
    running.add(id);
    heartbeat();
  }
  const missing: string[] = [];
  for await (const id of liveIntegrations(deps.pool)) {
    if (!running.delete(id)) missing.push(id);
  }
  await wakeAll(deps, missing);
  for (const id of running) await end(deps, id);
  return { missing: missing.length, extra: running.size };
}

/** A lifecycle without an integration is never started, not even to be told: its account may have been deleted. */
async function end(deps: Deps, id: string): Promise<void> {
  try {
    await deps.lifecycles.rowEnded(id);
  } catch (error) {
    if (!isAtItsLimit(error)) throw error;
    await deps.lifecycles.terminate(id, 'The run reached its message limit.');
  }
}
