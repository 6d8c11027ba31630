import { createMiddleware } from 'hono/factory';
import { type Env } from './auth';
import { type Caller } from './caller';
import { Problem } from '../problems';

/** Webhooks and mails tell of everybody's events, which a key of some owners may not know of. */
export function requireUnlimited({ ownerRefs }: Caller): void {
  if (ownerRefs === null) return;
  throw new Problem('forbidden', 'Deliveries contain the events of all owners. Use a key without ownerRefs.');
}

export const requireUnlimitedCaller = createMiddleware<Env>(async (c, next) => {
  requireUnlimited(c.get('caller'));
  await next();
});
