import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../adapters/clock';
import { type Settings, instagramSettings, publicUrl } from '../../adapters/config';
import { openAuthorizePage } from '../../adapters/instagram/authorize-page';
import { createInstagram } from '../../adapters/instagram/client';
import { createProviderHttp } from '../../adapters/instagram/http';
import { ProviderError } from '../../adapters/instagram/provider-error';
import { type InstagramSettings } from '../../adapters/instagram/settings';
import { TunnelAgent } from '../../adapters/instagram/tunnel';
import { isLoopbackUrl } from '../../adapters/outgoing/loopback';
import { type ConnectRefusal } from '../../core/access/connect-refusals';
import { Secret } from '../../core/access/secret';
import { CALLBACKS, OAUTH_CALLBACK } from '../../core/names';
import { REFUSAL_HINTS } from '../../core/text/connect-refusals';
import { SANDBOX_APP_ID, SANDBOX_APP_SECRET } from '../../simulator/index';
import { dataFolderOf } from '../settings';
import { type Finding, ok, problem, toCheck, warning } from './finding';

const PATIENCE_MS = 10_000;
const DASHBOARD = 'https://developers.facebook.com/apps/';
const BUSINESS_LOGIN =
  'https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login';

/** Without settings of an app: the simulator of an `npm start` in this folder. Beside its twins it would slow every verb. */
export function withLocalSimulator(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const tokenFile = join(dataFolderOf(env), 'webhook-verify-token');
  const isElsewhere = Object.keys(env).some((name) => /^INSTAGRAM_(APP|API|AUTHORIZE|GRAPH)/.test(name));
  if (isElsewhere || !existsSync(tokenFile)) return env;
  const url = `http://127.0.0.1:${env.EVERGRANT_SIMULATOR_PORT || '4010'}`;
  return {
    INSTAGRAM_WEBHOOK_VERIFY_TOKEN_FILE: tokenFile,
    ...env,
    INSTAGRAM_APP_ID: SANDBOX_APP_ID,
    INSTAGRAM_APP_SECRET: SANDBOX_APP_SECRET,
    INSTAGRAM_AUTHORIZE_URL: `${url}/oauth/authorize`,
    INSTAGRAM_API_URL: url,
    INSTAGRAM_GRAPH_URL: url,
  };
}

/**
 * Asks Instagram what it tells of an app without an owner: an exchange of a code that does not exist is refused for the
 * first thing that is wrong with the request. Changes nothing, and uses nothing up.
 */
export async function lookAtProvider(settings: Settings): Promise<Finding[]> {
  if (settings.INSTAGRAM_APP_ID === undefined || settings.INSTAGRAM_APP_SECRET === undefined)
    return [problem('app', 'INSTAGRAM_APP_ID or INSTAGRAM_APP_SECRET is missing.', 'Set both.')];
  const tunnel = settings.INSTAGRAM_PROXY_URL && new TunnelAgent(settings.INSTAGRAM_PROXY_URL);
  const redirectUri = publicUrl(settings) + OAUTH_CALLBACK;
  const app = instagramSettings(settings);
  const [exchange, page, callback] = await Promise.all([
    tryExchange(app, redirectUri, tunnel),
    tryAuthorizePage(app, redirectUri, tunnel),
    tryWebhook(settings),
  ]);
  return [...exchange, page, callback, ...byAPerson(publicUrl(settings))];
}

async function tryExchange(
  app: InstagramSettings,
  redirectUri: string,
  tunnel: TunnelAgent | undefined,
): Promise<Finding[]> {
  const ask = (appSecret: Secret) => refusalOfExchange({ ...app, appSecret }, redirectUri, tunnel);
  const answer = await ask(app.appSecret);
  if (answer === 'no_answer')
    return [
      warning(
        'app',
        'Instagram does not answer.',
        'Try again, and check INSTAGRAM_API_URL and INSTAGRAM_PROXY_URL.',
      ),
    ];
  const known = ok('app ID', `${app.appId} is known to Instagram.`);
  const accepted = ok('app secret', 'Accepted.');
  const hint = answer === null ? '' : REFUSAL_HINTS[answer];
  switch (answer) {
    case 'code_used':
      // What was tried does not exist: nothing else was wrong with the request.
      return [known, accepted];
    case 'redirect_uri':
      return [known, accepted, problem('redirect', `${redirectUri} is not registered.`, hint)];
    case 'app_secret':
      return [known, await secretFinding(app, ask)];
    case 'app_id':
      return [problem('app ID', `${app.appId} is not known to Instagram.`, hint)];
    case null:
      return [
        warning(
          'app',
          'Instagram refused the request in words that Evergrant does not know.',
          'Connect a test account.',
        ),
      ];
    default:
      return [problem('app', 'Instagram refuses the app.', hint)];
  }
}

