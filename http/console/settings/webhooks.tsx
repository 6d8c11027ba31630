import { type Context, Hono } from 'hono';
import { type Child } from 'hono/jsx';
import { deliveryCounts } from '../../../adapters/postgres/deliveries/delivery-log';
import { listWebhookEndpoints } from '../../../adapters/postgres/deliveries/webhook-endpoints';
import { type Actor } from '../../../core/access/actor';
import { ENDPOINTS_TEXT as TEXT } from '../../../core/text/console-settings';
import {
  addEndpoint,
  changeEndpoint,
  removeEndpoint,
  rotateSecret,
  testEndpoint,
} from '../../api/deliveries/endpoint-actions';
import { NewWebhookEndpoint } from '../../api/deliveries/webhook-schemas';
import { type HttpDeps } from '../../deps';
import { Problem, notFound } from '../../problems';
import { invalid } from '../../router';
import { WEBHOOKS } from '../paths';
import { type ConsoleEnv } from '../session';
import { type Toast } from '../shell';
import { attempt, ownOf } from '../show';
import { requireWholeDeployment } from './require-whole';
import { showSettings } from './show-settings';
import { CreatedSecret, NewEndpointForm, Webhooks } from './webhooks-page';

type C = Context<ConsoleEnv>;
type Done = { text: string; made?: Child };

/** Webhook endpoints: what they receive, and what is done with them. */
export function webhookSettingsRoutes(deps: HttpDeps) {
  async function page(c: C, toasts: Toast[] = [], made: Child = null) {
    requireWholeDeployment(c);
    const [endpoints, deliveries] = await Promise.all([
      listWebhookEndpoints(deps.pool),
      deliveryCounts(deps.pool),
    ]);
    return showSettings(
      deps,
      c,
      'webhooks',
      {
        made,
        content: <Webhooks endpoints={endpoints} deliveries={deliveries} now={deps.clock.now()} />,
        bottom: <NewEndpointForm />,
      },
      toasts,
    );
  }

  const act = async (c: C, work: (by: Actor) => Promise<Done>) => {
    requireWholeDeployment(c);
    let made: Child = null;
    const toasts = await attempt(deps, c.get('user'), async () => {
      const done = await work(c.get('user').actor);
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
      return { text: TEXT.done.rotated, made: <CreatedSecret text={secret.reveal()} /> };
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
    .get(WEBHOOKS, (c) => page(c))
    .post(WEBHOOKS, (c) =>
      act(c, async (by) => {
        const { url, events } = await c.req.parseBody({ all: true });
        const parsed = NewWebhookEndpoint.safeParse({ url, events: wantedEvents(events) });
        if (!parsed.success) throw invalid(parsed.error.issues);
        const { secret } = await addEndpoint(deps, by, parsed.data);
        return { text: TEXT.done.added, made: <CreatedSecret text={secret.reveal()} /> };
      }),
    )
    .post(`${WEBHOOKS}/:endpoint/:verb`, (c) => {
      const verb = ownOf(verbs, c.req.param('verb'));
      if (!verb) throw notFound('page');
      return act(c, (by) => verb(by, c.req.param('endpoint')));
    });
}

/** The ticked event types; none: all. */
function wantedEvents(ticked: unknown): unknown[] {
  const events = Array.isArray(ticked) ? ticked : [ticked].filter((one) => typeof one === 'string');
  return events.length === 0 ? ['*'] : events;
}
