import { type Client } from '@temporalio/client';
import { withDeadline } from '../adapters/deadline';
import { type Logger } from '../adapters/logger';
import { SECOND_MS } from '../core/time';

const NOTIFY_WITHIN_MS = 2 * SECOND_MS;

/**
 * Signals a lifecycle that its row changed. Gives up after two seconds: the row contains everything, and the audit
 * repeats the signal.
 */
export async function notifyLifecycle(
  deps: {
    logger: Logger;
    lifecycles: { rowChanged(integrationId: string): Promise<void> };
    temporal: Client;
  },
  integrationId: string,
): Promise<void> {
  const deadline = Date.now() + NOTIFY_WITHIN_MS;
  const signalling = deps.temporal
    .withDeadline(deadline, () => deps.lifecycles.rowChanged(integrationId))
    .then(() => true);
  const done = await withDeadline(deadline, signalling, () => false).catch(() => false);
  if (!done) deps.logger.warn({ integrationId }, 'lifecycle signal failed; the audit will retry');
}
