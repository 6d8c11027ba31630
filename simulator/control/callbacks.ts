import { type Hono } from 'hono';
import { z } from 'zod';
import { deliveryView } from '../callbacks/delivery';
import { CallbackInput } from '../callbacks/settings';
import { deauthorize, requestDeletion, SignedRequestInput } from '../callbacks/signed-requests';
import { setCallbacks } from '../callbacks/webhooks';
import { type SimulatorEnv } from '../http';
import { accountView } from '../graph/views';
import { sendDashboardTest } from '../world/items';
import { type World } from '../world/world';
import { namedAccount } from './accounts';
import { readBody, readInput } from './input';

const SinceQuery = z.strictObject({ since: z.coerce.number().int().min(0).default(0) });
const Seq = z.coerce.number('must be a sequence number').int();
const ReleaseInput = z.strictObject({
  order: z.enum(['oldest_first', 'newest_first']).default('oldest_first'),
});

/** What Instagram sends to the app by itself. */
export function callbackRoutes(control: Hono<SimulatorEnv>, world: World): void {
  control.get('/webhooks', (c) => c.json(world.state.callbacks));
  control.post('/webhooks', async (c) => c.json(await setCallbacks(world, await readBody(c, CallbackInput))));
  control.post('/webhooks/test', async (c) => {
    await readBody(c, z.strictObject({}));
    sendDashboardTest(world);
    return c.json({ sent: world.state.callbacks.callbackUrl !== null });
  });

  control.get('/deliveries', (c) => {
    const { since } = readInput(SinceQuery, c.req.query());
    return c.json({ data: world.courier.since(since).map(deliveryView) });
  });
  control.post('/deliveries/release', async (c) => {
    const { order } = await readBody(c, ReleaseInput);
    return c.json({ data: (await world.courier.release(order)).map(deliveryView) });
  });
  control.post('/deliveries/:seq/resend', async (c) =>
    c.json(deliveryView(await world.courier.resend(readInput(Seq, c.req.param('seq'))))),
  );

  control.post('/accounts/:id/deauthorize', async (c) => {
    const account = namedAccount(world, c);
    const delivery = await deauthorize(world, account, await readBody(c, SignedRequestInput));
    return c.json({ account: accountView(world, account), delivery });
  });
  control.post('/accounts/:id/data-deletion', async (c) =>
    c.json(await requestDeletion(world, namedAccount(world, c), await readBody(c, SignedRequestInput))),
  );
}
