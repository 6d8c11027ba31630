import { type Client } from '@temporalio/client';
import { withDeadline } from '../adapters/deadline';
import { type Logger } from '../adapters/logger';
import { SECOND_MS } from '../core/time';

const DONE_WITHIN_MS = 2 * SECOND_MS;

/** Signals Temporal, and gives up after two seconds. @returns whether it was done */
export async function doneSoon(temporal: Client, signal: () => Promise<void>): Promise<boolean> {
  const deadline = Date.now() + DONE_WITHIN_MS;
  const signalling = temporal.withDeadline(deadline, signal).then(() => true);
  return withDeadline(deadline, signalling, () => false).catch(() => false);
}

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
  const done = await doneSoon(deps.temporal, () => deps.lifecycles.rowChanged(integrationId));
  if (!done) deps.logger.warn({ integrationId }, 'lifecycle signal failed; the audit will retry');
}
