import { Hono } from 'hono';
import { z } from 'zod';
import {
  advance,
  AdvanceInput,
  LoginInput,
  ModeInput,
  reset,
  ResetInput,
  scriptLogin,
  setMode,
} from '../world/actions';
import { ConflictError } from '../graph/conflict';
import { FaultInput } from '../faults/faults';
import { type SimulatorContext, type SimulatorEnv } from '../http';
import { setUsage, UsageInput, usageView } from '../usage/usage';
import { isLoopback } from '../world/consent';
import { type World } from '../world/world';
import { accountRoutes, UnknownError } from './accounts';
import { callbackRoutes } from './callbacks';
import { InputError, readBody, readInput } from './input';

/** A sequence number, or an instant in ISO 8601. */
const Since = z
  .union(
    [
      z.coerce
        .number()
        .int()
        .min(0)
        .transform((seq) => ({ seq })),
      z.iso.datetime().transform((at) => ({ at: Date.parse(at) })),
    ],
    'must be a sequence number or an instant',
  )
  .default({ seq: 0 });

const SinceQuery = z.strictObject({ since: Since });

/** The controls of a sandbox: accounts, time, faults. JSON, from this machine only. */
export function controlRoutes(world: World): Hono<SimulatorEnv> {
  const control = new Hono<SimulatorEnv>();
  control.use(localOnly);

  const clock = () => ({ now: new Date(world.clock.now()).toISOString() });
  control.get('/clock', (c) => c.json(clock()));
  control.post('/clock', async (c) => {
    advance(world, await readBody(c, AdvanceInput));
    return c.json(clock());
  });

  accountRoutes(control, world);
  callbackRoutes(control, world);
  control.post('/login', async (c) => {
    const { accountId, decision, scopes } = scriptLogin(world, await readBody(c, LoginInput));
    return c.json({ account: accountId, decision, scopes });
  });

  control.get('/faults', (c) => c.json({ data: world.faults.list() }));
  control.post('/faults', async (c) => c.json(world.faults.add(await readBody(c, FaultInput)), 201));
  control.delete('/faults', (c) => {
    world.faults.clear();
    return c.json({ data: [] });
  });

  control.get('/mode', (c) => c.json(world.state.mode));
  control.post('/mode', async (c) => c.json(setMode(world, await readBody(c, ModeInput))));

  control.get('/usage', (c) => c.json(usageView(world)));
  control.post('/usage', async (c) => c.json(setUsage(world, await readBody(c, UsageInput))));

  control.get('/requests', (c) =>
    c.json({ data: world.ledger.since(readInput(SinceQuery, c.req.query()).since) }),
  );
  control.post('/reset', async (c) => {
    reset(world, await readBody(c, ResetInput));
    return c.json(clock());
  });

  control.all('*', (c) => c.json({ code: 'not_found', detail: 'no such control route' }, 404));
  control.onError((error, c) => {
    if (error instanceof InputError) return c.json({ code: 'invalid_request', errors: error.errors }, 400);
    if (error instanceof UnknownError) return c.json({ code: 'not_found', detail: error.message }, 404);
    if (error instanceof ConflictError) {
      const { field, message } = error;
      return c.json({ code: 'conflict', errors: [{ field, message }] }, 409);
    }
    throw error;
  });
  return control;
}

/**
 * Refuses control requests from elsewhere: other machines by their address, other sites by Origin, and names
 * that only resolve to this machine (DNS rebinding) by Host.
 */
async function localOnly(c: SimulatorContext, next: () => Promise<void>): Promise<Response | void> {
  const address = c.env?.incoming?.socket.remoteAddress;
  if (address !== undefined && !isLoopback(address.replace(/^::ffff:/, ''))) return refused(c, 'address');
  if (!isLocal(`http://${c.req.header('host') ?? new URL(c.req.url).host}`)) return refused(c, 'Host');
  const origin = c.req.header('origin');
  if (origin !== undefined && !isLocal(origin)) return refused(c, 'Origin');
  if (c.req.header('sec-fetch-site') === 'cross-site') return refused(c, 'Sec-Fetch-Site');
  return next();
}

const isLocal = (url: string) => URL.canParse(url) && isLoopback(new URL(url).hostname);

const refused = (c: SimulatorContext, by: string) =>
  c.json({ code: 'forbidden', detail: `control routes are for this machine only (${by})` }, 403);
