import { type Context, Hono } from 'hono';
import { SANDBOX_TEXT as TEXT } from '../../../core/text/console-shell';
import { withDeadline } from '../../../adapters/deadline';
import { DAY_MS, SECOND_MS } from '../../../core/time';
import { requireCallerScope } from '../../middleware/caller';
import { type HttpDeps, type SandboxJourney } from '../../deps';
import { Problem, invalidField, notFound } from '../../problems';
import { type ConsoleEnv } from '../session';
import { attempt, ownOf, show } from '../show';
import { type Toast } from '../shell';
import { ownPath } from '../paths';
import { BAR } from './sandbox-bar';

const STEPS_MS: Record<string, number> = { '1d': DAY_MS, '7d': 7 * DAY_MS };
/** A move that takes longer goes on by itself, and the bar shows how far it has come. */
const WAIT_MS = 1 * SECOND_MS;

/** The actions of the sandbox bar. Afterwards the open page updates itself. */
export function sandboxRoutes(deps: HttpDeps) {
  const { sandbox } = deps.console;
  const app = new Hono<ConsoleEnv>();
  if (!sandbox) return app;

  const verbs: Record<string, (form: Record<string, unknown>) => Promise<string | null>> = {
    async advance({ by }) {
      if (isMoving()) return TEXT.alreadyMoving;
      const step = STEPS_MS[String(by)] ?? (await untilNext());
      if (step === null) return TEXT.nothingScheduled;
      // How it ends is read from the journey.
      const arrival = sandbox.advance(step).catch(() => undefined);
      await withDeadline(Date.now() + WAIT_MS, arrival, () => undefined);
      return endOf(sandbox.journey());
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
  const isMoving = () => sandbox.journey()?.ended === null;
  const untilNext = async () => {
    const at = await sandbox.nextActionAt();
    return at === null ? null : Math.max(1, at - deps.clock.now());
  };
  const answer = (c: Context<ConsoleEnv>, toasts: Toast[], url: string) => {
    c.header('hx-trigger', 'changed');
    return show(deps, c, { title: TEXT.title, section: 'connections', url, content: null }, toasts);
  };

  return app
    .get(BAR, async (c) => {
      const { journey, here } = c.req.query();
      const last = sandbox.journey();
      const url = ownPath(here);
      // Only who followed the move is told of its end, once.
      if (journey === undefined || !last?.ended)
        return show(deps, c, { title: TEXT.title, section: 'connections', url, content: null });
      const isTheirs = Number(journey) === last.number;
      const toasts = isTheirs ? await attempt(deps, c.get('user'), async () => endOf(last)) : [];
      return answer(c, toasts, url);
    })
    .post(`${BAR}/:verb`, async (c) => {
      requireCallerScope(c.get('user'), 'admin');
      const verb = ownOf(verbs, c.req.param('verb'));
      if (!verb) throw notFound('page');
      const { here, ...form } = await c.req.parseBody();
      const toasts = await attempt(deps, c.get('user'), () => verb(form));
      if (!c.req.header('hx-request')) return c.redirect(ownPath(here), 303);
      return answer(c, toasts, ownPath(here));
    });
}

/** Null: it is under way. @throws Problem when it stopped on its way */
function endOf(journey: SandboxJourney | null): string | null {
  if (!journey?.ended) return null;
  const { failed } = journey.ended;
  if (failed !== null) throw new Problem('service_unavailable', TEXT.stopped(failed));
  return TEXT.advanced(journey.to - journey.from);
}
