import { z } from 'zod';
import { authenticate, requireScope } from '../../http/middleware/auth';
import { type HttpDeps } from '../../http/deps';
import { answerError } from '../../http/errors';
import { noStore } from '../../http/middleware/headers';
import { notFound, Problem } from '../../http/problems';
import { createRouter, invalid } from '../../http/router';
import { type Simulator } from '../../simulator/index';
import { setOutage } from './sandbox-controls';
import { type TimeTravel } from './time-travel';

const MAX_ADVANCE_SECONDS = 10 * 366 * 24 * 3600;

const advance = z.strictObject({ seconds: z.number().positive().max(MAX_ADVANCE_SECONDS) });
const account = z.strictObject({
  username: z.string(),
  conversations: z.number().int().min(0).max(20).optional(),
});
const login = z.strictObject({
  account: z.string(),
  decision: z.enum(['allow', 'deny']),
  scopes: z.array(z.string()).optional(),
});
const invalidation = z.strictObject({ subcode: z.number().int().optional() });
const outage = z.strictObject({ on: z.boolean() });
const inbound = z.strictObject({ text: z.string().min(1).max(1_000), from: z.string().optional() });

/** What only a sandbox can do: move time, and play the accounts' owners. Needs a key with the scope admin. */
export function sandboxRoutes(deps: HttpDeps, simulator: Simulator, travel: TimeTravel) {
  const app = createRouter();
  app.onError((error, c) => answerError(deps, refusalOf(error), c));
  app.use(authenticate(deps), requireScope('admin'), noStore);

  app.get('/clock', (c) => {
    const journey = travel.journey();
    const isMoving = journey !== null && journey.ended === null;
    const moving = isMoving && { from: iso(journey.from), to: iso(journey.to), now: iso(journey.now) };
    return c.json({ now: iso(simulator.clock.now()), ...(moving && { moving }) });
  });
  app.post('/advance', async (c) => {
    const { seconds } = await read(c, advance);
    const { now, steps } = await travel.advance(seconds * 1000);
    return c.json({ now: iso(now), steps });
  });
  app.get('/accounts', (c) => c.json({ data: simulator.accounts() }));
  app.post('/accounts', async (c) => {
    const { username, conversations } = await read(c, account);
    return c.json(
      simulator.addAccount({ username, ...(conversations !== undefined && { conversations }) }),
      201,
    );
  });
  app.post('/login', async (c) => {
    const { scopes, ...wanted } = await read(c, login);
    simulator.scriptLogin({ ...wanted, ...(scopes && { scopes }) } as Parameters<
      Simulator['scriptLogin']
    >[0]);
    return c.json({ scripted: true });
  });
  app.post('/accounts/:name/invalidate', async (c) => {
    const name = known(simulator, c.req.param('name'));
    simulator.invalidate(name, (await read(c, invalidation)).subcode);
    return c.json(simulator.account(name));
  });
  app.post('/accounts/:name/inbound', async (c) => {
    const name = known(simulator, c.req.param('name'));
    const { text, from } = await read(c, inbound);
    return c.json(simulator.receive(name, { text, ...(from !== undefined && { from }) }), 201);
  });
  app.post('/outage', async (c) => {
    const { on } = await read(c, outage);
    setOutage(simulator, on);
    return c.json({ on });
  });
  return app;
}

async function read<T extends z.ZodType>(
  c: { req: { json(): Promise<unknown> } },
  schema: T,
): Promise<z.output<T>> {
  const given = await c.req.json().catch(() => ({}));
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw invalid(parsed.error.issues);
  return parsed.data;
}

function known(simulator: Simulator, name: string): string {
  const wanted = name.replace(/^@/, '');
  const found = simulator.accounts().find(({ id, username }) => id === wanted || username === wanted);
  if (!found) throw notFound('sandbox account');
  return found.id;
}

/** What the simulator refuses (a name twice, no such account) is the caller's to mend. */
function refusalOf(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error) || error.name !== 'ConflictError') return error;
  return new Problem('invalid_request', error.message, { errors: [] });
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
