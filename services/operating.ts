import { type Pool } from 'pg';
import { audited } from '../adapters/postgres/access/audit-log';
import { disconnect } from '../adapters/postgres/integrations/disconnect';
import { type Integration } from '../adapters/postgres/integrations/integration-row';
import { setPaused } from '../adapters/postgres/integrations/integrations';
import { claimRecheck } from '../adapters/postgres/tokens/rechecks';
import { type LifecycleClient, type Recovered } from '../client/lifecycle-client';
import { type Actor, namedActor } from '../core/access/actor';
import { isUsable } from '../core/lifecycle/states';
import { answerBy } from './answer-by';

/** What operators do with a connection, one at a time or many at once. Lifecycles are to be notified of changes. */

/** Pauses or resumes scheduled refreshes. @returns null: it is disconnected or unknown */
export function pauseRefreshes(pool: Pool, actor: Actor, id: string, isPaused: boolean, now: number) {
  return audited(
    { pool, actor, now },
    (db) => setPaused(db, id, isPaused, now, namedActor(actor)),
    (result) =>
      result?.changed
        ? { action: isPaused ? 'integration.pause' : 'integration.resume', integrationId: id }
        : null,
  );
}

/** Disconnects, and erases the token. @returns null: it is unknown */
export function disconnectForGood(pool: Pool, actor: Actor, id: string, now: number) {
  return audited(
    { pool, actor, now },
    (db) => disconnect(db, id, now, namedActor(actor)),
    (result) => (result?.changed ? { action: 'integration.disconnect', integrationId: id } : null),
  );
}

/**
 * Checks a token with Instagram. Those who ask within a second share one check; one who asks without end is answered what
 * the last one left in the row.
 * @param at when it was asked, in epoch ms: the same question is asked once, however often it is repeated
 * @param deadline epoch ms by the machine's clock
 * @returns `isOwn`: no other caller has this check
 */
export async function checkToken(
  deps: { pool: Pool; lifecycles: Pick<LifecycleClient, 'recover'> },
  row: Integration,
  source: string,
  at: number,
  deadline: number,
): Promise<{ outcome: Recovered; isOwn: boolean }> {
  const claim = await claimRecheck(deps.pool, row.id, 'check', at);
  if (claim.is === 'refused') return { outcome: outcomeByRow(row), isOwn: false };
  const report = { version: row.version, source, recheck: true };
  const outcome = await answerBy(deadline, deps.lifecycles.recover(row.id, report, claim.at));
  return { outcome, isOwn: claim.is === 'made' };
}

/** What the last check showed. */
function outcomeByRow({ state }: Integration): Recovered {
  if (state === 'expired') return 'expired';
  return isUsable(state) ? 'verified_ok' : 'undecided';
}
