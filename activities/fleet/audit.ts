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

/** Deliveries overdue by more than this have lost their workflow. */
const DELIVERY_GRACE_MS = 10 * MINUTE_MS;

export interface AuditResult {
  kind: AuditKind;
  /** Lifecycles that had not seen the latest change of their row: signalled. */
  behind: number;
  /** Integrations with an overdue action: signalled. */
  overdue: number;
  /** Integrations without a lifecycle: started. Counted daily. */
  missing: number;
  /** Lifecycles without an integration: ended. Counted daily. */
  extra: number;
  /** Accounts whose messages could not be subscribed at connect, and are now. */
  subscribed: number;
  /** Lanes with overdue deliveries: handed over again. */
  deliveries: number;
  /** Data deletions that are complete now. */
  deletions: number;
  /** Rows removed after their retention time. */
  purged: number;
  /** Incidents that are still open. */
  incidents: number;
}

type SignalDeps = Pick<Deps, 'logger' | 'lifecycles'>;
type AuditDeps = SignalDeps & Pick<Deps, 'pool' | 'sealer' | 'instagram' | 'clock'>;

/**
 * Compares what should be running with what is, and repairs the difference. Idempotent. Hourly it checks the rows and
 * compares the counts; daily, or if the counts differ, it compares every lifecycle with every row.
 */
export async function auditFleet(deps: AuditDeps): Promise<AuditResult> {
  try {
    const { pool, clock } = deps;
    const now = clock.now();
    const kind = await kindDue(deps, now);
    const run = await beginAudit(pool, kind, now);
    const result = {
      behind: await signalAll(deps, await findBehind(pool, now)),
      overdue: await signalAll(deps, await findOverdue(pool, now)),
      ...(kind === 'daily' ? await matchLifecycles(deps) : { missing: 0, extra: 0 }),
      subscribed: await subscribeMissing(deps),
      deliveries: await requeueOverdueLanes(pool, now - DELIVERY_GRACE_MS),
      deletions: await finishDeletions(deps),
      purged: await purge(pool, now),
      incidents: await reviewIncidents(deps, now),
    };
    await endAudit(pool, run, result, clock.now());
    return { kind, ...result };
  } catch (error) {
    throw toApplicationFailure(error);
  }
}

/** The full comparison is due once a day, and whenever the two counts differ. */
async function kindDue(
  { pool, lifecycles }: Pick<AuditDeps, 'pool' | 'lifecycles'>,
  now: number,
): Promise<AuditKind> {
  const lastDaily = await lastAudit(pool, 'daily');
  if (!lastDaily || now - lastDaily.startedAt >= DAY_MS) return 'daily';
  return (await lifecycles.countRunning()) === (await countLive(pool)) ? 'hourly' : 'daily';
}

/** Ends incidents that no recovery would end, by probing a healthy integration of the app. @returns how many stay open */
async function reviewIncidents(
  deps: Pick<AuditDeps, 'pool' | 'sealer' | 'instagram' | 'clock'>,
  now: number,
): Promise<number> {
  await withTransaction(deps.pool, (db) => endIdleIncidents(db, now));
  for (const incident of await openIncidents(deps.pool)) await controlIsAlive(deps, incident);
  return (await openIncidents(deps.pool)).length;
}

async function signalAll(deps: SignalDeps, ids: string[]): Promise<number> {
  for (const id of ids) {
    await signal(deps, id);
    heartbeat();
  }
  return ids.length;
}

/** Starts a missing lifecycle, too. Only a run at its message limit is replaced. */
async function signal({ lifecycles, logger }: SignalDeps, id: string): Promise<void> {
  try {
    await lifecycles.rowChanged(id);
  } catch (error) {
    if (!isAtItsLimit(error)) throw error;
    logger.error({ integrationId: id }, 'lifecycle at its message limit; restarting it');
    await lifecycles.terminate(id, 'The run reached its message limit.');
    await lifecycles.start(id);
  }
}

async function matchLifecycles(
  deps: SignalDeps & Pick<Deps, 'pool'>,
): Promise<{ missing: number; extra: number }> {
  const running = new Set<string>();
  for await (const id of deps.lifecycles.running()) {
    running.add(id);
    heartbeat();
  }
  const missing: string[] = [];
  for await (const id of liveIntegrations(deps.pool)) {
    if (!running.delete(id)) missing.push(id);
  }
  await signalAll(deps, missing);
  for (const id of running) await end(deps, id);
  return { missing: missing.length, extra: running.size };
}

/** Signals without starting: the integration's account may have been deleted. */
async function end({ lifecycles }: Pick<Deps, 'lifecycles'>, id: string): Promise<void> {
  try {
    await lifecycles.rowEnded(id);
  } catch (error) {
    if (!isAtItsLimit(error)) throw error;
    await lifecycles.terminate(id, 'The run reached its message limit.');
  }
}
