import { createKeyChecks } from '../adapters/encryption/key-check';
import { parseKeyRing } from '../adapters/encryption/key-ring';
import { createSealer } from '../adapters/encryption/sealer';
import { createIntegration } from '../adapters/postgres/integrations/integrations';
import { storeGrant } from '../adapters/postgres/integrations/grants';
import { Secret } from '../core/access/secret';
import { REQUIRED_SCOPES } from '../adapters/instagram/settings';
import { DAY_MS } from '../core/time';
import { type Deployment, KEY_RING } from './deployment';

const AT_ONCE = 8;
const LIFE_MS = 60 * DAY_MS;

/** Connects accounts whose tokens Instagram will refresh: issued two days ago by its clock, by ours when `issuedAt` says. @returns the ids */
export async function connectFleet(
  { pool, simulator }: Pick<Deployment, 'pool' | 'simulator'>,
  count: number,
  issuedAt: number,
  progress: (line: string) => void = () => undefined,
): Promise<string[]> {
  const ids: string[] = [];
  const sealer = createSealer(parseKeyRing(KEY_RING), { checks: createKeyChecks(pool) });
  const connect = async (n: number, account: { id: string; username: string; token: string }) => {
    const row = await createIntegration(
      pool,
      {
        provider: 'instagram',
        appId: simulator.settings.appId,
        ownerRef: `owner-${n % 100}`,
        externalId: null,
        contactEmail: null,
      },
      issuedAt,
    );
    const grant = {
      token: new Secret(account.token),
      issuedAt,
      expiresAt: issuedAt + LIFE_MS,
      refreshAt: issuedAt + 46 * DAY_MS,
      lifetimeClamped: false,
      scopes: [...REQUIRED_SCOPES],
      account: { id: account.id, scopedId: null, username: account.username },
    };
    await storeGrant(pool, sealer, row.id, row.grantNo, grant, issuedAt, 0.5);
    return row.id;
  };
  for (let at = 0; at < count; at += AT_ONCE) {
    const usernames = Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, n) => `shop.${at + n}`);
    const accounts = await simulator.call('addAccounts', usernames);
    ids.push(...(await Promise.all(accounts.map((account, n) => connect(at + n, account)))));
    if (ids.length % 1_000 === 0) progress(`connected ${ids.length}`);
  }
  await simulator.call('advance', 2 * DAY_MS);
  return ids;
}
