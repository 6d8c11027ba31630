import { type AuditKind, beginAudit, endAudit, lastAudit } from '../../adapters/postgres/fleet/audit-runs';
import { addAuditEntry, addTokenReads } from '../../adapters/postgres/access/audit-log';
import { countLive } from '../../adapters/postgres/fleet/overdue';
import { purge, retentionByTable } from '../../adapters/postgres/fleet/retention';
import { sampleTableSizes } from '../../adapters/postgres/fleet/table-sizes';
import { handOverAgain } from '../../adapters/postgres/fleet/bulk-operations';
import { endIdleIncidents, openIncidents } from '../../adapters/postgres/incidents/incidents';
import { requeueOverdueLanes } from '../../adapters/postgres/deliveries/outbox';
import { type Db, withTransaction } from '../../adapters/postgres/pool';
import { workflowActor } from '../../core/access/actor';
import { WORKFLOW_TYPES } from '../../core/names';
import { DAY_MS, MINUTE_MS } from '../../core/time';
import { controlIsAlive } from '../lifecycle/probe-token';
import { type Deps } from '../deps';
import { toApplicationFailure } from '../failures';
import { finishDeletions, subscribeMissing } from './finish-callbacks';
import { settleStuck } from './settle-stuck';
import { matchLifecycles, wakeLateLifecycles } from './repair-lifecycles';

/** Deliveries overdue by more than this have lost their workflow. */
const DELIVERY_GRACE_MS = 10 * MINUTE_MS;
const PURGE_WITHIN_MS = 5 * MINUTE_MS;

export interface AuditResult {
  kind: AuditKind;
  /** Lifecycles that had not seen the latest change of their row: signalled. */
  behind: number;
  /** Integrations with an overdue action: signalled. */
  overdue: number;
  /** Lifecycles that had failed their workflow tasks: replaced by a new run from the row. */
  replaced: number;
  /** Lifecycles that could not be repaired: the next audit tries again. */
  failed: number;
  /** Integrations without a lifecycle: started. Counted daily, and when the numbers differ. */
  missing: number;
  /** Lifecycles without an integration: ended. Counted daily, and when the numbers differ. */
  extra: number;
  /** Refreshed tokens that a killed worker had stored: put to use. */
  settled: number;
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

type AuditDeps = Pick<
  Deps,
  'pool' | 'sealer' | 'instagram' | 'clock' | 'logger' | 'lifecycles' | 'counters' | 'retention'
>;

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
    const woken = await wakeLateLifecycles(deps, now);
    const matched = kind === 'daily' ? await matchLifecycles(deps) : { missing: 0, extra: 0, failed: 0 };
    await sampleTableSizes(pool, now);
    await handOverAgain(pool);
    const purgeUntil = performance.now() + PURGE_WITHIN_MS;
    const result = {
      ...woken,
      ...matched,
      failed: woken.failed + matched.failed,
      settled: await settleStuck(deps, now),
      subscribed: await subscribeMissing(deps),
      deliveries: await requeueOverdueLanes(pool, now - DELIVERY_GRACE_MS),
      deletions: await finishDeletions(deps),
      purged: await purge(pool, now, deps.retention, () => performance.now() >= purgeUntil),
      incidents: await reviewIncidents(deps, now),
    };
    await endAudit(pool, run, result, retentionByTable(deps.retention), clock.now());
    await recordRepairs(pool, result, clock.now());
    await addTokenReads(pool, clock.now());
    return { kind, ...result };
  } catch (error) {
    throw toApplicationFailure(error);
  }
}

/** What the audit changed, for the audit log; nothing when there was nothing to repair. */
async function recordRepairs(db: Db, result: Omit<AuditResult, 'kind'>, now: number): Promise<void> {
  const { behind, overdue, replaced, missing, extra, settled, subscribed, deliveries, deletions } = result;
  const repairs = { behind, overdue, replaced, missing, extra, settled, subscribed, deliveries, deletions };
  const changes = Object.fromEntries(Object.entries(repairs).filter(([, count]) => count > 0));
  if (Object.keys(changes).length === 0) return;
  await addAuditEntry(db, workflowActor(WORKFLOW_TYPES.fleetAudit), { action: 'audit.run', changes }, now);
}

/** The full comparison is due once a day, and whenever the two counts differ. */
async function kindDue(
  { pool, lifecycles }: Pick<AuditDeps, 'pool' | 'lifecycles'>,
  now: number,
): Promise<AuditKind> {
  const last = (await lastAudit(pool, 'daily'))?.startedAt ?? -Infinity;
  // One that a wrong clock dated into the future says nothing.
  if (last > now || now - last >= DAY_MS) return 'daily';
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
