import { type Context } from 'hono';
import { allow, ConsentError, type ConsentRequest, deny, readConsentRequest } from '../world/consent';
import { consentPage, refusalPage } from './pages';
import { type Parameters } from '../graph/parameters';
import { type World } from '../world/world';

/** More than a person would scroll through. */
const ACCOUNTS_SHOWN = 200;

/** Asks for consent, or follows the next scripted login. */
export function showConsent(c: Context, world: World): Response | Promise<Response> {
  return withRequest(c, world, c.req.query(), (request) => {
    const login = world.state.login;
    if (!login) return showPage(c, consentPage(request, world.state.accounts.slice(0, ACCOUNTS_SHOWN)), 200);
    world.state.login = null;
    world.changed();
    const account = login.accountId === null ? undefined : world.index.byId(login.accountId);
    return c.redirect(
      login.decision === 'allow' && account
        ? allow(world, request, account, login.scopes ?? request.scopes)
        : deny(request),
    );
  });
}

/** Takes what the form sent. */
export function takeConsent(c: Context, world: World, form: Parameters): Response | Promise<Response> {
  return withRequest(c, world, form, (request) => {
    if (form['decision'] !== 'allow') return c.redirect(deny(request), 303);
    const account = world.index.byId(String(form['account']));
    if (!account) throw new ConsentError('Choose one of the accounts');
    return c.redirect(allow(world, request, account, [form['granted']].flat().map(String)), 303);
  });
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
