import { type Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { allow, ConsentError, type ConsentRequest, deny, readConsentRequest } from '../world/consent';
import { consentPage, refusalPage } from './pages';
import { type Parameters } from '../graph/parameters';
import { type Account } from '../world/state';
import { type World } from '../world/world';

/** More than a person would scroll through. */
const ACCOUNTS_SHOWN = 200;
/** Who is logged in, in this browser. */
const SESSION = 'simulator-session';

/**
 * Asks for consent, or follows the next scripted login. In a browser that is logged in its account is chosen already,
 * unless the request forces a login.
 */
export function showConsent(c: Context, world: World): Response | Promise<Response> {
  return withRequest(c, world, c.req.query(), (request) => {
    const login = world.state.login;
    if (!login) {
      const loggedIn = world.index.byId(getCookie(c, SESSION) ?? '');
      const others = world.state.accounts.filter((account) => account !== loggedIn);
      const accounts = [...(loggedIn ? [loggedIn] : []), ...others].slice(0, ACCOUNTS_SHOWN);
      return showPage(c, consentPage(world, request, accounts, loggedIn), 200);
    }
    world.state.login = null;
    world.changed('settings');
    const account = login.accountId === null ? undefined : world.index.byId(login.accountId);
    if (login.decision !== 'allow' || !account) return c.redirect(deny(request));
    logIn(c, account);
    return c.redirect(allow(world, request, account, login.scopes ?? request.scopes));
  });
}

/** Takes what the form sent. */
export function takeConsent(c: Context, world: World, form: Parameters): Response | Promise<Response> {
  return withRequest(c, world, form, (request) => {
    if (form['decision'] !== 'allow') return c.redirect(deny(request), 303);
    const account = world.index.byId(String(form['account']));
    if (!account) throw new ConsentError('Choose one of the accounts');
    logIn(c, account);
    return c.redirect(allow(world, request, account, [form['granted']].flat().map(String)), 303);
  });
}

function logIn(c: Context, { id }: Account): void {
  setCookie(c, SESSION, id, { path: '/oauth', httpOnly: true, sameSite: 'Lax' });
}

function withRequest(
  c: Context,
  world: World,
  parameters: Parameters,
  answer: (request: ConsentRequest) => Response | Promise<Response>,
): Response | Promise<Response> {
  try {
    return answer(readConsentRequest(world, parameters));
  } catch (error) {
    if (!(error instanceof ConsentError)) throw error;
    return showPage(c, refusalPage(error.message), 400);
  }
}

function showPage(
  c: Context,
  content: ReturnType<typeof refusalPage>,
  status: 200 | 400,
): Response | Promise<Response> {
  c.header('cache-control', 'no-store');
  c.header(
    'content-security-policy',
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  );
  return c.html(content, status);
}
