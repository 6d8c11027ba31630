import { reasonOf } from '../../../adapters/error-reason';
import { countTokenUse } from '../../../adapters/postgres/tokens/token-uses';
import { type Caller } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';

/** Notes that a caller used the scope `token`. A token is not held back because its use could not be counted. */
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
