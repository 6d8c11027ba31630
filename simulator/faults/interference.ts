import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { setTimeout as delay } from 'node:timers/promises';
import { accountOf } from '../graph/caller';
import { InstagramError } from '../graph/errors';
import { faultAnswer } from './fault-answers';
import { type SimulatorContext } from '../http';
import { type World } from '../world/world';

/** Records every request in the ledger and does to it what the first matching fault says. */
export function interference(world: World, closing: AbortSignal) {
  return async (c: SimulatorContext, next: () => Promise<void>): Promise<void> => {
    const { method, path } = c.req;
    const account = accountOf(world, path, c.get('parameters'));
    c.set('account', account);
    const row = world.ledger.open({
      at: new Date(world.clock.now()).toISOString(),
      method,
      path,
      account: account?.id ?? null,
      status: null,
    });
    const target = { method, path, account };
    const fault = world.faults.take(target);

    if (fault?.delayMs) await delay(fault.delayMs, undefined, { signal: closing }).catch(() => undefined);
    // A shutdown must not carry out a delayed request.
    const drop = closing.aborted ? 'before' : fault?.drop;
    if (drop === undefined) {
      const answer = fault && faultAnswer(c, world, fault, target);
      // What is thrown is answered further out, so its status is known only here.
      if (answer instanceof InstagramError) row.status = answer.refusal.status;
      if (answer instanceof Error) throw answer;
      if (answer) c.res = answer;
      else await next();
      row.status = c.res.status;
      if (fault?.truncate) await truncate(c);
      return;
    }
    if (drop === 'after') await next();
    row.dropped = drop;
    hangUp(c);
  };
}

/** Leaves half of the answer. */
async function truncate(c: SimulatorContext): Promise<void> {
  const { status, headers } = c.res;
  const text = await c.res.text();
  c.res = undefined;
  c.res = new Response(text.slice(0, Math.ceil(text.length / 2)), { status, headers });
}

/** Ends the connection without an answer. */
function hangUp(c: SimulatorContext): void {
  const { incoming } = c.env ?? {};
  incoming?.socket?.destroy();
  c.res = undefined;
  c.res = incoming
    ? RESPONSE_ALREADY_SENT
    : c.text('The connection is dropped here; that takes a simulator that listens.', 500);
}
