import { type RoundOutcome } from '../../adapters/postgres/access/oauth-states';
import { recordConnectRefusal } from '../../adapters/postgres/access/connect-refusals';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { CONNECT_REFUSALS } from '../../core/access/connect-refusals';
import { REFUSAL_HINTS } from '../../core/text/connect-refusals';
import { type ConnectDeps } from './deps';

/** How a round ends. */
export interface Ending
  extends Pick<RoundOutcome, 'result'>, Partial<Omit<RoundOutcome, 'result' | 'integrationId'>> {
  /** The call that was refused. */
  failed?: { operation: string; code: number | null; subcode: number | null };
  /** Whether it was stored with the grant. */
  isStored?: true;
}

/** Counts how a round ended, and tells operators of a refusal that they can do something about. */
export async function reportEnding(
  deps: Pick<ConnectDeps, 'pool' | 'clock' | 'logger' | 'counters'>,
  integration: Integration,
  { result, refusal = null, failed }: Ending,
): Promise<void> {
  deps.counters.connect(result, refusal ?? 'none');
  if (refusal === null || CONNECT_REFUSALS[refusal] !== 'operators') return;
  const hint = REFUSAL_HINTS[refusal];
  deps.logger.error({ integrationId: integration.id, refusal, ...failed }, hint);
  const details = {
    ...(failed ?? { operation: 'unknown', code: null, subcode: null }),
    integrationId: integration.id,
    hint,
  };
  await recordConnectRefusal(deps.pool, integration, refusal, details, deps.clock.now());
}
