import { type Instagram } from '../../adapters/instagram/client';
import { Secret } from '../../core/access/secret';
import { type Simulator } from '../../simulator/index';
import { type Provider } from './provider';

const REDIRECT_URI = 'http://127.0.0.1/oauth/instagram/callback';

/** An owner goes through the consent page, and the product through what follows it. Throws where a call fails. */
export async function consent(
  parts: { simulator: Simulator; instagram: Instagram; provider: Pick<Provider, 'introduce'> },
  { username, account }: { username: string; account: string },
) {
  const { simulator, instagram, provider } = parts;
  simulator.scriptLogin({ account: username, decision: 'allow' });
  const page = await simulator.app.request(
    instagram.authorizeUrl({ state: 'x', redirectUri: REDIRECT_URI, force: false }),
  );
  const code = new Secret(new URL(page.headers.get('location') ?? '').searchParams.get('code') ?? '');
  const short = await instagram.exchangeCode({ code, redirectUri: REDIRECT_URI });
  provider.introduce(short.token.reveal(), account);
  const long = await instagram.exchangeForLongLived(short.token);
  return { ...long, scopes: short.scopes, account: await instagram.probe(long.token) };
}
