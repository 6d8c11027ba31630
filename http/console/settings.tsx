import { type Context, Hono } from 'hono';
import { createKeyChecks } from '../../adapters/encryption/key-check';
import { nextStep } from '../../client/cli/keys/next-step';
import { reportOn } from '../../client/cli/keys/report';
import { keysFor, makeKey, revokeKey } from '../actions/api-keys';
import { refuseWithout } from '../caller';
import { type HttpDeps } from '../deps';
import { NewApiKey } from '../key-schemas';
import { MadeKey, NewKeyForm, type RingView, SETTINGS, Settings } from '../pages/console/settings';
import { type Toast } from '../pages/console/shell';
import { invalid } from '../router';
import { type ConsoleEnv } from './session';
import { attempt, show } from './show';

type C = Context<ConsoleEnv>;

export function settingsRoutes(deps: HttpDeps) {
  const checks = createKeyChecks(deps.pool);

  async function ringView(): Promise<RingView> {
    const report = await reportOn({ pool: deps.pool, checks, ring: deps.sealer.ring, file: null });
    return { report, next: nextStep(report) };
  }

  async function page(c: C, toasts: Toast[] = [], madeKey: string | null = null) {
    refuseWithout(c.get('user'), 'admin');
    const user = c.get('user');
    const keys = await keysFor(deps, user);
    // The ring is the whole deployment's, and none of the business of who is limited to some owners.
    const ring = user.ownerRefs === null ? await ringView() : null;
    return show(
      deps,
      c,
      {
        title: 'Settings',
        section: 'Settings',
        url: SETTINGS,
        made: madeKey && <MadeKey text={madeKey} />,
        content: <Settings keys={keys} ring={ring} now={deps.clock.now()} />,
        bottom: <NewKeyForm />,
      },
      toasts,
    );
  }

  return new Hono<ConsoleEnv>()
    .get(SETTINGS, (c) => page(c))
    .post(`${SETTINGS}/api-keys`, async (c) => {
      refuseWithout(c.get('user'), 'admin');
      const form = await c.req.parseBody({ all: true });
      let made: string | null = null;
      const toasts = await attempt(deps, c.get('user'), async () => {
        const parsed = NewApiKey.safeParse(wantedKey(form));
        if (!parsed.success) throw invalid(parsed.error.issues);
        const { key, text } = await makeKey(deps, c.get('user'), parsed.data);
        made = text;
        return `The key ${key.name} works from now on.`;
      });
      return page(c, toasts, made);
    })
    .post(`${SETTINGS}/api-keys/:key/revoke`, async (c) => {
      refuseWithout(c.get('user'), 'admin');
      const toasts = await attempt(deps, c.get('user'), async () => {
        await revokeKey(deps, c.get('user'), c.req.param('key'));
        return 'The key works no more.';
      });
      return page(c, toasts);
    });
}

function wantedKey({ name, scopes, owners }: Record<string, unknown>) {
  const list = (Array.isArray(scopes) ? scopes : [scopes]).filter((scope) => typeof scope === 'string');
  const ownerRefs = String(owners ?? '')
    .split(',')
    .map((owner) => owner.trim())
    .filter(Boolean);
  return { name: String(name ?? '').trim(), scopes: list, ...(ownerRefs.length > 0 && { ownerRefs }) };
}
