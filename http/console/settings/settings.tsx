import { type Context, Hono } from 'hono';
import { type Child } from 'hono/jsx';
import { createKeyChecks } from '../../../adapters/encryption/key-check';
import { nextStep } from '../../../services/keys/next-step';
import { reportOn } from '../../../services/keys/report';
import { KEYS_TEXT } from '../../../core/text/console-settings';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { listKeysFor, createKey, revokeKey } from '../../api/access/key-actions';
import { requireCallerScope } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { NewApiKey } from '../../api/access/key-schemas';
import { SETTINGS } from '../paths';
import { CreatedKey, type RingView, Settings, SettingsForms } from './settings-page';
import { type Toast } from '../shell';
import { invalid } from '../../router';
import { issuedRoutes, loadIssued } from './issued';
import { noticeRoutes, loadNotices } from './notices';
import { type ConsoleEnv } from '../session';
import { attempt, show } from '../show';

type C = Context<ConsoleEnv>;

export function settingsRoutes(deps: HttpDeps) {
  const checks = createKeyChecks(deps.pool);

  async function ringView(): Promise<RingView> {
    const report = await reportOn({ pool: deps.pool, checks, ring: deps.sealer.ring, file: null });
    return { report, next: nextStep(report) };
  }

  async function page(c: C, toasts: Toast[] = [], made: Child = null) {
    requireCallerScope(c.get('user'), 'admin');
    const user = c.get('user');
    const keys = await listKeysFor(deps, user);
    const issued = await loadIssued(deps, user);
    // The key ring and deliveries concern the whole deployment, so limited users do not see them.
    const isWhole = user.ownerRefs === null;
    const ring = isWhole ? await ringView() : null;
    const notices = isWhole ? await loadNotices(deps) : null;
    return show(
      deps,
      c,
      {
        title: SHELL_TEXT.sections.settings,
        section: 'settings',
        url: SETTINGS,
        made,
        content: (
          <Settings keys={keys} issued={issued} ring={ring} notices={notices} now={deps.clock.now()} />
        ),
        bottom: <SettingsForms notices={notices} />,
      },
      toasts,
    );
  }

  return new Hono<ConsoleEnv>()
    .route('/', noticeRoutes(deps, page))
    .route('/', issuedRoutes(deps, page))
    .get(SETTINGS, (c) => page(c))
    .post(`${SETTINGS}/api-keys`, async (c) => {
      requireCallerScope(c.get('user'), 'admin');
      const form = await c.req.parseBody({ all: true });
      let made: Child = null;
      const toasts = await attempt(deps, c.get('user'), async () => {
        const parsed = NewApiKey.safeParse(wantedKey(form));
        if (!parsed.success) throw invalid(parsed.error.issues);
        const { key, text } = await createKey(deps, c.get('user'), parsed.data);
        made = <CreatedKey text={text} />;
        return KEYS_TEXT.created(key.name);
      });
      return page(c, toasts, made);
    })
    .post(`${SETTINGS}/api-keys/:key/revoke`, async (c) => {
      requireCallerScope(c.get('user'), 'admin');
      const toasts = await attempt(deps, c.get('user'), async () => {
        await revokeKey(deps, c.get('user'), c.req.param('key'));
        return KEYS_TEXT.revoked;
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
