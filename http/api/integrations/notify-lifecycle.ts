import { SECOND_MS } from '../../../core/time';
import { type HttpDeps } from '../../deps';
import { withDeadline } from '../../../adapters/deadline';

const TELL_WITHIN_MS = 2 * SECOND_MS;

/**
 * Signals a lifecycle that its row changed. Gives up after two seconds: the row contains everything, and the audit
 * repeats the signal.
 */
export async function notifyLifecycle(
  deps: Pick<HttpDeps, 'logger' | 'lifecycles' | 'temporal'>,
  integrationId: string,
): Promise<void> {
  const deadline = Date.now() + TELL_WITHIN_MS;
  const telling = deps.temporal
    .withDeadline(deadline, () => deps.lifecycles.rowChanged(integrationId))
    .then(() => true);
  const told = await withDeadline(deadline, telling, () => false).catch(() => false);
  if (!told) deps.logger.warn({ integrationId }, 'lifecycle signal failed; the audit will retry');
}
