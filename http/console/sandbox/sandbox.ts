import { Hono } from 'hono';
import { SANDBOX_TEXT as TEXT } from '../../../core/text/console-shell';
import { DAY_MS } from '../../../core/time';
import { requireCallerScope } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { CONSOLE } from '../../middleware/headers';
import { invalidField, notFound } from '../../problems';
import { type ConsoleEnv } from '../session';
import { attempt, ownOf, show } from '../show';

const STEPS_MS: Record<string, number> = { '1d': DAY_MS, '7d': 7 * DAY_MS };

/** The actions of the sandbox bar. Afterwards the open page updates itself. */
export function sandboxRoutes(deps: HttpDeps) {
  const { sandbox } = deps.console;
  const app = new Hono<ConsoleEnv>();
  if (!sandbox) return app;

  const verbs: Record<string, (form: Record<string, unknown>) => Promise<string>> = {
    async advance({ by }) {
      const now = deps.clock.now();
      const step = STEPS_MS[String(by)] ?? (await untilNext());
      if (step === null) return TEXT.nothingScheduled;
      const arrived = await sandbox.advance(step);
      return TEXT.advanced(arrived - now);
    },
    async invalidate({ username, subcode }) {
      if (!sandbox.accounts().some((account) => account.username === username)) throw notFound('account');
      if (!/^\d{1,7}$/.test(String(subcode))) throw invalidField('subcode', 'must be a number');
      sandbox.invalidate(String(username), Number(subcode));
      return TEXT.invalidated(String(username));
    },
    async outage({ on }) {
      sandbox.setOutage(on === 'true');
      return on === 'true' ? TEXT.outageStarted : TEXT.outageEnded;
    },
  };
  const untilNext = async () => {
    const at = await sandbox.nextActionAt();
    return at === null ? null : Math.max(1, at - deps.clock.now());
  };

  return app.post(`${CONSOLE}/sandbox/:verb`, async (c) => {
    requireCallerScope(c.get('user'), 'admin');
    const verb = ownOf(verbs, c.req.param('verb'));
    if (!verb) throw notFound('page');
    const { here, ...form } = await c.req.parseBody();
    const toasts = await attempt(deps, c.get('user'), () => verb(form));
    const url = typeof here === 'string' && here.startsWith(CONSOLE) ? here : CONSOLE;
    if (!c.req.header('hx-request')) return c.redirect(url, 303);
    c.header('hx-trigger', 'changed');
    return show(deps, c, { title: TEXT.title, section: 'connections', url, content: null }, toasts);
  });
}
