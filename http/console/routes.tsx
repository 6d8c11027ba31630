import { type Context, Hono } from 'hono';
import { sha256 } from '../../adapters/digest';
import { redeemSignIn } from '../../adapters/postgres/access/sessions';
import { type Caller, callerOf } from '../middleware/caller';
import { answerError, problemOf } from '../errors';
import { PROBLEMS, notFound } from '../problems';
import { show } from './show';
import { clientAddress } from '../middleware/client-address';
import { type HttpDeps } from '../deps';
import { CONSOLE, noStore } from '../middleware/headers';
import { frameOf } from '../frame';
import { SignInLinkPage, SignInPage } from './sign-in-page';
import { connectionListRoutes } from './connections/connections';
import { connectionRoutes } from './connections/connection';
import { auditLogPageRoutes } from './settings/audit-log';
import { deliveryLogRoutes } from './settings/deliveries';
import { bulkOperationPageRoutes } from './fleet/bulk-operations';
import { fleetPageRoutes } from './fleet/fleet';
import { encryptionRoutes } from './settings/encryption';
import { issuedRoutes } from './settings/issued';
import { keyRoutes } from './settings/keys';
import { mailSettingsRoutes } from './settings/mail';
import { webhookSettingsRoutes } from './settings/webhooks';
import { messageRoutes } from './connections/messages';
import { liveRoutes } from './live';
import { sandboxRoutes } from './sandbox/sandbox';
import { overviewRoutes } from './overview/overview';
import { type ConsoleEnv, createSessions, rejectCrossSite } from './session';
import { themeRoutes } from './theme';

const SIGN_IN = `${CONSOLE}/sign-in`;

/** The console: sign-in and all pages. */
export function consoleRoutes(deps: HttpDeps) {
  const sessions = createSessions(deps);
  const frame = (c: Context) => frameOf(deps.site, c);

  /** Starts a session for a key with the scope `admin`; otherwise shows the form again. */
  async function signIn(c: Context, keyHash: Buffer | null, refused: 'key' | 'link') {
    const caller = keyHash && (await callerOf(deps, keyHash));
    if (!keyHash || !caller?.scopes.has('admin')) {
      await deps.limits.countFailure(clientAddress(deps, c));
      return c.html(<SignInPage frame={frame(c)} refused={refused} />, 403);
    }
    await sessions.begin(c, caller);
    deps.logger.info({ keyId: caller.keyId }, 'console sign-in');
    return c.redirect(CONSOLE, 303);
  }

  const app = new Hono<ConsoleEnv>();
  // Errors are shown as pages, too.
  app.onError((error, c) => {
    const user = c.get('user') as Caller | undefined;
    const problem = problemOf(deps, error, user);
    if (!user || problem.code === 'internal') return answerError(deps, error, c);
    c.status(problem.status);
    for (const [name, value] of Object.entries(problem.headers)) c.header(name, value);
    return show(deps, c, {
      title: PROBLEMS[problem.code][1],
      section: 'overview',
      still: true,
      content: <p class="card">{problem.detail}</p>,
    });
  });
  return (
    app
      .use(`${CONSOLE}/*`, noStore, rejectCrossSite(deps))
      .get(SIGN_IN, (c) => c.html(<SignInPage frame={frame(c)} refused={null} />))
      .post(SIGN_IN, async (c) => {
        const { key } = await c.req.parseBody();
        return signIn(c, typeof key === 'string' && key !== '' ? sha256(key.trim()) : null, 'key');
      })
      // Opening the link does not consume it, because mail scanners open links.
      .get(`${SIGN_IN}/:token`, (c) => c.html(<SignInLinkPage frame={frame(c)} action={c.req.path} />))
      .post(`${SIGN_IN}/:token`, async (c) => {
        return signIn(c, await redeemSignIn(deps.pool, c.req.param('token'), deps.wallClock.now()), 'link');
      })
      .use(`${CONSOLE}/*`, async (c, next) => {
        const user = await sessions.userOf(c);
        if (!user) {
          // A fragment of a page cannot show the sign-in form.
          if (c.req.header('hx-request')) return c.body(null, 200, { 'hx-redirect': SIGN_IN });
          return c.redirect(SIGN_IN, 303);
        }
        c.set('user', user);
        await deps.limits.countSession(user.session);
        return next();
      })
      .post(`${CONSOLE}/sign-out`, async (c) => {
        await sessions.end(c, c.get('user'));
        return c.redirect(SIGN_IN, 303);
      })
      .route('/', themeRoutes(deps))
      .route('/', overviewRoutes(deps))
      .route('/', connectionListRoutes(deps))
      .route('/', connectionRoutes(deps))
      .route('/', messageRoutes(deps))
      .route('/', fleetPageRoutes(deps))
      .route('/', bulkOperationPageRoutes(deps))
      .route('/', deliveryLogRoutes(deps))
      .route('/', auditLogPageRoutes(deps))
      .route('/', keyRoutes(deps))
      .route('/', issuedRoutes(deps))
      .route('/', webhookSettingsRoutes(deps))
      .route('/', mailSettingsRoutes(deps))
      .route('/', encryptionRoutes(deps))
      .route('/', liveRoutes(deps, sessions))
      .route('/', sandboxRoutes(deps))
      .all(`${CONSOLE}/*`, () => {
        throw notFound('page');
      })
  );
}
