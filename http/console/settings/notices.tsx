import { type Context, Hono } from 'hono';
import { type Child } from 'hono/jsx';
import { deliveryCounts } from '../../../adapters/postgres/deliveries/delivery-log';
import { listWebhookEndpoints } from '../../../adapters/postgres/deliveries/webhook-endpoints';
import { type Actor } from '../../../core/access/actor';
import { ENDPOINTS_TEXT as TEXT, MAIL_TEXT } from '../../../core/text/console-settings';
import {
  addEndpoint,
  changeEndpoint,
  removeEndpoint,
  rotateSecret,
  testEndpoint,
} from '../../api/deliveries/endpoint-actions';
import { requireCallerScope } from '../../middleware/caller';
import { MailTestRequest } from '../../api/deliveries/delivery-schemas';
import { type HttpDeps } from '../../deps';
import { testMail } from '../../api/deliveries/mail-test';
import { CreatedSecret, type NoticesView } from './notices-page';
import { SETTINGS } from '../paths';
import { type Toast } from '../shell';
import { Problem } from '../../problems';
import { requireUnlimited } from '../../middleware/require-unlimited';
import { invalid } from '../../router';
import { NewWebhookEndpoint } from '../../api/deliveries/webhook-schemas';
import { type ConsoleEnv } from '../session';
import { attempt, ownOf } from '../show';

export async function loadNotices(deps: Pick<HttpDeps, 'pool' | 'mailer'>): Promise<NoticesView> {
  return {
    endpoints: await listWebhookEndpoints(deps.pool),
    deliveries: await deliveryCounts(deps.pool),
    hasMail: deps.mailer !== null,
  };
}

type Done = { text: string; made?: Child };

/** The actions for webhook endpoints and email. */
export function noticeRoutes(
  deps: HttpDeps,
  page: (c: Context<ConsoleEnv>, toasts: Toast[], made?: Child) => Response | Promise<Response>,
) {
  const act = async (c: Context<ConsoleEnv>, work: (by: Actor) => Promise<Done>) => {
    const user = c.get('user');
    requireCallerScope(user, 'admin');
    requireUnlimited(user);
    let made: Child = null;
    const toasts = await attempt(deps, user, async () => {
      const done = await work(user.actor);
      made = done.made ?? null;
      return done.text;
    });
    return page(c, toasts, made);
  };

  const verbs: Record<string, (by: Actor, id: string) => Promise<Done>> = {
    async test(by, id) {
      const { delivered, status, error } = await testEndpoint(deps, by, id);
      if (delivered) return { text: TEXT.done.tested };
      throw new Problem('invalid_request', TEXT.testFailed(error?.text ?? TEXT.answered(status)));
    },
    async rotate(by, id) {
      const { secret } = await rotateSecret(deps, by, id);
      return {
        text: TEXT.done.rotated,
        made: <CreatedSecret text={secret.reveal()} />,
      };
    },
    async enable(by, id) {
      await changeEndpoint(deps, by, id, { enabled: true });
      return { text: TEXT.done.enabled };
    },
    async disable(by, id) {
      await changeEndpoint(deps, by, id, { enabled: false });
      return { text: TEXT.done.disabled };
    },
    async remove(by, id) {
      await removeEndpoint(deps, by, id);
      return { text: TEXT.done.removed };
    },
  };

  return new Hono<ConsoleEnv>()
    .post(`${SETTINGS}/webhook-endpoints`, (c) =>
      act(c, async (by) => {
        const parsed = NewWebhookEndpoint.safeParse({ ...(await c.req.parseBody()), events: ['*'] });
        if (!parsed.success) throw invalid(parsed.error.issues);
        const { secret } = await addEndpoint(deps, by, parsed.data);
        return {
          text: TEXT.done.added,
          made: <CreatedSecret text={secret.reveal()} />,
        };
      }),
    )
    .post(`${SETTINGS}/webhook-endpoints/:endpoint/:verb`, (c) => {
      const verb = ownOf(verbs, c.req.param('verb'));
      if (!verb) return c.notFound();
      return act(c, (by) => verb(by, c.req.param('endpoint')));
    })
    .post(`${SETTINGS}/mail-test`, (c) =>
      act(c, async (by) => {
        const parsed = MailTestRequest.safeParse(await c.req.parseBody());
        if (!parsed.success) throw invalid(parsed.error.issues);
        const { error } = await testMail(deps, by, parsed.data.to);
        if (error) throw new Problem('invalid_request', error.text);
        return { text: MAIL_TEXT.sent(parsed.data.to) };
      }),
    );
}
