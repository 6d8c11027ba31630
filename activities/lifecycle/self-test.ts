import { type Deps } from '../deps';

/**
 * Looks before a call that cannot be taken back: a token that could not be sealed and stored must not be asked for.
 * @throws KeyUnavailable, or what the database driver throws
 */
export async function selfTest(deps: Deps): Promise<void> {
  await deps.sealer.verify();
}
