import { type Context, Hono } from 'hono';
import {
  type Round,
  type RoundOutcome,
  createOAuthState,
  findRound,
} from '../../adapters/postgres/access/oauth-states';
import { type Integration, bannerFactsOf } from '../../adapters/postgres/integrations/integration-row';
import { findIntegration } from '../../adapters/postgres/integrations/integrations';
import { asksToCheckAgain, bannerFor } from '../../core/lifecycle/banner';
import { type CheckResult, type ConnectResult, checkText, newLinkText } from '../../core/text/owner-pages';
import { OAUTH_STATE_LIFE_MS } from '../../core/access/connect-policy';
import { Secret } from '../../core/access/secret';
import { OAUTH_CALLBACK } from '../../core/names';
import { SECOND_MS } from '../../core/time';
import { nameOfLink } from '../../services/connect-links';
import { recheck } from '../api/lifecycle/recheck';
import { type HttpDeps } from '../deps';
import { clientAddress } from '../middleware/client-address';
import { secretCookie } from '../middleware/cookies';
import { noStore } from '../middleware/headers';
import { ownerOf } from './owner';
import { isUsable, readLink, urlOf } from './links';
import { NOTHING, type Shown, shownOf } from './shown';
import { frameOf } from '../frame';
import { InvitationPage, OutcomePage, ResultPage, WorkingPage } from './connect-page';
import { mayReturnTo } from './return-to';
import { isAhead } from './ahead';
import { type Returned, goOn } from './complete';
import { limitConnects, tooMany } from './limit-connects';
import { findNewLinkRecipient, emailNewLink } from './new-link';

type OwnerPageDeps = Pick<HttpDeps, 'pool' | 'sealer' | 'mailer' | 'clock' | 'lifecycles' | 'site'>;

const STATUS = {
  connected: 200,
  cancelled: 200,
  wrong_account: 409,
  missing_permissions: 403,
  account_taken: 409,
  failed: 502,
  link_outdated: 410,
  state_expired: 410,
} as const satisfies Record<ConnectResult, number>;

/** The owner's pages: the page of a link, the redirect to Instagram's consent page, and the way back. */
export function connectRoutes(deps: HttpDeps): Hono {
  const redirectUri = deps.site.publicUrl + OAUTH_CALLBACK;
  const browser = secretCookie(deps.site, 'evergrant-connect', OAUTH_STATE_LIFE_MS / SECOND_MS);

  return new Hono()
    .use('/connect/*', noStore)
    .use('/connect/:link/*', limitConnects(deps))
    .use(OAUTH_CALLBACK, noStore)
    .get('/connect/:link', async (c) => {
      const integration = await integrationOfLink(deps, c.req.param('link'));
      if (!integration) return outdated(deps, c);
      const banner = bannerFor(bannerFactsOf(integration), deps.site.productName, deps.clock.now());
      const subject = { product: deps.site.productName, username: integration.username, other: null };
      return c.html(
        <InvitationPage
          frame={frameOf(deps.site, c)}
          subject={subject}
          ownerRef={integration.ownerRef}
          reason={banner?.text ?? null}
          action={`/connect/${c.req.param('link')}`}
          check={asksToCheckAgain(banner) ? `/connect/${c.req.param('link')}/check` : null}
        />,
      );
    })
    .post('/connect/:link/check', async (c) => {
      const text = c.req.param('link');
      const integration = await integrationOfLink(deps, text);
      if (!integration) return outdated(deps, c);
      const outcome = await checkAgain(deps, integration, clientAddress(deps, c));
      const subject = { product: deps.site.productName, username: integration.username, other: null };
      const next = outcome === 'action_required' ? c.req.path : `/connect/${text}`;
      return c.html(
        <OutcomePage frame={frameOf(deps.site, c)} outcome={checkText(outcome, subject)} next={next} />,
      );
    })
    .post('/connect/:link/new-link', async (c) => {
      const text = c.req.param('link');
      const reachable = await findNewLinkRecipient(deps, text);
      if (!reachable) return outdated(deps, c);
      const result = await emailNewLink(
        deps,
        ownerOf(reachable.integration, clientAddress(deps, c)),
        reachable,
      );
      const outcome = newLinkText(result, deps.site.productName);
      return c.html(
        <OutcomePage frame={frameOf(deps.site, c)} outcome={outcome} next={c.req.path} />,
        result === 'sent' ? 200 : 502,
      );
    })
    .post('/connect/:link', async (c) => {
      const link = readLink(deps, c.req.param('link'));
      const integration = link && (await integrationOfLink(deps, c.req.param('link')));
      if (!link || !integration) return outdated(deps, c);
      // One cookie for all flows of a browser, which may run in several tabs.
      const holder = browser.write(c, browser.read(c) ?? undefined);
      const state = await createOAuthState(deps.pool, link, holder, deps.clock.now());
      // Owners who reconnect may need to switch accounts.
      return c.redirect(
        deps.instagram.authorizeUrl({ state, redirectUri, force: integration.username !== null }),
        303,
      );
    })
    .get(OAUTH_CALLBACK, async (c) => {
      if (isAhead(c)) return c.body(null, 503, { 'retry-after': '1' });
      const [state, holder] = [c.req.query('state'), browser.read(c)];
      const found = state && holder && (await findRound(deps.pool, state, holder, deps.clock.now()));
      const limited = await tooMany(deps, c, () =>
        found
          ? deps.limits.countLink(nameOfLink(found.link))
          : deps.limits.countConnect(clientAddress(deps, c)),
      );
      if (limited) return limited;
      if (!state || !holder || !found) return show(deps, c, { ...NOTHING, result: 'state_expired' });
      const { code, error, error_description: description, error_message: message } = c.req.query();
      const returned: Returned = code
        ? { code: new Secret(code), redirectUri }
        : { error: error ?? null, message: description ?? message ?? null };
      const round = await goOn(deps, found, returned);
      // The result can be shown again as long as the browser keeps this.
      browser.write(c, holder);
      if (round.outcome) return finish(deps, c, round, round.outcome);
      const again = `${OAUTH_CALLBACK}?${new URLSearchParams({ state }).toString()}`;
      return c.html(
        <WorkingPage frame={frameOf(deps.site, c)} obstacle={round.obstacle} again={again} />,
        202,
      );
    });
}

