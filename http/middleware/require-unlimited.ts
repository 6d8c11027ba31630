import { createMiddleware } from 'hono/factory';
import { type Env } from './auth';
import { type Caller } from './caller';
import { Problem } from '../problems';

/** Webhooks and emails contain the events of all owners, so keys limited to owners have no access. */
export function requireUnlimited({ ownerRefs }: Caller): void {
  if (ownerRefs === null) return;
  throw new Problem('forbidden', 'Deliveries contain the events of all owners. Use a key without ownerRefs.');
}

export const requireUnlimitedCaller = createMiddleware<Env>(async (c, next) => {
  requireUnlimited(c.get('caller'));
  await next();
});
