import { type Context, Hono } from 'hono';
import { type Child } from 'hono/jsx';
import { KEYS_TEXT as TEXT } from '../../../core/text/console-settings';
import { DAY_MS } from '../../../core/time';
import { createKey, listKeysFor, revokeKey } from '../../api/access/key-actions';
import { requireCallerScope } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { NewApiKey } from '../../api/access/key-schemas';
import { invalid } from '../../router';
import { SETTINGS } from '../paths';
import { type ConsoleEnv } from '../session';
import { type Toast } from '../shell';
import { attempt } from '../show';
import { CreatedKey, KeyTable, NewKeyForm } from './keys-page';
import { showSettings } from './show-settings';

type C = Context<ConsoleEnv>;

/** API keys: the first page of the settings. */
export function keyRoutes(deps: HttpDeps) {
  async function page(c: C, toasts: Toast[] = [], made: Child = null) {
    const user = c.get('user');
    requireCallerScope(user, 'admin');
    const keys = await listKeysFor(deps, user);
    return showSettings(
      deps,
      c,
      'keys',
      {
        made,
        content: <KeyTable keys={keys} now={deps.clock.now()} />,
        bottom: <NewKeyForm />,
      },
      toasts,
    );
  }

  return new Hono<ConsoleEnv>()
    .get(SETTINGS, (c) => page(c))
    .post(`${SETTINGS}/api-keys`, async (c) => {
      requireCallerScope(c.get('user'), 'admin');
      const form = await c.req.parseBody({ all: true });
      let made: Child = null;
      const toasts = await attempt(deps, c.get('user'), async () => {
        const parsed = NewApiKey.safeParse(wanted(form, deps.clock.now()));
        if (!parsed.success) throw invalid(parsed.error.issues);
        const { key, text } = await createKey(deps, c.get('user'), parsed.data);
        made = <CreatedKey text={text} />;
        return TEXT.created(key.name);
      });
      return page(c, toasts, made);
    })
    .post(`${SETTINGS}/api-keys/:key/revoke`, async (c) => {
      requireCallerScope(c.get('user'), 'admin');
      const toasts = await attempt(deps, c.get('user'), async () => {
        await revokeKey(deps, c.get('user'), c.req.param('key'));
        return TEXT.revoked;
      });
      return page(c, toasts);
    });
}

function wanted({ name, scopes, owners, days }: Record<string, unknown>, now: number) {
  const list = (Array.isArray(scopes) ? scopes : [scopes]).filter((scope) => typeof scope === 'string');
  const ownerRefs = String(owners ?? '')
    .split(',')
    .map((owner) => owner.trim())
    .filter(Boolean);
  const lifeDays = Number(days);
  return {
    name: String(name ?? '').trim(),
    scopes: list,
    ...(ownerRefs.length > 0 && { ownerRefs }),
    ...(lifeDays > 0 && { expiresAt: new Date(now + lifeDays * DAY_MS).toISOString() }),
  };
}