async function integrationOfLink(deps: OwnerPageDeps, text: string): Promise<Integration | null> {
  const link = readLink(deps, text);
  const integration = link && (await findIntegration(deps.pool, link.integrationId));
  return link && integration && (await isUsable(deps, link, integration)) ? integration : null;
}

/** Offers to send a new link to the stored contact. */
async function outdated(deps: OwnerPageDeps, c: Context) {
  const text = c.req.param('link') ?? '';
  const reachable = await findNewLinkRecipient(deps, text);
  const newLink = reachable && `/connect/${text}/new-link`;
  return show(deps, c, { ...NOTHING, result: 'link_outdated' }, newLink);
}

/** Checks once whether Instagram accepts the token. */
async function checkAgain(deps: OwnerPageDeps, row: Integration, address: string): Promise<CheckResult> {
  const { integration } = await recheck(deps, ownerOf(row, address), row.id);
  if (integration.usable) return 'connected';
  return integration.state === 'expired' ? 'expired' : 'action_required';
}

/** Redirects to the product's `returnTo`, or shows a page. */
async function finish(
  deps: OwnerPageDeps,
  c: Context,
  { link, returnTo }: Round,
  outcome: RoundOutcome,
): Promise<Response> {
  const shown = await shownOf(deps, link, outcome);
  const { result } = shown;
  const { integrationId } = outcome;
  if (returnTo !== null && mayReturnTo(deps, returnTo)) {
    const url = new URL(returnTo);
    url.searchParams.set('integrationId', integrationId);
    url.searchParams.set(
      'result',
      result === 'link_outdated' || result === 'state_expired' ? 'failed' : result,
    );
    return c.redirect(url.toString(), 303);
  }
  return show(deps, c, shown);
}

function show(
  deps: OwnerPageDeps,
  c: Context,
  { result, refusal, username, other, again }: Shown,
  newLink: string | null = null,
) {
  const subject = { product: deps.site.productName, username, other };
  const back = result === 'link_outdated' || result === 'state_expired' ? appAddress(deps) : null;
  return c.html(
    <ResultPage
      frame={frameOf(deps.site, c)}
      result={result}
      refusal={refusal}
      subject={subject}
      again={again && urlOf(deps, again)}
      back={back}
      newLink={newLink}
    />,
    STATUS[result],
  );
}

/** The URL of the product's app; null: unknown. */
function appAddress({ site }: Pick<HttpDeps, 'site'>): string | null {
  const [first] = site.appOrigins;
  if (first === undefined) return site.supportUrl;
  return first.includes('://') ? first : `https://${first}`;
}
