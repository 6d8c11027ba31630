import { type Reason } from '../core/lifecycle/states';
import { type Secret } from '../core/access/secret';
import { type Sealer } from '../adapters/encryption/sealer';
import { type Integration } from '../adapters/postgres/integrations/integration-row';
import { findWithCurrent, openAsCurrent } from '../adapters/postgres/tokens/open-token';
import { type Db } from '../adapters/postgres/pool';

/** Why an integration has no usable token. */
export class NoToken extends Error {
  override name = 'NoToken';
  constructor(
    readonly why: 'unknown' | 'not_connected' | 'disconnected' | 'reconnect_required' | 'recovery_pending',
    readonly integration: Integration | null,
    readonly reason: Reason | null = null,
  ) {
    super(`No token: ${why}.`);
  }
}

export interface UsableToken {
  integration: Integration;
  version: number;
  token: Secret;
}

/**
 * The token that may be used now. Never one that is invalid, in doubt or past its expiry.
 * @throws NoToken | KeyUnavailable | DecryptFailed
 */
export async function usableToken(
  db: Db,
  sealer: Sealer,
  integrationId: string,
  now: number,
): Promise<UsableToken> {
  const found = await findWithCurrent(db, integrationId);
  if (!found) throw new NoToken('unknown', null);
  return openUsable(db, sealer, found, now);
}

/** The same of what was read. */
export async function openUsable(
  db: Db,
  sealer: Sealer,
  { integration, current }: NonNullable<Awaited<ReturnType<typeof findWithCurrent>>>,
  now: number,
): Promise<UsableToken> {
  refuseUnlessUsable(integration, now);
  const token = await openAsCurrent(db, sealer, integration, current, now);
  return { integration, version: integration.version, token };
}

function refuseUnlessUsable(integration: Integration, now: number): void {
  switch (integration.state) {
    case 'pending':
      throw new NoToken('not_connected', integration);
    case 'disconnected':
      throw new NoToken('disconnected', integration);
    case 'expired':
      throw new NoToken('reconnect_required', integration, integration.reason);
    case 'recovering':
      throw new NoToken('recovery_pending', integration);
    default:
      if (integration.expiresAt === null || now >= integration.expiresAt)
        throw new NoToken('recovery_pending', integration);
  }
}
