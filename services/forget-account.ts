import { type Client } from '@temporalio/client';
import { type Pool } from 'pg';
import { withDeadline } from '../adapters/deadline';
import { type Logger } from '../adapters/logger';
import { type OwnerRequest } from '../adapters/postgres/integrations/account-owner';
import { type Deletion, deleteAccountData } from '../adapters/postgres/integrations/data-deletion';
import { forgetRuns } from '../adapters/temporal/forget-runs';
import { SECOND_MS } from '../core/time';

const FORGET_WITHIN_MS = 2 * SECOND_MS;

/**
 * Deletes what is stored of an Instagram account: in the database before this returns, in Temporal now if possible, and
 * otherwise by the next audit.
 */
export async function forgetAccount(
  deps: { pool: Pool; temporal: Client; logger: Logger },
  request: OwnerRequest,
  now: number,
): Promise<Deletion> {
  const deletion = await deleteAccountData(deps.pool, request, now);
  const { code, integrationIds } = deletion;
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