async function secretFinding(
  { appSecretPrevious: previous }: InstagramSettings,
  ask: (secret: Secret) => Promise<ConnectRefusal | 'no_answer' | null>,
): Promise<Finding> {
  const answer = previous?.reveal() ? await ask(previous) : 'app_secret';
  if (answer !== 'app_secret' && answer !== 'no_answer')
    return warning(
      'app secret',
      'Instagram still expects the secret in INSTAGRAM_APP_SECRET_PREVIOUS, which is used meanwhile.',
      'Complete the replacement at Meta, or put the former secret back.',
    );
  return problem('app secret', 'Refused.', REFUSAL_HINTS.app_secret);
}

async function refusalOfExchange(
  app: InstagramSettings,
  redirectUri: string,
  tunnel: TunnelAgent | undefined,
): Promise<ConnectRefusal | 'no_answer' | null> {
  const http = createProviderHttp(systemClock, { tunnel });
  // Each secret is asked for by itself.
  const instagram = createInstagram(http, { ...app, appSecretPrevious: undefined });
  try {
    const code = new Secret(`AQ-evergrant-doctor-${randomBytes(12).toString('hex')}`);
    await instagram.exchangeCode({ code, redirectUri });
    return null;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.refusal) return error.refusal;
    if (error.failure.class === 'app_level') return 'app_blocked';
    return error.status === null || error.status >= 500 || error.status === 429 ? 'no_answer' : null;
  }
}

async function tryAuthorizePage(
  app: InstagramSettings,
  redirectUri: string,
  tunnel: TunnelAgent | undefined,
): Promise<Finding> {
  const { authorizeUrl } = createInstagram(createProviderHttp(systemClock), app);
  const url = authorizeUrl({ state: 'evergrant-doctor', redirectUri, force: false });
  const { status, refusal } = await openAuthorizePage(url, tunnel);
  if (refusal)
    return problem('consent', `Refused, with the redirect URI ${redirectUri}.`, REFUSAL_HINTS[refusal]);
  if (status === null || status >= 400)
    return warning(
      'consent',
      status === null ? 'No answer.' : `Answers ${status}.`,
      'Open a connect link in a browser. Instagram may refuse programs here.',
    );
  return ok('consent', 'Opens. Instagram checks the redirect URI only once the owner is logged in.');
}

/** What Instagram does when the webhook is saved in the dashboard. */
async function tryWebhook(settings: Settings): Promise<Finding> {
  const url = publicUrl(settings);
  const verifyToken = settings.INSTAGRAM_WEBHOOK_VERIFY_TOKEN;
  if (verifyToken === undefined)
    return warning(
      'webhook',
      'Off: no messages are received.',
      'Set INSTAGRAM_WEBHOOK_VERIFY_TOKEN. See docs/callbacks.md.',
    );
  const challenge = randomBytes(8).toString('hex');
  const asked = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.challenge': challenge,
    'hub.verify_token': verifyToken.reveal(),
  });
  const answer = await fetch(`${url}${CALLBACKS.webhooks}?${asked.toString()}`, {
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch(() => null);
  const isRight = answer?.status === 200 && (await answer.text()) === challenge;
  if (!isRight)
    return problem(
      'webhook',
      `${url}${CALLBACKS.webhooks} ${answer ? `answers ${answer.status} instead of the challenge` : 'does not answer'}.`,
      'Check that the API is running with the same INSTAGRAM_WEBHOOK_VERIFY_TOKEN, and that the proxy passes /callbacks/ through.',
    );
  if (!url.startsWith('https:') && !isLoopbackUrl(url))
    return warning('webhook', 'Answers the challenge, without TLS.', 'Instagram calls https addresses only.');
  return ok('webhook', 'Answers the challenge, as seen from here.');
}

/** What no call tells: a person has to compare it in the dashboard. */
function byAPerson(url: string): Finding[] {
  return [
    toCheck(
      'at Meta',
      `Business login settings → OAuth redirect URIs has exactly ${url}${OAUTH_CALLBACK}`,
      DASHBOARD,
    ),
    toCheck(
      'at Meta',
      `Business login settings → deauthorize callback is ${url}${CALLBACKS.deauthorize}, data deletion is ${url}${CALLBACKS.dataDeletion}`,
      DASHBOARD,
    ),
    toCheck(
      'at Meta',
      `Configure webhooks → callback URL is ${url}${CALLBACKS.webhooks}, with the field messages`,
      DASHBOARD,
    ),
    toCheck(
      'at Meta',
      'App ID and secret are those under “API setup with Instagram login”, not those of the Meta app',
      BUSINESS_LOGIN,
    ),
    toCheck(
      'at Meta',
      'The app is live, and instagram_business_basic and instagram_business_manage_messages have Advanced Access; without it only accounts with an accepted role can connect',
      'https://developers.facebook.com/docs/graph-api/overview/access-levels',
    ),
  ];
}
