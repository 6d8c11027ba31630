import { type Context, Hono } from 'hono';
import { type Child } from 'hono/jsx';
import { deliveryCounts } from '../../../adapters/postgres/deliveries/delivery-log';
import {
  changeWebhookEndpoint,
  deleteWebhookEndpoint,
  listWebhookEndpoints,
} from '../../../adapters/postgres/deliveries/webhook-endpoints';
import { ENDPOINTS_TEXT as TEXT, MAIL_TEXT } from '../../../core/text/console-settings';
import { addEndpoint, rotateSecret, testEndpoint } from '../../api/deliveries/endpoint-actions';
import { requireCallerScope } from '../../middleware/caller';
import { MailTestRequest } from '../../api/deliveries/delivery-schemas';
import { type HttpDeps } from '../../deps';
import { testMail } from '../../api/deliveries/mail-test';
import { CreatedSecret, type NoticesView } from './notices-page';
import { SETTINGS } from '../paths';
import { type Toast } from '../shell';
import { Problem, notFound } from '../../problems';
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
  const act = async (c: Context<ConsoleEnv>, work: () => Promise<Done>) => {
    const user = c.get('user');
    requireCallerScope(user, 'admin');
    requireUnlimited(user);
    let made: Child = null;
    const toasts = await attempt(deps, user, async () => {
      const done = await work();
      made = done.made ?? null;
      return done.text;
    });
    return page(c, toasts, made);
  };

  const verbs: Record<string, (id: string) => Promise<Done>> = {
    async test(id) {
      const { delivered, status, error } = await testEndpoint(deps, id);
      if (delivered) return { text: TEXT.done.tested };
      throw new Problem('invalid_request', TEXT.testFailed(error?.text ?? TEXT.answered(status)));
    },
    async rotate(id) {
      const { secret } = await rotateSecret(deps, id);
      return {
        text: TEXT.done.rotated,
        made: <CreatedSecret text={secret.reveal()} />,
      };
    },
    enable: (id) => enable(id, true),
    disable: (id) => enable(id, false),
    async remove(id) {
      if (!(await deleteWebhookEndpoint(deps.pool, id))) throw notFound('endpoint');
      return { text: TEXT.done.removed };
    },
  };

  async function enable(id: string, enabled: boolean): Promise<Done> {
    if (!(await changeWebhookEndpoint(deps.pool, id, { enabled }, deps.clock.now())))
      throw notFound('endpoint');
    return {
      text: enabled ? TEXT.done.enabled : TEXT.done.disabled,
    };
  }

  return new Hono<ConsoleEnv>()
    .post(`${SETTINGS}/webhook-endpoints`, (c) =>
      act(c, async () => {
        const parsed = NewWebhookEndpoint.safeParse({ ...(await c.req.parseBody()), events: ['*'] });
        if (!parsed.success) throw invalid(parsed.error.issues);
        const { secret } = await addEndpoint(deps, parsed.data);
        return {
          text: TEXT.done.added,
          made: <CreatedSecret text={secret.reveal()} />,
        };
      }),
    )
    .post(`${SETTINGS}/webhook-endpoints/:endpoint/:verb`, (c) => {
      const verb = ownOf(verbs, c.req.param('verb'));
      if (!verb) return c.notFound();
      return act(c, () => verb(c.req.param('endpoint')));
    })
    .post(`${SETTINGS}/mail-test`, (c) =>
      act(c, async () => {
        const parsed = MailTestRequest.safeParse(await c.req.parseBody());
        if (!parsed.success) throw invalid(parsed.error.issues);
        const { error } = await testMail(deps.mailer, parsed.data.to, deps.site.productName);
        if (error) throw new Problem('invalid_request', error.text);
        return { text: MAIL_TEXT.sent(parsed.data.to) };
      }),
    );
}
