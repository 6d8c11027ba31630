import { addAuditEntry } from '../../adapters/postgres/access/audit-log';
import { addEvent } from '../../adapters/postgres/deliveries/events';
import { type BegunItem, endItem } from '../../adapters/postgres/fleet/bulk-items';
import { type BulkOperation } from '../../adapters/postgres/fleet/bulk-operations';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { findIntegration } from '../../adapters/postgres/integrations/integrations';
import { type Db, withTransaction } from '../../adapters/postgres/pool';
import { listAttempts } from '../../adapters/postgres/tokens/refresh-attempts';
import { namedActor } from '../../core/access/actor';
import { APPLIES_IN, type BulkAction, type BulkOutcome } from '../../core/fleet/bulk-operations';
import { refreshableAt } from '../../core/lifecycle/refresh-policy';
import { hasLifecycle } from '../../core/lifecycle/states';
import { SECOND_MS } from '../../core/time';
import { answerBy } from '../../services/answer-by';
import { checkToken, disconnectForGood, pauseRefreshes } from '../../services/operating';
import { type Deps } from '../deps';

export type BulkDeps = Pick<Deps, 'pool' | 'clock' | 'logger' | 'lifecycles'>;

/** What came of it, and what is stored in the same transaction as that. */
interface Result {
  outcome: BulkOutcome;
  store?: (db: Db) => Promise<void>;
}
type Act = (deps: BulkDeps, of: BulkOperation, row: Integration, begunAt: number) => Promise<Result>;

/** Lifecycles answer within this. */
const ANSWER_WITHIN_MS = 20 * SECOND_MS;
const deadline = () => Date.now() + ANSWER_WITHIN_MS;

/** Does one connection of an operation. Again after an interruption: what was done is not done twice. */
export async function actOn(deps: BulkDeps, operation: BulkOperation, item: BegunItem): Promise<void> {
  const row = await findIntegration(deps.pool, item.integrationId);
  const applies = row && APPLIES_IN[operation.action].includes(row.state);
  const isDone = operation.action === 'disconnect' && row?.state === 'disconnected';
  const { outcome, store }: Result = isDone
    ? { outcome: 'done' }
    : applies
      ? await ACTIONS[operation.action](deps, operation, row, item.begunAt)
      : { outcome: 'not_applicable' };
  await withTransaction(deps.pool, async (db) => {
    const now = deps.clock.now();
    if (await endItem(db, operation.id, item.integrationId, { outcome }, now)) await store?.(db);
  });
}

const ACTIONS: Record<BulkAction, Act> = {
  async recheck({ pool, clock, lifecycles }, of, row, begunAt) {
    const deps = { pool, lifecycles };
    const { outcome } = await checkToken(deps, row, `recheck/${of.id}`, begunAt, deadline());
    const data = { outcome, actor: namedActor(of.actor) };
    return {
      outcome: outcome === 'stale_version' ? 'refreshed' : outcome,
      store: async (db) => {
        const checked = (await findIntegration(db, row.id)) ?? row;
        await addEvent(db, checked, { type: 'integration.checked', data }, clock.now());
      },
    };
  },

  async refresh({ pool, clock, lifecycles }, of, row, begunAt) {
    // Interrupted between the refresh and the note of its outcome.
    const isDone = await wasRefreshedSince(pool, row.id, begunAt);
    if (!isDone && clock.now() < refreshableAt(row.issuedAt)) return { outcome: 'not_due' };
    const ask = () => lifecycles.ensureFresh(row.id, { version: row.version, withinMs: null });
    const outcome = isDone ? 'refreshed' : await answerBy(deadline(), ask());
    const entry = { action: 'integration.refresh', integrationId: row.id } as const;
    return {
      outcome: outcome === 'fresh' ? 'refreshed' : outcome,
      store: (db) => addAuditEntry(db, of.actor, entry, clock.now()),
    };
  },

  pause: (deps, of, row) => setPaused(deps, of, row, true),
  resume: (deps, of, row) => setPaused(deps, of, row, false),

  async disconnect(deps, of, row) {
    await disconnectForGood(deps.pool, of.actor, row.id, deps.clock.now());
    if (hasLifecycle(row.state)) await deps.lifecycles.rowChanged(row.id);
    return { outcome: 'done' };
  },
};

async function wasRefreshedSince(db: Db, integrationId: string, since: number): Promise<boolean> {
  const [last] = await listAttempts(db, integrationId, 1);
  return last?.outcome === 'answered' && last.failure === null && last.startedAt >= since;
}

async function setPaused(
  deps: BulkDeps,
  of: BulkOperation,
  row: Integration,
  isPaused: boolean,
): Promise<Result> {
  const result = await pauseRefreshes(deps.pool, of.actor, row.id, isPaused, deps.clock.now());
  if (!result) return { outcome: 'not_applicable' };
  if (result.changed && hasLifecycle(row.state)) await deps.lifecycles.rowChanged(row.id);
  return { outcome: 'done' };
}
