import { type Client } from '@temporalio/client';
import { type Pool } from 'pg';
import { withDeadline } from '../adapters/deadline';
import { reasonOf } from '../adapters/error-reason';
import { type Logger } from '../adapters/logger';
import { type OwnerRequest } from '../adapters/postgres/integrations/account-owner';
import { type Deletion, deleteAccountData } from '../adapters/postgres/integrations/data-deletion';
import { eraseInPortions } from '../adapters/postgres/integrations/erasure';
import { forgetRuns } from '../adapters/temporal/forget-runs';
import { type Actor } from '../core/access/actor';
import { SECOND_MS } from '../core/time';

const FORGET_WITHIN_MS = 2 * SECOND_MS;
const ERASE_WITHIN_MS = 2 * SECOND_MS;

/**
 * Deletes what is stored of an Instagram account: tokens and account before this returns; messages, events and the runs
 * in Temporal as far as a moment allows, and otherwise by a worker and the next audit.
 */
export async function forgetAccount(
  deps: { pool: Pool; temporal: Client; logger: Logger },
  request: OwnerRequest,
  now: number,
  by: Actor,
): Promise<Deletion> {
  const deletion = await deleteAccountData(deps.pool, request, now, by);
  const { code, integrationIds } = deletion;
  await eraseForAMoment(deps, now);
  const deadline = Date.now() + FORGET_WITHIN_MS;
  const forgetting = deps.temporal.withDeadline(deadline, () =>
    Promise.all(integrationIds.map((id) => forgetRuns(deps.temporal, id))),
  );
  const done = await withDeadline(
    deadline,
    forgetting.then(() => true),
    () => false,
  ).catch(() => false);
  if (!done) deps.logger.warn({ integrationIds, code }, 'lifecycle deletion failed; the audit will retry');
  return deletion;
}

/** Most accounts have so few messages that nothing is left then. */
async function eraseForAMoment({ pool, logger }: { pool: Pool; logger: Logger }, now: number): Promise<void> {
  const until = performance.now() + ERASE_WITHIN_MS;
  await eraseInPortions(pool, { now: () => now }, () => performance.now() >= until).catch((error: Error) =>
    logger.warn({ reason: reasonOf(error) }, 'data not erased yet; a worker will'),
  );
}
