import { reasonOf } from '../../../adapters/error-reason';
import { countTokenUse } from '../../../adapters/postgres/tokens/token-uses';
import { type Caller } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';

/** Counts a use of the scope `token`. A failure to count does not withhold the token. */
export async function recordTokenUse(
  deps: Pick<HttpDeps, 'pool' | 'clock' | 'logger'>,
  caller: Caller,
  integrationId: string,
): Promise<void> {
  try {
    await countTokenUse(deps.pool, caller.keyId, integrationId, deps.clock.now());
  } catch (error) {
    deps.logger.warn({ integrationId, reason: reasonOf(error) }, 'token use not counted');
  }
}
