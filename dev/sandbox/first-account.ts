import { type Services } from '../../services/services';
import { type Simulator } from '../../simulator/index';

const USERNAME = 'sandbox_shop';

/**
 * On the first start a sandbox account is connected, the way an owner would: link, consent page, way back. So there is
 * something to look at, and proof that the round works.
 */
export async function connectFirstAccount(
  services: Services,
  simulator: Simulator,
  apiUrl: string,
  apiKey: string,
): Promise<void> {
  const { rowCount } = await services.pool.query('select 1 from integrations limit 1');
  if (rowCount !== 0) return;
  if (!simulator.accounts().some(({ username }) => username === USERNAME)) {
    simulator.addAccount({ username: USERNAME, name: 'Sandbox Shop', conversations: 3 });
  }
  simulator.scriptLogin({ account: USERNAME, decision: 'allow' });
  const created = await fetch(`${apiUrl}/v1/integrations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ provider: 'instagram', ownerRef: 'sandbox' }),
  });
  const { connectUrl } = (await created.json()) as { connectUrl: string };
  const status = await consentAt(connectUrl);
  if (!created.ok || status !== 200)
    throw new Error(`The sandbox account could not be connected (${created.status}, ${status}).`);
}

/** The owner's way: the link's button, Instagram's consent page, and back in the same browser. */
async function consentAt(connectUrl: string): Promise<number> {
  const begun = await fetch(connectUrl, { method: 'POST', redirect: 'manual' });
  const cookie = begun.headers.getSetCookie().map((line) => line.split(';')[0]);
  const consent = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
  const back = await fetch(consent.headers.get('location') ?? '', { headers: { cookie: cookie.join('; ') } });
  return back.status;
}
